package io.github.oidcgrants.boot;

import java.util.Map;
import java.util.Objects;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Grants that go on with what a user once allowed: refresh and token exchange.
 */
class UserGrantTests {

	private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

	private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

	private static SpringAuthorizationServer server;

	@BeforeAll
	static void start() {
		server = SpringAuthorizationServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	private static ApplicationContextRunner runner(String... more) {
		String prefix = "oidc-grants.registration.users.";
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues("oidc-grants.provider.main.issuer-uri=" + server.issuer(),
					"oidc-grants.http.allow-insecure-requests=true", prefix + "provider=main",
					prefix + "client-id=client_secret_basic",
					prefix + "client-secret=" + SpringAuthorizationServer.secret("client_secret_basic"))
			.withPropertyValues(more);
	}

	@Test
	void a_refresh_token_is_of_use_once_and_brings_the_next() {
		String first = server.refreshToken("client_secret_basic", Map.of());
		runner().run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			TokenEndpointResponse second = template.refreshTokenGrant("users", first);
			assertThat(second.refreshToken()).isNotNull().isNotEqualTo(first);
			TokenEndpointResponse third = template.refreshTokenGrant("users", second);
			assertThat(third.refreshToken()).isNotNull().isNotEqualTo(second.refreshToken());
			assertThat(third.accessToken()).isNotEqualTo(second.accessToken());
			GrantException ex = catchThrowableOfType(GrantException.class,
					() -> template.refreshTokenGrant("users", first));
			assertThat(ex.kind()).isEqualTo(Kind.OAUTH_ERROR);
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant");
		});
	}

	@Test
	void the_ID_token_of_a_refresh_is_validated() {
		runner("oidc-grants.registration.users.id-token.signature-algorithm=RS256").run((context) -> {
			OidcIdToken claims = Objects.requireNonNull(context.getBean(GrantTemplate.class)
				.refreshTokenGrant("users", server.refreshToken("client_secret_basic", Map.of()))
				.claims());
			assertThat(claims.getSubject()).isEqualTo("user-1");
			assertThat(claims.getIssuer()).hasToString(server.issuer());
			assertThat(claims.getAudience()).containsExactly("client_secret_basic");
		});
		runner("oidc-grants.registration.users.id-token.signature-algorithm=ES256").run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			String refreshToken = server.refreshToken("client_secret_basic", Map.of());
			GrantException ex = catchThrowableOfType(GrantException.class,
					() -> template.refreshTokenGrant("users", refreshToken));
			assertThat(ex.kind()).isEqualTo(Kind.ID_TOKEN_REFUSED);
		});
	}

	@Test
	void the_token_of_a_user_is_exchanged() {
		runner("oidc-grants.registration.users.authorization-grant-type=" + EXCHANGE,
				"oidc-grants.registration.users.parameters.subject_token_type=" + ACCESS_TOKEN)
			.run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				String subject = template
					.refreshTokenGrant("users", server.refreshToken("client_secret_basic", Map.of()))
					.accessToken();
				TokenEndpointResponse token = template.genericGrantRequest("users", EXCHANGE,
						(p) -> p.parameter("subject_token", subject).scope("read:users"));
				assertThat(token.get("issued_token_type")).isEqualTo(ACCESS_TOKEN);
				assertThat(token.accessToken()).isNotEqualTo(subject);
				assertThat(SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getSubject()).isEqualTo("user-1");
				GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
				assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
				assertThat(ex).hasMessageContaining("needs the parameter 'subject_token'");
			});
	}

	/**
	 * This server exchanges only tokens that have a user behind them.
	 */
	@Test
	void the_token_of_a_client_is_not_exchanged_by_this_server() {
		runner().run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			String subject = template.token("users").accessToken();
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.genericGrantRequest("users",
					EXCHANGE,
					(p) -> p.parameter("subject_token", subject).parameter("subject_token_type", ACCESS_TOKEN)));
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant");
		});
	}

}
