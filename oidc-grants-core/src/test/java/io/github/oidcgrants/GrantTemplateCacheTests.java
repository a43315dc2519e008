package io.github.oidcgrants;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Which calls share a token, and which tokens are kept at all.
 */
class GrantTemplateCacheTests {

	private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

	private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

	private static final DPoPHandle KEY = DPoPHandle.of(DPoPKeyPair.random());

	private static final DPoPHandle OTHER_KEY = DPoPHandle.of(DPoPKeyPair.random());

	private final TestClock clock = new TestClock();

	private final Deque<Runnable> background = new ArrayDeque<>();

	private final AtomicReference<String> certificate = new AtomicReference<>("one");

	private volatile int status = 200;

	private final StubTransport transport = new StubTransport((uri) -> StubTransport
		.json(this.status, (this.status == 200) ? """
				{"access_token": "token-%d", "token_type": "Bearer", "expires_in": 3600,
				"issued_token_type": "%s"}""".formatted(requests(), ACCESS_TOKEN) : "{\"error\": \"invalid_client\"}"));

	private final TokenCache cache = TokenCache.builder()
		.clock(this.clock, this.clock::nanoTime)
		.jitter(() -> 0.5)
		.executor(this.background::add)
		.build();

	private final GrantTemplate template = new GrantTemplate(
			GrantClient.builder().transport(this.transport).clock(this.clock).build(), this.cache,
			List.of(registration("plain").build(), registration("marked").cachePolicy(generic()).build(),
					registration("marked too").cachePolicy(generic()).build(),
					registration("to the end")
						.cachePolicy(TokenCachePolicy.builder().skew(Duration.ZERO).refreshAhead(false).build())
						.build(),
					GrantRegistration
						.builder("mutual",
								Configuration.builder(server(), "client")
									.authentication(ClientAuthentication.tlsClientAuth())
									.transport(this.transport)
									.certificateThumbprint(this.certificate::get)
									.build())
						.build()));

	private static TokenCachePolicy generic() {
		return TokenCachePolicy.builder().genericGrants(true).build();
	}

	private static AuthorizationServer server() {
		return AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.member("mtls_endpoint_aliases", Map.of("token_endpoint", "https://idp.example/token"))
			.build();
	}

	private static GrantRegistration.Builder registration(String id) {
		return GrantRegistration.builder(id,
				Configuration.builder(server(), "client")
					.authentication(ClientAuthentication.clientSecretPost("secret"))
					.build());
	}

	static Stream<Arguments> different() {
		return Stream.of(different("scope", (ask) -> ask.scope("a"), (ask) -> ask.scope("a b")),
				different("a scope that is two", (ask) -> ask.scope("ab"), (ask) -> ask.scope("a b")),
				different("resource", (ask) -> ask.resource("https://a.example"),
						(ask) -> ask.resource("https://b.example")),
				different("audience", (ask) -> ask.audience("a"), (ask) -> ask.audience("b")),
				different("resource or audience", (ask) -> ask.audience("https://a.example"),
						(ask) -> ask.resource("https://a.example")),
				different("another parameter", (ask) -> ask.parameter("tenant", "a"),
						(ask) -> ask.parameter("tenant", "b")),
				different("the same value of another one", (ask) -> ask.parameter("a", "x"),
						(ask) -> ask.parameter("b", "x")));
	}

	private static Arguments different(String name, Consumer<GrantParameters.Builder> one,
			Consumer<GrantParameters.Builder> other) {
		return argumentSet(name, one, other);
	}

	@ParameterizedTest
	@MethodSource("different")
	void whatDiffersHasATokenOfItsOwn(Consumer<GrantParameters.Builder> one, Consumer<GrantParameters.Builder> other) {
		for (int i = 0; i < 2; i++) {
			this.template.clientCredentialsGrant("plain", one);
			this.template.clientCredentialsGrant("plain", other);
			exchange("marked", "subject", one);
			exchange("marked", "subject", other);
		}
		assertThat(requests()).isEqualTo(4);
	}

	@Test
	void subjectsAndActorsHaveTokensOfTheirOwn() {
		Set<String> tokens = new LinkedHashSet<>();
		for (int i = 0; i < 2; i++) {
			for (String subject : List.of("alice", "bob")) {
				tokens.add(exchange("marked", subject, (ask) -> {
				}));
				for (String actor : List.of("a1", "a2")) {
					tokens.add(exchange("marked", subject,
							(ask) -> ask.parameter("actor_token", actor).parameter("actor_token_type", ACCESS_TOKEN)));
				}
			}
		}
		assertThat(tokens).hasSize(6);
		assertThat(requests()).isEqualTo(6);
	}

	@Test
	void registrationsOfTheSameClientHaveTokensOfTheirOwn() {
		for (int i = 0; i < 2; i++) {
			exchange("marked", "alice", (ask) -> {
			});
			exchange("marked too", "alice", (ask) -> {
			});
			this.template.token("marked");
			this.template.token("marked too");
		}
		assertThat(requests()).isEqualTo(4);
	}

