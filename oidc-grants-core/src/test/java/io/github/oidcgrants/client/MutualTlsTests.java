package io.github.oidcgrants.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.testing.TlsFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.client.ClientHttpRequestFactory;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Mutual TLS for real: a server that accepts nobody without a certificate (RFC 8705).
 */
class MutualTlsTests {

	private final List<String> clients = new CopyOnWriteArrayList<>();

	private final List<String> forms = new CopyOnWriteArrayList<>();

	private final Set<Integer> connections = ConcurrentHashMap.newKeySet();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private HttpsServer server;

	static Stream<Named<Function<SSLContext, ClientHttpRequestFactory>>> transports() {
		Duration connectTimeout = Duration.ofSeconds(5);
		return Stream.of(Named.of("HttpClient 5", (context) -> Transports.httpComponents(connectTimeout, context)),
				Named.of("java.net.http", (context) -> Transports.jdk(connectTimeout, context)));
	}

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.stop(0);
		}
		this.threads.shutdownNow();
	}

	@ParameterizedTest
	@MethodSource("transports")
	void certificateIsPresentedAndTheFormOnlySaysWhoAsks(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("server");
		assertThat(grant(transport.apply(TlsFixture.context("client", "server")))).isEqualTo("access-token-1");
		assertThat(this.clients).containsExactly("CN=client");
		assertThat(this.forms).containsExactly("grant_type=client_credentials&client_id=client-1");
	}

	@ParameterizedTest
	@MethodSource("transports")
	void connectionWithACertificateIsUsedAgain(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("server");
		ClientHttpRequestFactory shared = transport.apply(TlsFixture.context("client", "server"));
		for (int i = 0; i < 5; i++) {
			assertThat(grant(shared)).isEqualTo("access-token-1");
		}
		assertThat(this.clients).hasSize(5);
		assertThat(this.connections).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("transports")
	void certificateIsPresentedAtTheAlias(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("server");
		AuthorizationServer aliased = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://127.0.0.1:1/token"))
			.member("mtls_endpoint_aliases", Map.of("token_endpoint", endpoint().toString()))
			.build();
		Configuration configuration = Configuration.builder(aliased, "client-1")
			.authentication(ClientAuthentication.clientSecretPost("secret-1"))
			.tlsClientCertificateBoundAccessTokens(true)
			.transport(transport.apply(TlsFixture.context("client", "server")))
			.build();
		try (GrantClient client = GrantClient.create()) {
			assertThat(client.clientCredentialsGrant(configuration).accessToken()).isEqualTo("access-token-1");
		}
		assertThat(this.clients).containsExactly("CN=client");
	}

	@ParameterizedTest
	@MethodSource("transports")
	void clientWithoutCertificateGetsNoAnswer(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("server");
		assertFails(Kind.TRANSPORT, () -> grant(transport.apply(TlsFixture.context(null, "server"))))
			.withMessageContaining(endpoint().toString());
		assertThat(this.forms).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("transports")
	void clientWithAnotherCertificateGetsNoAnswer(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("server");
		assertFails(Kind.TRANSPORT, () -> grant(transport.apply(TlsFixture.context("wrong-host", "server"))));
		assertThat(this.forms).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("transports")
	void serverThatIsNotTrustedIsToldNothing(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("server");
		assertFails(Kind.TRANSPORT, () -> grant(transport.apply(TlsFixture.context("client", "wrong-host"))));
		assertFails(Kind.TRANSPORT, () -> grant(transport.apply(null)));
		assertThat(this.forms).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("transports")
	void serverWithAnotherNameIsToldNothing(Function<SSLContext, ClientHttpRequestFactory> transport) {
		start("wrong-host");
		assertFails(Kind.TRANSPORT, () -> grant(transport.apply(TlsFixture.context("client", "wrong-host"))))
			.withMessageContaining("No subject alternative names matching IP address 127.0.0.1 found");
		assertThat(this.forms).isEmpty();
	}

	private String grant(ClientHttpRequestFactory transport) {
		Configuration configuration = Configuration
			.builder(AuthorizationServer.builder().tokenEndpoint(endpoint()).build(), "client-1")
			.authentication(ClientAuthentication.selfSignedTlsClientAuth())
			.transport(transport)
			.build();
		try (GrantClient client = GrantClient.create()) {
			return client.clientCredentialsGrant(configuration).accessToken();
		}
	}

	private URI endpoint() {
		return URI.create("https://127.0.0.1:" + this.server.getAddress().getPort() + "/token");
	}

	private void start(String certificate) {
		try {
			this.server = HttpsServer
				.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		SSLContext context = TlsFixture.context(certificate, "client");
		this.server.setHttpsConfigurator(new HttpsConfigurator(context) {

			@Override
			public void configure(HttpsParameters parameters) {
				SSLParameters tls = context.getDefaultSSLParameters();
				tls.setNeedClientAuth(true);
				parameters.setSSLParameters(tls);
			}

		});
		this.server.setExecutor(this.threads);
		this.server.createContext("/token", this::answer);
		this.server.start();
	}

	private void answer(HttpExchange exchange) throws IOException {
		Principal client = ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal();
		this.clients.add(client.getName());
		this.connections.add(exchange.getRemoteAddress().getPort());
		this.forms.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
		byte[] body = "{\"access_token\":\"access-token-1\",\"token_type\":\"Bearer\"}"
			.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(200, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

}
