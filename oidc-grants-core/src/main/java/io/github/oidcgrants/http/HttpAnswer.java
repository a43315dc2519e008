package io.github.oidcgrants.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * The answer to one request: its status, its headers, and its body as a JSON object or
 * the reason why it is none.
 */
public final class HttpAnswer {

	/**
	 * The longest body that is read, in bytes before and after decompression.
	 */
	static final int MAX_BODY = 1024 * 1024;

	private final HttpCall call;

	private final int status;

	private final HttpHeaders headers;

	private final @Nullable Map<String, @Nullable Object> object;

	private final String problem;

	private HttpAnswer(HttpCall call, int status, HttpHeaders headers, @Nullable Map<String, @Nullable Object> object,
			String problem) {
		this.call = call;
		this.status = status;
		this.headers = headers;
		this.object = object;
		this.problem = problem;
	}

	static HttpAnswer of(HttpCall call, int status, HttpHeaders headers, byte[] body) {
		HttpHeaders copy = HttpHeaders.copyOf(headers);
		try {
			requireJson(copy);
			return new HttpAnswer(call, status, copy, JsonObject.parse(decode(copy, body)), "");
		}
		catch (NotJsonException ex) {
			return new HttpAnswer(call, status, copy, null, ex.problem());
		}
	}

	private static byte[] decode(HttpHeaders headers, byte[] body) throws NotJsonException {
		String encoding = String.valueOf(headers.getFirst(HttpHeaders.CONTENT_ENCODING)).strip();
		return switch (encoding.toLowerCase(Locale.ROOT)) {
			case "null", "", "identity" -> bounded(body);
			case "gzip", "x-gzip" -> bounded(decompress(bounded(body)));
			default -> throw new NotJsonException("its body has a content encoding that was not asked for");
		};
	}

	private static byte[] decompress(byte[] body) throws NotJsonException {
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
			return in.readNBytes(MAX_BODY + 1);
		}
		catch (IOException ex) {
			throw new NotJsonException("its compressed body is broken");
		}
	}

	private static byte[] bounded(byte[] body) throws NotJsonException {
		if (body.length > MAX_BODY) {
			throw new NotJsonException("its body is longer than " + MAX_BODY + " bytes");
		}
		return body;
	}

	private static void requireJson(HttpHeaders headers) throws NotJsonException {
		try {
			MediaType type = headers.getContentType();
			if (type == null) {
				throw new NotJsonException("it names no content type (expected application/json)");
			}
			boolean json = "application".equals(type.getType())
					&& ("json".equals(type.getSubtype()) || "json".equals(type.getSubtypeSuffix()));
			if (!json) {
				throw new NotJsonException("its content type is not application/json");
			}
		}
		catch (InvalidMediaTypeException ex) {
			throw new NotJsonException("its content type is not readable (expected application/json)");
		}
	}

	/**
	 * {@return the request that this answers}
	 */
	public HttpCall call() {
		return this.call;
	}

	/**
	 * {@return the HTTP status}
	 */
	public int status() {
		return this.status;
	}

	/**
	 * {@return the first value of a header, or {@code null}}
	 * @param name the header's name
	 */
	public @Nullable String header(String name) {
		return this.headers.getFirst(name);
	}

	/**
	 * {@return the challenges of the answer (RFC 9110 section 11.6.1), as far as they can
	 * be read, with secrets of the request masked: half of one can pass for a scheme}
	 */
	public List<Challenge> challenges() {
		return Challenge.parse(this.headers.getOrEmpty(HttpHeaders.WWW_AUTHENTICATE)
			.stream()
			.map((header) -> this.call.redactor().mask(header))
			.toList());
	}

	/**
	 * {@return the body as a JSON object, or {@code null} if it is none}
	 */
	public @Nullable Map<String, @Nullable Object> objectOrNull() {
		return this.object;
	}

	/**
	 * {@return the body as a JSON object}
	 * @throws GrantException {@link Kind#MALFORMED_RESPONSE} if it is none, saying why
	 */
	public Map<String, @Nullable Object> object() {
		if (this.object == null) {
			throw malformed(this.problem);
		}
		return this.object;
	}

	/**
	 * Creates the exception for an answer that is not what the specification requires.
	 * @param problem what is wrong, as the end of a sentence; free of secrets
	 * @return the exception
	 */
	public GrantException malformed(String problem) {
		return GrantException.answer(Kind.MALFORMED_RESPONSE,
				"The answer to " + this.call + " is malformed: " + problem, this.status, null);
	}

	@Override
	public String toString() {
		return "HttpAnswer[status=" + this.status + ", " + this.call + "]";
	}

}
