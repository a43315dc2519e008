package io.github.oidcgrants.boot;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedTokenListener;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tokens that are kept and refreshed, of a server that takes each refresh token once.
 */
class ManagedTokensTests {

	private static final String R = "oidc-grants.registration.users.";

	private static SpringAuthorizationServer server;

	@BeforeAll
	static void start() {
		server = SpringAuthorizationServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	private static ApplicationContextRunner runner(String clientId) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues("oidc-grants.provider.main.issuer-uri=" + server.issuer(),
					"oidc-grants.http.allow-insecure-requests=true", R + "provider=main", R + "client-id=" + clientId);
	}

	private static ApplicationContextRunner confidential() {
		return runner("client_secret_basic")
			.withPropertyValues(R + "client-secret=" + SpringAuthorizationServer.secret("client_secret_basic"));
	}

	@Test
	void eight_threads_in_two_applications_lose_no_token_in_ten_rounds() {
		PersistentStore store = new PersistentStore();
		ApplicationContextRunner application = confidential().withBean(ManagedTokenStore.class, () -> store);
		application.run((one) -> application.run((other) -> {
			List<GrantTemplate> both = List.of(one.getBean(GrantTemplate.class), other.getBean(GrantTemplate.class));
			GrantTemplate first = both.get(0);
			first.managed("users")
				.put("user-1", first.refreshTokenGrant("users", server.refreshToken("client_secret_basic", Map.of())));
			List<String> lost = new CopyOnWriteArrayList<>();
			both.forEach((template) -> template.managed("users").listen(new ManagedTokenListener() {

				@Override
				public void lost(String registrationId, String name, GrantException reason) {
					lost.add(name + ": " + reason.getMessage());
				}

			}));
			server.tokenRequests().clear();
			ExecutorService threads = Executors.newFixedThreadPool(8);
			try {
				Set<String> seen = new HashSet<>();
				for (int round = 1; round <= 10; round++) {
					Set<String> tokens = askAtOnce(threads, both, round);
					assertThat(tokens).hasSize(1);
					seen.addAll(tokens);
					assertThat(server.tokenRequests()).hasSize(round);
				}
				assertThat(seen).hasSize(10);
				assertThat(first.managed("users").token("user-1", GrantParameters.builder().scope("openid").build()))
					.extracting(TokenEndpointResponse::accessToken)
					.isNotIn(seen);
				assertThat(server.tokenRequests()).hasSize(11);
				assertThat(lost).isEmpty();
			}
			finally {
				threads.shutdownNow();
			}
		}));
		assertThat(store.writes).isEqualTo(1 + 2 * 11);
	}

	// Nobody has asked for this yet: all must wait for a refresh.
	private static Set<String> askAtOnce(ExecutorService threads, List<GrantTemplate> templates, int round)
			throws Exception {
		GrantParameters parameters = GrantParameters.builder().parameter("round", "r" + round).build();
		CyclicBarrier start = new CyclicBarrier(8);
		List<Future<String>> tokens = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			GrantTemplate template = templates.get(i % 2);
			tokens.add(threads.submit(() -> {
				start.await(20, TimeUnit.SECONDS);
				return template.managed("users").token("user-1", parameters).accessToken();
			}));
		}
		Set<String> all = new HashSet<>();
		for (Future<String> token : tokens) {
			all.add(token.get(60, TimeUnit.SECONDS));
		}
		return all;
	}

	@Test
	void a_store_of_the_application_is_used_and_survives_a_restart() {
		PersistentStore store = new PersistentStore();
		ApplicationContextRunner application = confidential().withBean(ManagedTokenStore.class, () -> store);
		application.run((context) -> context.getBean(GrantTemplate.class)
			.managed("users")
			.put("ada", PersistentStore.login("access-1", "refresh-1")));
		assertThat(store.writes).isOne();
		application.run((
				context) -> assertThat(context.getBean(GrantTemplate.class).managed("users").token("ada").accessToken())
					.isEqualTo("access-1"));
	}

	@Test
	void without_a_store_tokens_are_kept_in_memory() {
		confidential().run((context) -> {
			assertThat(context.getBean(ManagedTokenStore.class).isPersistent()).isFalse();
			context.getBean(GrantTemplate.class)
				.managed("users")
				.put("ada", PersistentStore.login("access-1", "refresh-1"));
			assertThat(context.getBean(GrantTemplate.class).managed("users").token("ada").accessToken())
				.isEqualTo("access-1");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba" })
	void a_registration_that_keeps_logins_has_their_token(String grantType) {
		confidential().withPropertyValues(R + "authorization-grant-type=" + grantType, R + "keep-logins-as=main")
			.run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
				assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
				assertThat(ex).hasMessageContaining("has no tokens under that name");
				template.managed("users").put("main", PersistentStore.login("access-1", "refresh-1"));
				assertThat(template.token("users").accessToken()).isEqualTo("access-1");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "required", "preferred" })
	void a_public_client_whose_refresh_tokens_outlive_its_key_does_not_start(String mode) {
		runner("none").withPropertyValues(R + "dpop.mode=" + mode)
			.withBean(ManagedTokenStore.class, PersistentStore::new)
			.run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = Failures.analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains("'" + R + "dpop.key'").contains("it is not set");
				assertThat(analysis.getAction()).contains(R + "dpop.key.location").contains("file:dpop.jwk");
			});
	}

	@Test
	void with_a_key_or_a_secret_or_without_dpop_or_in_memory_it_starts() {
		ApplicationContextRunner persistent = runner("none").withBean(ManagedTokenStore.class, PersistentStore::new);
		persistent
			.withPropertyValues(R + "dpop.mode=required",
					R + "dpop.key.location=" + TestKeys.file("managed.pem", TestKeys.pem(TestKeys.ec())))
			.run((context) -> assertThat(context).hasNotFailed());
		persistent.run((context) -> assertThat(context).hasNotFailed());
		persistent.withPropertyValues(R + "dpop.mode=off").run((context) -> assertThat(context).hasNotFailed());
		confidential().withBean(ManagedTokenStore.class, PersistentStore::new)
			.withPropertyValues(R + "dpop.mode=required")
			.run((context) -> assertThat(context).hasNotFailed());
		runner("none").withPropertyValues(R + "dpop.mode=required")
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
