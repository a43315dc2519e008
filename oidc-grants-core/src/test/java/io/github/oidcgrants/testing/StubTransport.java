package io.github.oidcgrants.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * A transport without a network: each request is answered by a function, on the thread
 * that sent it. It also speaks https.
 */
public final class StubTransport implements ClientHttpRequestFactory {

	private final Server server;

	private final List<URI> requests = new CopyOnWriteArrayList<>();

	private final List<Sent> sent = new CopyOnWriteArrayList<>();

	public StubTransport(Server server) {
		this.server = server;
	}

	public static Answer json(int status, String body) {
		return new Answer(status, body, Map.of());
	}

	/**
	 * {@return where requests went, in their order}
	 */
	public List<URI> requests() {
		return this.requests;
	}

	/**
	 * {@return what was sent, in its order}
	 */
	public List<Sent> sent() {
		return this.sent;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
		return new Request(uri, method);
	}

	/**
	 * Answers a request.
	 */
	@FunctionalInterface
	public interface Server {

		Answer answer(URI uri) throws IOException;

	}

	/**
	 * A status, a JSON body, and headers.
	 */
	public record Answer(int status, String body, Map<String, String> headers) {

		public Answer with(String name, String value) {
			Map<String, String> more = new LinkedHashMap<>(this.headers);
			more.put(name, value);
			return new Answer(this.status, this.body, more);
		}

	}

	/**
	 * A request, with its form or an empty body.
	 */
	public record Sent(URI uri, HttpHeaders headers, String body) {

		/**
		 * {@return the value of a parameter of the form, {@code null} if it has none}
		 */
		public String parameter(String name) {
			return UriComponentsBuilder.newInstance()
				.query(this.body)
				.build()
				.getQueryParams()
				.toSingleValueMap()
				.get(name);
		}

	}

	private final class Request extends AbstractClientHttpRequest {

		private final URI uri;

		private final HttpMethod method;

		private final ByteArrayOutputStream body = new ByteArrayOutputStream();

		private Request(URI uri, HttpMethod method) {
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
			StubTransport.this.requests.add(this.uri);
			StubTransport.this.sent
				.add(new Sent(this.uri, new HttpHeaders(headers), this.body.toString(StandardCharsets.UTF_8)));
			return new Response(StubTransport.this.server.answer(this.uri));
		}

	}

	private static final class Response implements ClientHttpResponse {

		private final Answer answer;

		private final HttpHeaders headers = new HttpHeaders();

		private Response(Answer answer) {
			this.answer = answer;
			this.headers.setContentType(MediaType.APPLICATION_JSON);
			answer.headers().forEach(this.headers::set);
		}

		@Override
		public HttpStatusCode getStatusCode() {
			return HttpStatusCode.valueOf(this.answer.status());
		}

		@Override
		public String getStatusText() {
			return "";
		}

		@Override
		public HttpHeaders getHeaders() {
			return this.headers;
		}

		@Override
		public InputStream getBody() {
			return new ByteArrayInputStream(this.answer.body().getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public void close() {
		}

	}

}
