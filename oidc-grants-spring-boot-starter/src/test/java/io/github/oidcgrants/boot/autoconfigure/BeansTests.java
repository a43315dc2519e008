package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantOperations;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.Failures;
import io.github.oidcgrants.boot.StubServer;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.ClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BeansTests {

	private final StubServer server = StubServer.start();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ApplicationContextRunner two() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues("oidc-grants.http.allow-insecure-requests=true",
					"oidc-grants.provider.main.issuer-uri=" + this.server.address(),
					"oidc-grants.registration.payments.provider=main",
					"oidc-grants.registration.payments.client-id=app-payments",
					"oidc-grants.registration.orders.provider=main",
					"oidc-grants.registration.orders.client-id=app-orders");
	}

	@Test
	void without_properties_there_is_a_template_without_registrations() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.run((context) -> {
				assertThat(context.getBean(GrantTemplate.class).registrationIds()).isEmpty();
				assertThat(context).doesNotHaveBean(Configuration.class).hasSingleBean(GrantClient.class);
			});
	}

	@Test
	void each_registration_has_a_configuration_that_is_injected_by_its_id() {
		two().withBean(ById.class).run((context) -> {
			assertThat(context.getBean(ById.class).payments().clientId()).isEqualTo("app-payments");
			assertThat(context.getBean(ById.class).orders().clientId()).isEqualTo("app-orders");
			assertThat(context).hasBean("oidcGrantsConfiguration-payments").hasBean("oidcGrantsConfiguration-orders");
			assertThat(context.getBean(GrantTemplate.class).configuration("orders"))
				.isSameAs(context.getBean(ById.class).orders());
		});
	}

	@Test
	void whoever_runs_grants_only_is_given_the_template_as_its_operations() {
		two().withBean(Caller.class)
			.run((context) -> assertThat(context.getBean(Caller.class).grants())
				.isSameAs(context.getBean(GrantTemplate.class)));
	}

	@Test
	void a_bean_of_the_application_may_be_named_like_a_registration() {
		two().withBean("payments", String.class, () -> "mine").withBean(ById.class).run((context) -> {
			assertThat(context.getBean("payments")).isEqualTo("mine");
			assertThat(context.getBean(ById.class).payments().clientId()).isEqualTo("app-payments");
		});
	}

	@Test
	void beans_of_the_application_are_used_instead() {
		GrantClient client = GrantClient.create();
		TokenCache cache = TokenCache.create();
		two().withBean(GrantClient.class, () -> client).withBean(TokenCache.class, () -> cache).run((context) -> {
			assertThat(context.getBean(GrantClient.class)).isSameAs(client);
			context.getBean(GrantTemplate.class).token("payments");
			assertThat(cache.status().entries()).hasSize(1);
		});
		GrantTemplate template = new GrantTemplate(client, cache, List.of());
		two().withBean(GrantTemplate.class, () -> template)
			.run((context) -> assertThat(context.getBean(GrantTemplate.class)).isSameAs(template));
	}

	@Test
	void registrations_that_are_beans_are_added() {
		two().withBean(GrantRegistration.class, () -> declared("reports")).run((context) -> {
			assertThat(context.getBean(GrantTemplate.class).registrationIds()).containsExactlyInAnyOrder("payments",
					"orders", "reports");
			assertThat(context.getBean(GrantTemplate.class).token("reports").accessToken()).isEqualTo("token-1");
		});
	}

	@Test
	void a_registration_that_is_both_a_bean_and_configured_ends_the_start() {
		two().withBean(GrantRegistration.class, () -> declared("orders")).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(Failures.analyze(context.getStartupFailure()).getDescription())
				.contains("'oidc-grants.registration.orders'")
				.contains("GrantRegistration bean");
		});
	}

	private GrantRegistration declared(String id) {
		Configuration configuration = Configuration
			.builder(AuthorizationServer.discover(this.server.address()), "declared")
			.allowInsecureRequests(true)
			.build();
		return GrantRegistration.builder(id, configuration).build();
	}

	@Test
	void a_client_without_a_secret_only_says_its_id() {
		two().run((context) -> {
			context.getBean(GrantTemplate.class).token("payments");
			assertThat(this.server.forms()).containsExactly("grant_type=client_credentials&client_id=app-payments");
			assertThat(this.server.authorizations()).containsExactly("null");
		});
	}

	@Test
	void registrations_of_one_provider_share_its_metadata() {
		two().run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			template.token("payments");
			template.token("orders");
			assertThat(this.server.forms()).hasSize(2);
			assertThat(this.server.discoveries()).hasSize(1);
		});
	}

	@Test
	void registrations_that_connect_differently_share_nothing() {
		two().withPropertyValues("oidc-grants.registration.orders.connect-timeout=1s")
			.run((context) -> assertThat(server(context, "payments")).isNotSameAs(server(context, "orders")));
		two().withPropertyValues("oidc-grants.registration.orders.timeout=1s")
			.run((context) -> assertThat(server(context, "payments")).isSameAs(server(context, "orders")));
	}

	private static AuthorizationServer server(ApplicationContext context, String id) {
		return context.getBean(GrantTemplate.class).configuration(id).server();
	}

	@Test
	void a_request_factory_of_the_application_is_not_used() {
		ClientHttpRequestFactory refusing = (uri, method) -> {
			throw new AssertionError("It was used for " + uri);
		};
		two().withBean(ClientHttpRequestFactory.class, () -> refusing)
			.run((context) -> assertThat(context.getBean(GrantTemplate.class).token("payments").accessToken())
				.isEqualTo("token-1"));
	}

	@Test
	void the_transport_of_a_client_of_the_application_serves_registrations() {
		ClientHttpRequestFactory jdk = Transports.jdk(Duration.ofSeconds(1), null);
		List<String> called = new ArrayList<>();
		ClientHttpRequestFactory counting = (uri, method) -> {
			called.add(uri.getPath());
			return jdk.createRequest(uri, method);
		};
		two().withBean(GrantClient.class, () -> GrantClient.builder().transport(counting).build()).run((context) -> {
			context.getBean(GrantTemplate.class).token("payments");
			assertThat(called).containsExactly("/.well-known/openid-configuration", "/token");
		});
	}

	@Test
	void closing_the_context_closes_the_connections() {
		two().withPropertyValues("oidc-grants.registration.orders.connect-timeout=1s").run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			template.token("payments");
			template.token("orders");
			context.getSourceApplicationContext().close();
			template.evict("payments");
			template.evict("orders");
			assertThatExceptionOfType(GrantException.class).isThrownBy(() -> template.token("payments"))
				.withMessageContaining("pool shut down");
			assertThatExceptionOfType(GrantException.class).isThrownBy(() -> template.token("orders"))
				.withMessageContaining("pool shut down");
		});
	}

	private record ById(@Qualifier("payments") Configuration payments, @Qualifier("orders") Configuration orders) {
	}

	record Caller(GrantOperations<String> grants) {
	}

}
