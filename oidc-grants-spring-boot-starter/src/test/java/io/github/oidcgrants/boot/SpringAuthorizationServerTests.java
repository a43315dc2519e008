package io.github.oidcgrants.boot;

import java.util.Arrays;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * From properties to tokens of a real server, in every kind of application.
 */
class SpringAuthorizationServerTests {

	private static SpringAuthorizationServer server;

	@BeforeAll
	static void start() {
		server = SpringAuthorizationServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forget() {
		server.tokenRequests().clear();
	}

	private static String[] properties(String method, String secret) {
		String prefix = "oidc-grants.registration.users.";
		return new String[] { "oidc-grants.provider.main.issuer-uri=" + server.issuer(),
				"oidc-grants.provider.main.allow-insecure-requests=true", prefix + "provider=main",
				prefix + "client-id=" + method, prefix + "client-secret=" + secret,
				prefix + "client-authentication-method=" + method, prefix + "scope=read:users, write:users" };
	}

	private static String[] basic() {
		return properties("client_secret_basic", SpringAuthorizationServer.secret("client_secret_basic"));
	}

	private static ApplicationContextRunner runner(String... properties) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues(properties);
	}

	@ParameterizedTest
	@ValueSource(strings = { "client_secret_basic", "client_secret_post" })
	void a_client_with_a_secret_gets_a_token_that_is_kept(String method) {
		runner(properties(method, SpringAuthorizationServer.secret(method))).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			TokenEndpointResponse token = template.token("users");
			assertThat(token.tokenType()).isEqualTo("bearer");
			assertThat(token.accessToken().split("\\.")).hasSize(3);
			assertThat(token.scopes()).containsExactlyInAnyOrder("read:users", "write:users");
			assertThat(token.expiresIn()).hasMinutes(4).isPositive();
			assertThat(template.token("users")).isSameAs(token);
			assertThat(template.clientCredentialsGrant("users")).isSameAs(token);
			assertThat(server.tokenRequests()).containsExactly("read:users write:users");
			template.evict("users");
			assertThat(template.token("users").accessToken()).isNotEqualTo(token.accessToken());
			assertThat(server.tokenRequests()).hasSize(2);
		});
	}

	@Test
	void other_parameters_are_another_token() {
		runner(basic()).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			TokenEndpointResponse both = template.token("users");
			TokenEndpointResponse one = template.clientCredentialsGrant("users", (p) -> p.scope("read:users"));
			assertThat(one.scopes()).containsExactly("read:users");
			assertThat(one.accessToken()).isNotEqualTo(both.accessToken());
			assertThat(template.clientCredentialsGrant("users", (p) -> p.scope("read:users"))).isSameAs(one);
			assertThat(template.token("users")).isSameAs(both);
			assertThat(server.tokenRequests()).containsExactly("read:users write:users", "read:users");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "client_secret_basic", "client_secret_post" })
	void a_wrong_secret_is_an_error_of_the_server(String method) {
		runner(properties(method, "wrong-secret")).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
			assertThat(ex.kind()).isEqualTo(Kind.OAUTH_ERROR);
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_client");
			assertThat(ex.statusCode()).isEqualTo(401);
			assertThat(ex).hasMessageNotContaining("wrong-secret");
		});
	}

	/**
	 * This server knows public clients only with a code verifier. Without one it takes
	 * the request for one that is not authenticated at all: 401, without an OAuth error.
	 */
	@Test
	void a_public_client_is_refused_by_this_server() {
		String[] properties = Arrays.stream(properties("none", ""))
			.filter((property) -> !property.contains("client-secret"))
			.toArray(String[]::new);
		runner(properties).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
			assertThat(ex.kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
			assertThat(ex.statusCode()).isEqualTo(401);
			assertThat(ex).hasMessageContaining("/oauth2/token (registration 'users', client '")
				.hasMessageContaining(", none) answered with status 401 and no OAuth error");
			assertThat(server.tokenRequests()).hasSize(1);
		});
	}

	@Test
	void a_scope_that_the_client_may_not_have_is_an_error_of_the_server() {
		runner(basic()).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			GrantException ex = catchThrowableOfType(GrantException.class,
					() -> template.clientCredentialsGrant("users", (p) -> p.scope("delete:users")));
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_scope");
			assertThat(ex.statusCode()).isEqualTo(400);
		});
	}

	@Test
	void a_servlet_application_gets_a_token() {
		assertGetsToken(WebApplicationType.SERVLET, ServletWebServerApplicationContext.class);
	}

	@Test
	void a_webflux_application_gets_a_token() {
		assertGetsToken(WebApplicationType.REACTIVE, ReactiveWebServerApplicationContext.class);
	}

	@Test
	void an_application_without_web_server_gets_a_token() {
		try (ConfigurableApplicationContext context = run(WebApplicationType.NONE)) {
			assertThat(context).isNotInstanceOf(WebServerApplicationContext.class);
			assertThat(context.getBean(GrantTemplate.class).token("users").accessToken()).isNotEmpty();
		}
	}

	private static void assertGetsToken(WebApplicationType type,
			Class<? extends WebServerApplicationContext> contextType) {
		try (ConfigurableApplicationContext context = run(type)) {
			assertThat(context).isInstanceOf(contextType);
			assertThat(context.getBean(GrantTemplate.class).token("users").accessToken()).isNotEmpty();
			assertThat(server.tokenRequests()).hasSize(1);
		}
	}

	private static ConfigurableApplicationContext run(WebApplicationType type) {
		return new SpringApplicationBuilder(Application.class).web(type)
			.properties(basic())
			.properties("server.address=127.0.0.1", "server.port=0", "spring.main.banner-mode=off")
			.run();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
