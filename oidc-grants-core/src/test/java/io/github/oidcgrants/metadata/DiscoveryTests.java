package io.github.oidcgrants.metadata;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiscoveryTests {

	private static final String ISSUER = "https://idp.example/realms/main";

	private static final String OIDC = ISSUER + "/.well-known/openid-configuration";

	private static final String RFC_8414 = "https://idp.example/.well-known/oauth-authorization-server/realms/main";

	private final TestClock clock = new TestClock();

	private final AtomicReference<StubTransport.Server> answer = new AtomicReference<>((uri) -> document(ISSUER, "1"));

	private final StubTransport transport = new StubTransport((uri) -> this.answer.get().answer(uri));

	private final AuthorizationServer server = discover(ISSUER);

	@ParameterizedTest
	@CsvSource({
			"https://idp.example, https://idp.example/.well-known/openid-configuration,"
					+ "https://idp.example/.well-known/oauth-authorization-server",
			"https://idp.example/, https://idp.example/.well-known/openid-configuration,"
					+ "https://idp.example/.well-known/oauth-authorization-server",
			"https://idp.example:8443/a/b, https://idp.example:8443/a/b/.well-known/openid-configuration,"
					+ "https://idp.example:8443/.well-known/oauth-authorization-server/a/b",
			"https://idp.example/a/, https://idp.example/a/.well-known/openid-configuration,"
					+ "https://idp.example/.well-known/oauth-authorization-server/a",
			"https://idp.example/a%20b, https://idp.example/a%20b/.well-known/openid-configuration,"
					+ "https://idp.example/.well-known/oauth-authorization-server/a%20b" })
	void looksWhereTheSpecificationsPutTheMetadata(String issuer, String first, String second) {
		this.answer.set((uri) -> uri.toString().equals(second) ? document(issuer, "1") : StubTransport.json(404, ""));
		assertThat(tokenEndpoint(discover(issuer))).isEqualTo("https://idp.example/token/1");
		assertThat(requests()).containsExactly(first, second);
	}

	@Test
	void asksOnlyTheFirstPlaceIfItAnswers() {
		tokenEndpoint(this.server);
		assertThat(requests()).containsExactly(OIDC);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 404, 410, 429, 499 })
	void triesTheSecondPlaceAfterAnyClientError(int status) {
		answer(status, "{}");
		GrantException failure = failure(this.server);
		assertThat(requests()).containsExactly(OIDC, RFC_8414);
		assertThat(failure.kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
		assertThat(failure.statusCode()).isEqualTo(status);
		assertThat(failure).hasMessageContaining(ISSUER)
			.hasMessageContaining(OIDC + " (" + status + "), " + RFC_8414 + " (" + status + ")")
			.hasMessageContaining("issuer-uri");
	}

	@ParameterizedTest
	@ValueSource(ints = { 201, 204, 301, 302, 500, 502, 503 })
	void triesNoOtherPlaceAfterAnyOtherStatus(int status) {
		answer(status, "{}");
		assertThat(failure(this.server).kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
		assertThat(requests()).containsExactly(OIDC);
	}

	@Test
	void triesNoOtherPlaceAfterATimeoutOrABrokenConnection() {
		this.answer.set((uri) -> {
			throw new SocketTimeoutException();
		});
		assertThat(failure(this.server).kind()).isEqualTo(Kind.TIMEOUT);
		this.answer.set((uri) -> {
			throw new IOException();
		});
		assertThat(failure(this.server).kind()).isEqualTo(Kind.TRANSPORT);
		assertThat(requests()).containsExactly(OIDC, OIDC);
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://idp.example/realms/main/", "https://IDP.example/realms/main",
			"https://idp.example:443/realms/main", "http://idp.example/realms/main", "https://idp.example/realms/Main",
			"https://idp.example/realms/other", "https://evil.example", "https://idp.example/realms/{tenantid}" })
	void refusesAServerThatCallsItselfSomethingElse(String other) {
		this.answer.set((uri) -> document(other, "1"));
		GrantException failure = failure(this.server);
		assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
		assertThat(failure).hasMessageContaining("'" + ISSUER + "'")
			.hasMessageContaining("'" + other + "'")
			.hasMessageContaining("issuer-uri");
		assertThat(requests()).containsExactly(OIDC);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"issuer\": null}", "{\"issuer\": \"\"}", "{\"issuer\": 1}", "[]", "null", "",
			"{\"issuer\": \"https://idp.example/realms/main\"", "<html>" })
	void refusesADocumentWithoutIssuer(String document) {
		answer(200, document);
		assertThat(failure(this.server).kind()).isEqualTo(Kind.MALFORMED_RESPONSE);
		assertThat(requests()).containsExactly(OIDC);
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "\"\"", "1", "\"/token\"", "\"token\"", "\"https://idp.example/token#x\"",
			"\"https://\"", "\"urn:token\"", "\"https://a b\"" })
	void refusesATokenEndpointThatIsNoAddress(String endpoint) {
		answer(200, "{\"issuer\": \"" + ISSUER + "\", \"token_endpoint\": " + endpoint + "}");
		GrantException failure = misconfigured(() -> tokenEndpoint(this.server));
		assertThat(failure).hasMessageContaining("token_endpoint").hasMessageContaining(ISSUER);
	}

	@Test
	void refusesAServerWithoutTokenEndpoint() {
		answer(200, "{\"issuer\": \"" + ISSUER + "\"}");
		assertThat(misconfigured(() -> tokenEndpoint(this.server))).hasMessageContaining("token_endpoint");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "idp.example", "/realms", "https://", "https:idp.example", "ftp://idp.example",
			"https://idp.example?x=y", "https://idp.example/#x", "https://user@idp.example", "https://a b" })
	void refusesAnIssuerThatIsNone(String issuer) {
		assertThat(misconfigured(() -> discover(issuer))).hasMessageContaining("issuer");
	}

	@Test
	void refusesAServerOfWhichNothingIsKnown() {
		assertThat(misconfigured(() -> AuthorizationServer.builder().build())).hasMessageContaining("token_endpoint");
		assertThat(misconfigured(() -> AuthorizationServer.builder().issuer(ISSUER).withoutDiscovery().build()))
			.hasMessageContaining("token_endpoint");
	}

	@Test
	void fetchesNothingBeforeItIsNeeded() {
		assertThat(this.server.issuer()).isEqualTo(ISSUER);
		assertThat(this.server.toString()).contains(ISSUER);
		assertThat(requests()).isEmpty();
	}

	@Test
	void fetchesOnlyOverHttpsUnlessAllowed() {
		AuthorizationServer insecure = discover("http://idp.example");
		this.answer.set((uri) -> document("http://idp.example", "1"));
		assertThat(misconfigured(() -> insecure.metadata(http(false)))).hasMessageContaining("allow-insecure-requests");
		assertThat(requests()).isEmpty();
		assertThat(insecure.metadata(http(true)).tokenEndpoint()).hasPath("/token/1");
	}

	@Test
	void keepsMetadataForAnHour() {
		assertThat(tokenEndpoint(this.server)).endsWith("/1");
		this.answer.set((uri) -> document(ISSUER, "2"));
		this.clock.advanceMonotonic(Duration.ofHours(1).minusNanos(1));
		assertThat(tokenEndpoint(this.server)).endsWith("/1");
		this.clock.advanceMonotonic(Duration.ofNanos(1));
		assertThat(tokenEndpoint(this.server)).endsWith("/2");
		assertThat(requests()).hasSize(2);
	}

	@Test
	void triesAFailedLookUpAgainAtTheNextCall() {
		answer(500, "");
		failure(this.server);
		failure(this.server);
		this.answer.set((uri) -> document(ISSUER, "1"));
		assertThat(tokenEndpoint(this.server)).endsWith("/1");
		assertThat(requests()).hasSize(3);
	}

	@Test
	void goesOnWithOldMetadataAndAsksAgainAfterAMinute() {
		tokenEndpoint(this.server);
		answer(500, "");
		this.clock.advanceMonotonic(Duration.ofHours(1));
		assertThat(tokenEndpoint(this.server)).endsWith("/1");
		this.clock.advanceMonotonic(Duration.ofSeconds(59));
		assertThat(tokenEndpoint(this.server)).endsWith("/1");
		assertThat(requests()).hasSize(2);
		this.answer.set((uri) -> document(ISSUER, "2"));
		this.clock.advanceMonotonic(Duration.ofSeconds(1));
		assertThat(tokenEndpoint(this.server)).endsWith("/2");
		assertThat(requests()).hasSize(3);
	}

	@Test
	void letsWhatIsConfiguredWin() {
		AuthorizationServer configured = AuthorizationServer.builder()
			.issuer(ISSUER)
			.tokenEndpoint(URI.create("https://other.example/token"))
			.build();
		ServerMetadata metadata = configured.metadata(http(false));
		assertThat(metadata.tokenEndpoint()).hasToString("https://other.example/token");
		assertThat(metadata.list("grant_types_supported")).containsExactly("client_credentials");
		assertThat(requests()).containsExactly(OIDC);
	}

	@Test
	void asksNobodyWithoutDiscovery() {
		for (AuthorizationServer.Builder builder : List.of(AuthorizationServer.builder(),
				AuthorizationServer.builder().issuer(ISSUER).withoutDiscovery())) {
			AuthorizationServer alone = builder.tokenEndpoint(URI.create("https://other.example/token")).build();
			assertThat(tokenEndpoint(alone)).isEqualTo("https://other.example/token");
		}
		assertThat(requests()).isEmpty();
	}

	@Test
	void fetchesOnceForManyCallers() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.answer.set((uri) -> {
			asked.countDown();
			await(released);
			return document(ISSUER, "1");
		});
		List<FutureTask<String>> callers = new ArrayList<>();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			FutureTask<String> caller = new FutureTask<>(() -> tokenEndpoint(this.server));
			Thread thread = new Thread(caller);
			thread.start();
			callers.add(caller);
			threads.add(thread);
		}
		assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
		for (Thread thread : threads) {
			while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
				Thread.onSpinWait();
			}
		}
		released.countDown();
		for (FutureTask<String> caller : callers) {
			assertThat(caller.get(10, TimeUnit.SECONDS)).endsWith("/1");
		}
		assertThat(requests()).hasSize(1);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private AuthorizationServer discover(String issuer) {
		return AuthorizationServer.builder().issuer(issuer).nanoTime(this.clock::nanoTime).build();
	}

	private String tokenEndpoint(AuthorizationServer server) {
		return server.metadata(http(false)).tokenEndpoint().toString();
	}

	private JsonHttp http(boolean allowInsecureRequests) {
		return new JsonHttp(this.transport, Duration.ofSeconds(10), allowInsecureRequests);
	}

	private GrantException failure(AuthorizationServer server) {
		return catchThrowableOfType(GrantException.class, () -> server.metadata(http(false)));
	}

	private static GrantException misconfigured(ThrowingCallable call) {
		GrantException failure = catchThrowableOfType(GrantException.class, call);
		assertThat(failure).isNotNull();
		assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
		return failure;
	}

	private void answer(int status, String body) {
		this.answer.set((uri) -> StubTransport.json(status, body));
	}

	private static StubTransport.Answer document(String issuer, String version) {
		return StubTransport.json(200, """
				{"issuer": "%s", "token_endpoint": "https://idp.example/token/%s",
				"grant_types_supported": ["client_credentials", 1]}""".formatted(issuer, version));
	}

	private List<String> requests() {
		return this.transport.requests().stream().map(URI::toString).toList();
	}

}
