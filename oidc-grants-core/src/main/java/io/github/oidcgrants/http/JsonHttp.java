package io.github.oidcgrants.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Arrays;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.StreamUtils;

/**
 * Sends requests to an authorization server and reads their answers.
 * <p>
 * Each exchange, body included, ends within the timeout: with the transports of
 * {@link Transports} at any point, with another one wherever closing its response ends a
 * blocked read. An answer is read up to 1 MiB after decompression. Nothing is retried.
 * Only {@code https} is spoken unless insecure requests are allowed, loopback included.
 *
 * @param transport makes the connections; it must not retry, redirect, keep cookies or
 * authenticate by itself
 * @param timeout bounds a whole exchange
 * @param allowInsecureRequests whether {@code http} is allowed too
 */
public record JsonHttp(ClientHttpRequestFactory transport, Duration timeout, boolean allowInsecureRequests) {

	private static final MediaType FORM = MediaType.APPLICATION_FORM_URLENCODED;

	/**
	 * Sends a request and reads its answer, whatever its status.
	 * @param call the request
	 * @return the answer
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the address is not one to send
	 * to, {@link Kind#TRANSPORT} if there is no answer, {@link Kind#TIMEOUT} if it is not
	 * there in time
	 */
	public HttpAnswer exchange(HttpCall call) {
		requireSecure(call.uri());
		Deadline deadline = Deadline.in(this.timeout);
		try {
			return send(call, deadline);
		}
		catch (IOException | RuntimeException ex) {
			throw failure(call, deadline, ex);
		}
		finally {
			deadline.cancel();
		}
	}

	private HttpAnswer send(HttpCall call, Deadline deadline) throws IOException {
		ClientHttpRequest request = this.transport.createRequest(call.uri(), call.method());
		if (request instanceof Abortable abortable) {
			abortable.answerWithin(this.timeout, HttpAnswer.MAX_BODY);
			deadline.onExpiry(abortable::abort);
		}
		HttpHeaders headers = request.getHeaders();
		headers.putAll(call.headers());
		headers.set(HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON_VALUE);
		headers.set(HttpHeaders.USER_AGENT, UserAgent.VALUE);
		byte[] body = call.body();
		if (body != null) {
			headers.setContentType(FORM);
			headers.setContentLength(body.length);
			StreamUtils.copy(body, request.getBody());
		}
		try (ClientHttpResponse response = request.execute()) {
			if (!(request instanceof Abortable)) {
				deadline.onExpiry(response::close);
			}
			byte[] answered = body(response);
			if (deadline.expired()) {
				throw new InterruptedIOException("The exchange was ended");
			}
			if (answered.length > HttpAnswer.MAX_BODY && request instanceof Abortable abortable) {
				// Closing alone would read the rest first, however long it is.
				abortable.abort();
			}
			return HttpAnswer.of(call, response.getStatusCode().value(), response.getHeaders(), answered);
		}
	}

	// One byte more than there may be, and no more room than that takes: most answers are
	// short and say how long they are.
	private static byte[] body(ClientHttpResponse response) throws IOException {
		long length = response.getHeaders().getContentLength();
		if (length < 0 || length > HttpAnswer.MAX_BODY) {
			return response.getBody().readNBytes(HttpAnswer.MAX_BODY + 1);
		}
		byte[] body = new byte[(int) length + 1];
		int read = response.getBody().readNBytes(body, 0, body.length);
		return (read <= length) ? Arrays.copyOf(body, read) : rest(body, response.getBody());
	}

	// It is longer than it says, for it came compressed.
	private static byte[] rest(byte[] begun, InputStream in) throws IOException {
		byte[] rest = in.readNBytes(HttpAnswer.MAX_BODY + 1 - begun.length);
		byte[] whole = Arrays.copyOf(begun, begun.length + rest.length);
		System.arraycopy(rest, 0, whole, begun.length, rest.length);
		return whole;
	}

	private void requireSecure(URI uri) {
		boolean https = "https".equalsIgnoreCase(uri.getScheme());
		boolean http = "http".equalsIgnoreCase(uri.getScheme());
		if (uri.getHost() == null || !(https || http)) {
			throw GrantException.misconfigured("'" + Redactor.describe(uri) + "' is not an absolute https address");
		}
		if (http && !this.allowInsecureRequests) {
			throw GrantException.misconfigured("'" + Redactor.describe(uri)
					+ "' is not https: use https, or allow insecure requests for this registration"
					+ " (allow-insecure-requests: true) where nobody else can listen");
		}
	}

	private GrantException failure(HttpCall call, Deadline deadline, Exception ex) {
		if (ex instanceof GrantException known) {
			return known;
		}
		Exception cause = call.redactor().asCause(ex);
		if (deadline.expired() || isTimeout(ex)) {
			return GrantException.of(Kind.TIMEOUT,
					call + " gave no whole answer in time (at most " + this.timeout.toMillis() + " ms)", cause);
		}
		return GrantException.of(Kind.TRANSPORT, call + " failed: " + reason(call, ex), cause);
	}

	// The JDK's client says only by types what happened.
	private static String reason(HttpCall call, Exception ex) {
		String what = "";
		Throwable t = ex;
		for (int depth = 0; t != null && depth < 10; depth++, t = t.getCause()) {
			if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
				what = "the host '" + call.uri().getHost() + "' is not known; ";
			}
			else if (t instanceof ConnectException && what.isEmpty()) {
				what = "nobody takes connections there; ";
			}
		}
		return what + call.redactor().describe(ex);
	}

	private static boolean isTimeout(Exception ex) {
		return ex instanceof SocketTimeoutException || ex instanceof HttpTimeoutException;
	}

	@Override
	public String toString() {
		return "JsonHttp[timeout=" + this.timeout + ", allowInsecureRequests=" + this.allowInsecureRequests + "]";
	}

}
