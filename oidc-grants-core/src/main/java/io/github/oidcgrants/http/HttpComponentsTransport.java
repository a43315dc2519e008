package io.github.oidcgrants.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

import javax.net.ssl.SSLContext;

import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;

/**
 * A transport over Apache HttpClient 5, with everything switched off that it would do by
 * itself.
 */
final class HttpComponentsTransport implements ClientHttpRequestFactory, AutoCloseable {

	private static final int MAX_CONNECTIONS = 256;

	// A server may have closed a connection that was idle for longer, and a request that
	// finds out by failing is not repeated.
	private static final TimeValue TRUSTED_IDLE_TIME = TimeValue.ofMilliseconds(500);

	private static final TimeValue MAX_IDLE_TIME = TimeValue.ofSeconds(30);

	private final CloseableHttpClient client;

	private HttpComponentsTransport(CloseableHttpClient client) {
		this.client = client;
	}

	static HttpComponentsTransport create(Duration connectTimeout, @Nullable SSLContext sslContext) {
		PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
			.setConnectionFactory(new QuietConnectionFactory())
			.setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
			.setMaxConnPerRoute(MAX_CONNECTIONS)
			.setMaxConnTotal(MAX_CONNECTIONS * 2)
			.setDefaultConnectionConfig(ConnectionConfig.custom()
				.setConnectTimeout(Timeout.of(connectTimeout))
				.setValidateAfterInactivity(TRUSTED_IDLE_TIME)
				.setIdleTimeout(Timeout.of(MAX_IDLE_TIME.toDuration()))
				.build());
		if (sslContext != null) {
			connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(sslContext));
		}
		return new HttpComponentsTransport(HttpClients.custom()
			.setConnectionManager(connections.build())
			.setRoutePlanner(new SystemDefaultRoutePlanner(ProxySelector.getDefault()))
			.setDefaultRequestConfig(RequestConfig.custom()
				.setRedirectsEnabled(false)
				.setAuthenticationEnabled(false)
				.setExpectContinueEnabled(false)
				.setProtocolUpgradeEnabled(false)
				.build())
			.disableAutomaticRetries()
			.disableRedirectHandling()
			.disableCookieManagement()
			.disableAuthCaching()
			// One transport has one identity, so a connection with its certificate fits
			// every request.
			.disableConnectionState()
			.disableContentCompression()
			.disableDefaultUserAgent()
			.build());
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
		return new RequestFactory(this.client).createAbortable(uri, method);
	}

	@Override
	public void close() throws IOException {
		this.client.close();
	}

	/**
	 * Spring's factory for one request, which keeps hold of what it creates: only that
	 * can be cancelled.
	 */
	private static final class RequestFactory extends HttpComponentsClientHttpRequestFactory {

		private @Nullable HttpUriRequestBase created;

		RequestFactory(HttpClient client) {
			super(client);
		}

		@Override
		protected ClassicHttpRequest createHttpUriRequest(HttpMethod httpMethod, URI uri) {
			HttpUriRequestBase request = new HttpUriRequestBase(httpMethod.name(), uri);
			this.created = request;
			return request;
		}

		AbortableRequest createAbortable(URI uri, HttpMethod method) throws IOException {
			ClientHttpRequest request = createRequest(uri, method);
			HttpUriRequestBase cancellable = this.created;
			return new AbortableRequest(request, () -> {
				if (cancellable != null) {
					cancellable.cancel();
				}
			});
		}

	}

	private record AbortableRequest(ClientHttpRequest delegate,
			Runnable exchange) implements ClientHttpRequest, Abortable {

		@Override
		public ClientHttpResponse execute() throws IOException {
			return this.delegate.execute();
		}

		@Override
		public OutputStream getBody() throws IOException {
			return this.delegate.getBody();
		}

		@Override
		public HttpMethod getMethod() {
			return this.delegate.getMethod();
		}

		@Override
		public URI getURI() {
			return this.delegate.getURI();
		}

		@Override
		public Map<String, Object> getAttributes() {
			return this.delegate.getAttributes();
		}

		@Override
		public HttpHeaders getHeaders() {
			return this.delegate.getHeaders();
		}

		@Override
		public void abort() {
			this.exchange.run();
		}

	}

}