	@Test
	void keysAndModesHaveTokensOfTheirOwn() {
		for (int i = 0; i < 2; i++) {
			this.template.token("plain");
			for (DPoPHandle key : List.of(KEY, OTHER_KEY)) {
				this.template.clientCredentialsGrant("plain", GrantParameters.none(),
						GrantOptions.builder().dpop(key, DPoPMode.PREFERRED).build());
				assertThat(
						catchThrowableOfType(GrantException.class, () -> this.template.clientCredentialsGrant("plain",
								GrantParameters.none(), GrantOptions.builder().dpop(key, DPoPMode.REQUIRED).build())))
					.isNotNull();
			}
		}
		// The stub binds nothing, so what requires it fails, once each, and cools down.
		assertThat(requests()).isEqualTo(5);
	}

	@Test
	void certificatesHaveTokensOfTheirOwn() {
		assertThat(this.template.token("mutual").accessToken()).isEqualTo("token-1");
		assertThat(this.template.token("mutual").accessToken()).isEqualTo("token-1");
		this.certificate.set("two");
		assertThat(this.template.token("mutual").accessToken()).isEqualTo("token-2");
		assertThat(this.template.clientCredentialsGrant("mutual", (ask) -> ask.scope("a")).accessToken())
			.isEqualTo("token-3");
		this.certificate.set("three");
		assertThat(this.template.clientCredentialsGrant("mutual", (ask) -> ask.scope("a")).accessToken())
			.isEqualTo("token-4");
	}

	@Test
	void theOrderOfScopesAndParametersAndARepeatedScopeMakeNoDifference() {
		List<Consumer<GrantParameters.Builder>> same = List.of(
				(ask) -> ask.scope("a b").resource("https://a.example", "https://b.example").audience("x", "y"),
				(ask) -> ask.audience("y", "x").scope("b a b").resource("https://b.example", "https://a.example"),
				(ask) -> ask.resource("https://a.example")
					.scope("b")
					.scope("a")
					.audience("x")
					.audience("y")
					.resource("https://b.example"));
		same.forEach((ask) -> this.template.clientCredentialsGrant("plain", ask));
		same.forEach((ask) -> exchange("marked", "alice", ask));
		assertThat(requests()).isEqualTo(2);
	}

	@Test
	void theOrderOfOtherParametersMakesNoDifferenceEither() {
		List<Consumer<GrantParameters.Builder>> same = List.of((ask) -> ask.parameter("a", "1").parameter("b", "2"),
				(ask) -> ask.parameter("b", "2").parameter("a", "1"));
		same.forEach((ask) -> this.template.clientCredentialsGrant("plain", ask));
		assertThat(requests()).isEqualTo(1);
		same.forEach((ask) -> exchange("marked", "alice", ask));
		assertThat(requests()).isEqualTo(2);
	}

	@Test
	void genericGrantsAreKeptOnlyWhereTheRegistrationSaysSo() {
		for (int i = 0; i < 2; i++) {
			exchange("plain", "alice", (ask) -> {
			});
		}
		assertThat(requests()).isEqualTo(2);
		for (int i = 0; i < 2; i++) {
			exchange("marked", "alice", (ask) -> {
			});
		}
		assertThat(requests()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "refresh_token", "authorization_code", "urn:ietf:params:oauth:grant-type:device_code" })
	void answersForOneCallerAreNeverKept(String grantType) {
		for (int i = 0; i < 2; i++) {
			this.template.genericGrantRequest("marked", grantType,
					(ask) -> ask.parameter("refresh_token", "r").parameter("code", "c").parameter("device_code", "d"));
		}
		this.template.refreshTokenGrant("marked", "r");
		assertThat(requests()).isEqualTo(3);
		assertThat(this.cache.status().entries()).isEmpty();
		Refusals.assertMisconfigured("cacheAs",
				() -> this.template.genericGrantRequest("marked", grantType,
						GrantParameters.builder().parameter("refresh_token", "r").build(),
						GrantOptions.builder().cacheAs("alice").build()));
	}

	@Test
	void aTokenOfABackchannelAuthenticationHasNoIdentityToBeKeptUnder() {
		Refusals.assertMisconfigured("cacheAs",
				() -> this.template.genericGrantRequest("marked", "urn:openid:params:grant-type:ciba",
						GrantParameters.builder().parameter("auth_req_id", "a").build(),
						GrantOptions.builder().cacheAs("alice").build()));
		assertThat(requests()).isZero();
	}

