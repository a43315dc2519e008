package io.github.oidcgrants.boot.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.PersistentStore;
import io.github.oidcgrants.boot.StubServer;
import io.github.oidcgrants.boot.actuate.autoconfigure.OidcGrantsEndpointAutoConfiguration;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.cache.TokenCacheStatus;
import io.github.oidcgrants.cache.TokenStore;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.awaitility.Awaitility;
import io.github.oidcgrants.managed.ManagedTokenStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class OidcGrantsEndpointTests {

	private static final String R = "oidc-grants.registration.payments.";

	private final StubServer server = StubServer.start();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(OidcGrantsAutoConfiguration.class, OidcGrantsEndpointAutoConfiguration.class))
		.withPropertyValues("oidc-grants.http.allow-insecure-requests=true",
				"oidc-grants.provider.main.token-uri=" + this.server.address() + "/token", R + "provider=main",
				R + "client-id=app", R + "client-secret=hush", R + "scope=read,write", R + "resource=https://a.example",
				"management.endpoints.web.exposure.include=oidcgrants");

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void it_reports_what_is_kept_without_the_token() {
		this.runner.run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			template.token("payments");
			template.token("payments");
			TokenCacheDescriptor answer = context.getBean(OidcGrantsEndpoint.class).tokens();
			assertThat(answer.hits()).isEqualTo(1);
			assertThat(answer.misses()).isEqualTo(1);
			assertThat(answer.requests()).isEqualTo(1);
			assertThat(answer.joinedCallers() + answer.failures() + answer.evictions()).isZero();
			assertThat(answer.maximumSize()).isEqualTo(10_000);
			assertThat(answer.store()).isNull();
			assertThat(answer.tokens()).singleElement().satisfies((token) -> {
				assertThat(token.state()).isEqualTo("fresh");
				assertThat(token.refreshDue()).isBetween(token.issued().plusSeconds(225),
						token.issued().plusSeconds(255));
				assertThat(token.lastError()).isNull();
				assertThat(token.registration()).isEqualTo("payments");
				assertThat(token.grant()).isEqualTo("client_credentials");
				assertThat(token.scopes()).containsExactlyInAnyOrder("read", "write");
				assertThat(token.resources()).containsExactly("https://a.example");
				assertThat(token.tokenType()).isEqualTo("bearer");
				assertThat(token.expires()).isEqualTo(token.issued().plusSeconds(300));
				assertThat(token.keptUntil()).isBetween(token.issued(), token.expires());
			});
			assertThat(answer.toString()).doesNotContain("token-1").doesNotContain("hush");
		});
	}

	@Test
	void it_gives_each_counter_and_each_state_its_name() {
		TokenCacheDescriptor answer = TokenCacheDescriptor
			.of(new TokenCacheStatus(Stream.of(TokenCacheStatus.State.values())
				.map((state) -> new TokenCacheStatus.Entry(state, "payments", "client_credentials", Set.of(), List.of(),
						null, null, null))
				.toList(), 7, new TokenCacheStatus.Counters(1, 2, 3, 4, 5, 6), null), Map.of());
		assertThat(answer.hits()).isEqualTo(1);
		assertThat(answer.misses()).isEqualTo(2);
		assertThat(answer.requests()).isEqualTo(3);
		assertThat(answer.joinedCallers()).isEqualTo(4);
		assertThat(answer.failures()).isEqualTo(5);
		assertThat(answer.evictions()).isEqualTo(6);
		assertThat(answer.maximumSize()).isEqualTo(7);
		assertThat(answer.tokens()).extracting(TokenCacheDescriptor.TokenDescriptor::state)
			.containsExactly("fresh", "refreshing", "stale", "cooling-down");
	}

	@Test
	void it_counts_refresh_tokens_that_are_in_memory_only() {
		this.runner.withBean(ManagedTokenStore.class, PersistentStore::new).run((context) -> {
			OidcGrantsEndpoint endpoint = context.getBean(OidcGrantsEndpoint.class);
			assertThat(endpoint.tokens().managed()).isEmpty();
			context.getBean(PersistentStore.class).fails = true;
			context.getBean(GrantTemplate.class)
				.managed("payments")
				.put("ada", PersistentStore.login("access-1", "refresh-1"));
			assertThat(endpoint.tokens().managed()).containsOnlyKeys("payments");
			assertThat(endpoint.tokens().managed().get("payments").unsavedRefreshTokens()).isEqualTo(1);
			assertThat(endpoint.tokens().toString()).doesNotContain("refresh-1").doesNotContain("access-1");
		});
	}

	@Test
	void it_forgets_the_tokens_of_a_registration() {
		this.runner.run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			template.token("payments");
			assertThat(context.getBean(OidcGrantsEndpoint.class).evict("another").getStatus()).isEqualTo(404);
			assertThat(template.token("payments").accessToken()).isEqualTo("token-1");
			assertThat(context.getBean(OidcGrantsEndpoint.class).evict("payments").getStatus()).isEqualTo(204);
			assertThat(context.getBean(OidcGrantsEndpoint.class).tokens().tokens()).isEmpty();
			assertThat(template.token("payments").accessToken()).isEqualTo("token-2");
		});
	}

	@Test
	void it_reports_what_cannot_be_asked_for_until_someone_lets_it() {
		this.runner.run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			OidcGrantsEndpoint endpoint = context.getBean(OidcGrantsEndpoint.class);
			this.server.answer(401, "{\"error\":\"invalid_client\"}");
			for (Kind kind : List.of(Kind.OAUTH_ERROR, Kind.COOLING_DOWN)) {
				assertThat(catchThrowableOfType(GrantException.class, () -> template.token("payments")).kind())
					.isEqualTo(kind);
			}
			assertThat(endpoint.tokens().failures()).isEqualTo(1);
			assertThat(endpoint.tokens().tokens()).singleElement().satisfies((token) -> {
				assertThat(token.state()).isEqualTo("cooling-down");
				assertThat(token.registration()).isEqualTo("payments");
				assertThat(token.issued()).isNull();
				assertThat(token.lastError()).contains("invalid_client").doesNotContain("hush");
				assertThat(token.coolingDownFor()).isPositive();
			});
			this.server.answer(200, "");
			endpoint.evict("payments");
			assertThat(template.token("payments").accessToken()).startsWith("token-");
		});
	}

	@Test
	void it_reports_how_the_store_is() {
		TokenStore store = TokenStore.inMemory();
		this.runner.withBean(TokenStore.class, () -> store).run((context) -> {
			context.getBean(GrantTemplate.class).token("payments");
			TokenCacheDescriptor.StoreDescriptor status = context.getBean(OidcGrantsEndpoint.class).tokens().store();
			assertThat(status).isEqualTo(new TokenCacheDescriptor.StoreDescriptor(false, 0, null));
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> store.toString().equals("InMemoryTokenStore[size=1]"));
		});
	}

	@Test
	void it_is_there_only_where_it_is_exposed() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(OidcGrantsEndpoint.class));
		this.runner.withPropertyValues("management.endpoint.oidcgrants.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(OidcGrantsEndpoint.class));
	}

	@Test
	void without_an_actuator_the_rest_works() {
		this.runner.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(GrantTemplate.class)
				.doesNotHaveBean(OidcGrantsEndpoint.class)
				.doesNotHaveBean(SanitizingFunction.class));
	}

	@Test
	void secrets_are_masked_where_properties_are_shown() {
		this.runner.run((context) -> {
			SanitizingFunction function = context.getBean(SanitizingFunction.class);
			assertThat(shown(function, R + "client-secret")).isEqualTo(SanitizableData.SANITIZED_VALUE);
			assertThat(shown(function, R + "clientSecret")).isEqualTo(SanitizableData.SANITIZED_VALUE);
			assertThat(shown(function, R + "parameters.ticket")).isEqualTo(SanitizableData.SANITIZED_VALUE);
			assertThat(shown(function, "OIDCGRANTS_REGISTRATION_PAYMENTS_CLIENTSECRET"))
				.isEqualTo(SanitizableData.SANITIZED_VALUE);
			assertThat(shown(function, R + "client-id")).isEqualTo("value");
			assertThat(shown(function, "other.client-secret")).isEqualTo("value");
		});
	}

	private static Object shown(SanitizingFunction function, String key) {
		return function
			.applyUnlessFiltered(new SanitizableData(new MapPropertySource("test", Map.of(key, "value")), key, "value"))
			.getValue();
	}

}
