package io.github.oidcgrants.boot;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * An issuer that is not what it should be is noticed when it is needed, not at start.
 */
class IssuerTests {

	private static ApplicationContextRunner runner(String issuer) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues("oidc-grants.http.allow-insecure-requests=true",
					"oidc-grants.provider.payments.issuer-uri=" + issuer,
					"oidc-grants.registration.payments.client-id=app",
					"oidc-grants.registration.payments.client-secret=hush");
	}

	@Test
	void a_server_that_is_down_at_start_is_used_once_it_is_up() {
		int port = StubServer.freePort();
		runner("http://127.0.0.1:" + port).run((context) -> {
			assertThat(context).hasNotFailed();
			GrantTemplate template = context.getBean(GrantTemplate.class);
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("payments"));
			assertThat(ex.kind()).isEqualTo(Kind.TRANSPORT);
			assertThat(ex).hasMessageContaining("http://127.0.0.1:" + port);
			try (StubServer server = StubServer.startOn(port)) {
				// By itself it would be asked a second after the failure.
				template.evict("payments");
				assertThat(template.token("payments").accessToken()).isEqualTo("token-1");
				assertThat(server.forms()).hasSize(1);
			}
		});
	}

	@Test
	void a_host_that_does_not_exist_does_not_stop_the_start() {
		runner("https://no-such-host.invalid").run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void a_server_that_calls_itself_something_else_is_not_trusted() {
		try (StubServer server = StubServer.start().callItself("https://other.example.com")) {
			runner(server.address()).run((context) -> {
				assertThat(context).hasNotFailed();
				GrantTemplate template = context.getBean(GrantTemplate.class);
				GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("payments"));
				assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
				assertThat(ex).hasMessageContaining(server.address())
					.hasMessageContaining("https://other.example.com")
					.hasMessageContaining("Set issuer-uri to exactly what the server calls itself");
				assertThat(server.forms()).isEmpty();
			});
		}
	}

}
