package io.github.oidcgrants.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A transport over {@code java.net.http}. Spring's own factory hands each request body to
 * a thread of its own; forms are small, so here it is collected first. And an
 * asynchronous exchange starts a thread wherever the common pool has but one (on two
 * processors), so exchanges here run on the caller's thread.
 */
final class JdkTransport implements ClientHttpRequestFactory {

	private final HttpClient client;

	private JdkTransport(HttpClient client) {
		this.client = client;
	}

	static JdkTransport create(Duration connectTimeout, @Nullable SSLContext sslContext) {
		HttpClient.Builder builder = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.followRedirects(HttpClient.Redirect.NEVER)
			.connectTimeout(connectTimeout);
		if (sslContext != null) {
			builder.sslContext(sslContext);
		}
		return new JdkTransport(builder.build());
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
		return new Request(this.client, uri, method);
	}

	private static void close(InputStream body) {
		try {
			body.close();
		}
		catch (IOException ex) {
			// There is nobody left who wants the rest of the body.
		}
	}

	private static final class Request extends AbstractClientHttpRequest implements Abortable {

		private final HttpClient client;

		private final URI uri;

		private final HttpMethod method;

		private final ByteArrayOutputStream body = new ByteArrayOutputStream();

		private @Nullable Duration timeout;

		private @Nullable CollectedBody collected;

		Request(HttpClient client, URI uri, HttpMethod method) {
			this.client = client;
			this.uri = uri;
			this.method = method;
		}

		@Override
		public HttpMethod getMethod() {
			return this.method;
		}

		@Override
		public URI getURI() {
			return this.uri;
		}

		@Override
		protected OutputStream getBodyInternal(HttpHeaders headers) {
			return this.body;
		}

		@Override
		protected ClientHttpResponse executeInternal(HttpHeaders headers) throws IOException {
			try {
				return new Response(this.client.send(request(headers), body()));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new InterruptedIOException("The thread was interrupted");
			}
		}

		private HttpResponse.BodyHandler<InputStream> body() {
			CollectedBody collected = this.collected;
			return (collected != null) ? (head) -> collected : HttpResponse.BodyHandlers.ofInputStream();
		}

		private HttpRequest request(HttpHeaders headers) {
			HttpRequest.Builder builder = HttpRequest.newBuilder(this.uri);
			if (this.timeout != null) {
				builder.timeout(this.timeout);
			}
			headers.forEach((name, values) -> {
				// The client computes it, and refuses to be told.
				if (!HttpHeaders.CONTENT_LENGTH.equalsIgnoreCase(name)) {
					values.forEach((value) -> builder.header(name, value));
				}
			});
			return builder.method(this.method.name(), publisher()).build();
		}

		private HttpRequest.BodyPublisher publisher() {
			return (this.body.size() == 0) ? HttpRequest.BodyPublishers.noBody()
					: HttpRequest.BodyPublishers.ofByteArray(this.body.toByteArray());
		}

		@Override
		public void answerWithin(Duration timeout, int limit) {
			this.timeout = timeout;
			this.collected = new CollectedBody(limit);
		}

		@Override
		public void abort() {
			if (this.collected != null) {
				this.collected.abort();
			}
		}

	}

	private static final class Response implements ClientHttpResponse {

		private final HttpResponse<InputStream> response;

		private final HttpHeaders headers = new HttpHeaders();

		Response(HttpResponse<InputStream> response) {
			this.response = response;
			response.headers().map().forEach(this.headers::addAll);
		}

		@Override
		public HttpStatusCode getStatusCode() {
			return HttpStatusCode.valueOf(this.response.statusCode());
		}

		@Override
		public String getStatusText() {
			HttpStatus status = HttpStatus.resolve(this.response.statusCode());
			return (status != null) ? status.getReasonPhrase() : "";
		}

		@Override
		public HttpHeaders getHeaders() {
			return this.headers;
		}

		@Override
		public InputStream getBody() {
			return this.response.body();
		}

		@Override
		public void close() {
			JdkTransport.close(this.response.body());
		}

	}

}
