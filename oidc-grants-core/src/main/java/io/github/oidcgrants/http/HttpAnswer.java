package io.github.oidcgrants.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;

/**
 * The answer to one request: its status, its headers, and its body as a JSON object or
 * the reason why it is none.
 */
public final class HttpAnswer {

	/**
	 * The longest body that is read, in bytes after decompression.
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

	static HttpAnswer read(HttpCall call, ClientHttpResponse response) throws IOException {
		int status = response.getStatusCode().value();
		HttpHeaders headers = HttpHeaders.copyOf(response.getHeaders());
		try {
			requireJson(headers);
			return new HttpAnswer(call, status, headers, JsonObject.parse(readBody(headers, response.getBody())), "");
		}
		catch (NotJsonException ex) {
			return new HttpAnswer(call, status, headers, null, ex.problem());
		}
	}

	private static byte[] readBody(HttpHeaders headers, InputStream raw) throws IOException, NotJsonException {
		byte[] body;
		try {
			body = decode(headers, raw).readNBytes(MAX_BODY + 1);
		}
		catch (ZipException ex) {
			throw new NotJsonException("its compressed body is broken");
		}
		if (body.length > MAX_BODY) {
			throw new NotJsonException("its body is longer than " + MAX_BODY + " bytes");
		}
		return body;
	}

	private static InputStream decode(HttpHeaders headers, InputStream raw) throws IOException, NotJsonException {
		String encoding = String.valueOf(headers.getFirst(HttpHeaders.CONTENT_ENCODING)).strip();
		return switch (encoding.toLowerCase(Locale.ROOT)) {
			case "null", "", "identity" -> raw;
			case "gzip", "x-gzip" -> new GZIPInputStream(raw);
			default -> throw new NotJsonException("its body has a content encoding that was not asked for");
		};
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