	@Test
	void aSupplierWithoutIdentityIsNeverKept() {
		for (int i = 0; i < 2; i++) {
			supplied("marked", () -> "alice", GrantOptions.none());
		}
		assertThat(requests()).isEqualTo(2);
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@Test
	void aSupplierIsKeptUnderTheIdentityThatIsStated() {
		AtomicInteger made = new AtomicInteger();
		for (int i = 0; i < 2; i++) {
			for (String subject : List.of("alice", "bob")) {
				supplied("marked", () -> "assertion-" + made.incrementAndGet(),
						GrantOptions.builder().cacheAs(subject).build());
			}
		}
		assertThat(requests()).isEqualTo(2);
		assertThat(made).hasValue(2);
		assertThat(this.cache.status().toString()).doesNotContain("alice").doesNotContain("assertion-");
	}

	@Test
	void aStatedIdentityThatNothingIsKeptUnderIsRefused() {
		Refusals.assertMisconfigured("oidc-grants.registration.plain.cache.generic-grants",
				() -> supplied("plain", () -> "alice", GrantOptions.builder().cacheAs("alice").build()));
		assertThat(requests()).isZero();
		Refusals.assertMisconfigured("blank", () -> GrantOptions.builder().cacheAs(" "));
	}

	@Test
	void theTokenOfTheRegistrationsOwnGrantIsRefreshedAheadAndOthersToo() {
		this.template.token("plain");
		exchange("marked", "alice", (ask) -> {
		});
		supplied("marked", () -> "a", GrantOptions.builder().cacheAs("bob").build());
		this.clock.advance(Duration.ofMinutes(50));
		this.template.token("plain");
		exchange("marked", "alice", (ask) -> {
		});
		supplied("marked", () -> "a", GrantOptions.builder().cacheAs("bob").build());
		assertThat(this.background).hasSize(3);
		assertThat(requests()).isEqualTo(3);
		this.background.forEach(Runnable::run);
		assertThat(requests()).isEqualTo(6);
		assertThat(this.template.token("plain").accessToken()).isEqualTo("token-4");
	}

	@Test
	void aTokenIsServedAsItsRegistrationSays() {
		this.template.token("to the end");
		this.clock.advance(Duration.ofHours(1).minusNanos(1));
		assertThat(this.template.token("to the end").accessToken()).isEqualTo("token-1");
		assertThat(this.background).isEmpty();
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.template.token("to the end").accessToken()).isEqualTo("token-2");
	}

	@Test
	void oneTokenIsForgottenByItsParametersOrItsValue() {
		GrantParameters scoped = GrantParameters.builder().scope("a").build();
		this.template.token("plain");
		this.template.clientCredentialsGrant("plain", scoped);
		this.template.evict("plain", scoped);
		assertThat(this.template.clientCredentialsGrant("plain", scoped).accessToken()).isEqualTo("token-3");
		assertThat(this.template.token("plain").accessToken()).isEqualTo("token-1");
		assertThat(this.template.evictAccessToken("token-1")).isTrue();
		assertThat(this.template.evictAccessToken("token-1")).isFalse();
		assertThat(this.template.token("plain").accessToken()).isEqualTo("token-4");
		assertThat(this.template.clientCredentialsGrant("plain", scoped).accessToken()).isEqualTo("token-3");
	}

	@Test
	void theTokenOfOneSubjectIsForgotten() {
		for (String subject : List.of("ada", "grace")) {
			supplied("marked", () -> "subject", GrantOptions.builder().cacheAs(subject).build());
		}
		assertThat(requests()).isEqualTo(2);
		this.template.evict("marked", EXCHANGE, asking(() -> "subject"), GrantOptions.builder().cacheAs("ada").build());
		supplied("marked", () -> "subject", GrantOptions.builder().cacheAs("grace").build());
		assertThat(requests()).isEqualTo(2);
		supplied("marked", () -> "subject", GrantOptions.builder().cacheAs("ada").build());
		assertThat(requests()).isEqualTo(3);
	}

	@Test
	void aClientThatIsRefusedIsNotSentForAWhile() {
		this.status = 401;
		assertThat(kind(() -> this.template.token("plain"))).isEqualTo(Kind.OAUTH_ERROR);
		assertThat(kind(() -> this.template.token("plain"))).isEqualTo(Kind.COOLING_DOWN);
		assertThat(kind(() -> this.template.clientCredentialsGrant("plain", (ask) -> ask.scope("b"))))
			.isEqualTo(Kind.COOLING_DOWN);
		assertThat(kind(() -> this.template.token("marked"))).isEqualTo(Kind.OAUTH_ERROR);
		// What is not kept is the caller's own affair.
		assertThat(kind(() -> exchange("plain", "alice", (ask) -> {
		}))).isEqualTo(Kind.OAUTH_ERROR);
	}

	private static Kind kind(Runnable call) {
		return catchThrowableOfType(GrantException.class, call::run).kind();
	}

	private String exchange(String id, String subject, Consumer<GrantParameters.Builder> more) {
		return this.template
			.genericGrantRequest(id, EXCHANGE,
					(ask) -> more
						.accept(ask.parameter("subject_token", subject).parameter("subject_token_type", ACCESS_TOKEN)))
			.accessToken();
	}

	private void supplied(String id, Supplier<String> subject, GrantOptions options) {
		this.template.genericGrantRequest(id, EXCHANGE, asking(subject), options);
	}

	private static GrantParameters asking(Supplier<String> subject) {
		return GrantParameters.builder()
			.parameter("subject_token", subject)
			.parameter("subject_token_type", ACCESS_TOKEN)
			.build();
	}

	private int requests() {
		return this.transport.requests().size();
	}

}
