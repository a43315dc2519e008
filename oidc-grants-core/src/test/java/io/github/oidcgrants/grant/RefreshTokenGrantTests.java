package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The refresh token grant (RFC 6749 section 6).
 */
class RefreshTokenGrantTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@Test
	void formHasTheRefreshTokenAndNothingElse() {
		rig.client().refreshTokenGrant(rig.configuration(), "refresh +/=&1");
		assertThat(rig.form()).containsOnly(Map.entry("grant_type", List.of("refresh_token")),
				Map.entry("refresh_token", List.of("refresh +/=&1")),
				Map.entry("client_id", List.of(AuthorizationServerRig.CLIENT_ID)));
	}

	@Test
	void formHasWhatIsAskedFor() {
		rig.client()
			.refreshTokenGrant(rig.configuration(), "refresh-1",
					GrantParameters.builder()
						.scope("read", "write")
						.resource("https://a.example", "https://b.example")
						.build(),
					GrantOptions.builder().timeout(Duration.ofSeconds(10)).build());
		assertThat(rig.form()).containsEntry("scope", List.of("read write"))
			.containsEntry("resource", List.of("https://a.example", "https://b.example"))
			.containsEntry("refresh_token", List.of("refresh-1"));
	}

	@Test
	void secretGoesWithIt() {
		rig.client().refreshTokenGrant(rig.configuration(ClientAuthentication.clientSecretPost("s-1")), "refresh-1");
		assertThat(rig.form()).containsEntry("client_secret", List.of("s-1"));
	}

	@Test
	void newRefreshTokenIsGiven() {
		rig.answer(Map.of("refresh_token", "refresh-2", "expires_in", 60, "scope", "read"));
		TokenEndpointResponse response = rig.client().refreshTokenGrant(rig.configuration(), "refresh-1");
		assertThat(response.refreshToken()).isEqualTo("refresh-2");
		assertThat(response.accessToken()).isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
		assertThat(response.expiresIn()).isEqualTo(Duration.ofSeconds(60));
		assertThat(response.scopes()).containsExactly("read");
	}

	@Test
	void answerWithoutRefreshTokenGivesNone() {
		assertThat(rig.client().refreshTokenGrant(rig.configuration(), "refresh-1").refreshToken()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n" })
	void blankRefreshTokenIsNotSent(String token) {
		assertMisconfigured("The refresh token is blank",
				() -> rig.client().refreshTokenGrant(rig.configuration(), token));
		assertNothingSent();
	}

	@Test
	void refreshTokenCannotBeSetTwice() {
		GrantParameters value = GrantParameters.builder().parameter("refresh_token", "refresh-2").build();
		GrantParameters supplier = GrantParameters.builder().parameter("refresh_token", () -> "refresh-2").build();
		for (GrantParameters parameters : List.of(value, supplier)) {
			assertMisconfigured("'refresh_token' cannot be set",
					() -> rig.client().refreshTokenGrant(rig.configuration(), "refresh-1", parameters));
		}
		assertNothingSent();
	}

	@Test
	void tokensOfAnEarlierGrantAreRefreshedByTheirRefreshToken() {
		rig.answer(Map.of("refresh_token", "refresh-1"));
		Configuration configuration = rig.configuration();
		TokenEndpointResponse first = rig.client().clientCredentialsGrant(configuration);
		rig.http().resetRequests();
		rig.client().refreshTokenGrant(configuration, first, GrantParameters.none(), GrantOptions.none());
		assertThat(rig.form()).containsEntry("refresh_token", List.of("refresh-1"));
	}

	@Test
	void tokensWithoutRefreshTokenCannotBeRefreshed() {
		Configuration configuration = rig.configuration();
		TokenEndpointResponse first = rig.client().clientCredentialsGrant(configuration);
		rig.http().resetRequests();
		assertMisconfigured("There is no refresh token", () -> rig.client()
			.refreshTokenGrant(configuration, first, GrantParameters.none(), GrantOptions.none()));
		assertNothingSent();
	}

	@Test
	void refreshTokenIsMaskedInWhatTheServerSays() {
		rig.answer(AuthorizationServerRig.json(400,
				Map.of("error", "invalid_grant", "error_description", "No such token: refresh-1-s3cret")));
		assertFails(Kind.OAUTH_ERROR, () -> rig.client().refreshTokenGrant(rig.configuration(), "refresh-1-s3cret"))
			.withMessageContaining("invalid_grant")
			.withMessageContaining("No such token: ***")
			.withMessageNotContaining("s3cret");
	}

	@Test
	void templateSendsNoneOfTheRegistrationsParameters() {
		GrantTemplate template = template();
		template.refreshTokenGrant("api", "refresh-1");
		assertThat(rig.form()).containsOnlyKeys("grant_type", "refresh_token", "client_id");
		rig.http().resetRequests();
		template.refreshTokenGrant("api", "refresh-1", (parameters) -> parameters.scope("read"));
		assertThat(rig.form()).containsOnlyKeys("grant_type", "refresh_token", "client_id", "scope")
			.containsEntry("scope", List.of("read"));
	}

	@Test
	void templateKeepsNoRefreshedToken() {
		GrantTemplate template = template();
		rig.answer(Map.of("expires_in", 3600));
		TokenEndpointResponse first = template.refreshTokenGrant("api", "refresh-1");
		rig.answer(Map.of("access_token", "access-token-2", "refresh_token", "refresh-2", "expires_in", 3600));
		TokenEndpointResponse second = template.refreshTokenGrant("api", "refresh-1");
		assertThat(first.accessToken()).isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
		assertThat(second.accessToken()).isEqualTo("access-token-2");
		template.refreshTokenGrant("api", second);
		assertThat(rig.tokenRequests()).hasSize(3);
	}

	private static GrantTemplate template() {
		GrantParameters defaults = GrantParameters.builder()
			.scope("read", "write")
			.resource("https://a.example")
			.parameter("tenant", "t1")
			.build();
		return new GrantTemplate(rig.client(), TokenCache.create(rig.time, rig.time::nanoTime),
				List.of(GrantRegistration.builder("api", rig.configuration()).parameters(defaults).build()));
	}

	private static void assertNothingSent() {
		assertThat(rig.http().getAllServeEvents()).isEmpty();
	}

}
