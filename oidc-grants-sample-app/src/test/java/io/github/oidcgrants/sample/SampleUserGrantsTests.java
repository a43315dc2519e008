package io.github.oidcgrants.sample;

import java.util.List;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The grants that ask in the name of a user.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.authorization-server.port=0")
class SampleUserGrantsTests {

	@Autowired
	private GrantTemplate grants;

	@Autowired
	private DemoUser user;

	private RestTestClient http;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.http = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
	}

	@Test
	void refreshRotatesTheRefreshTokenAndTheSpentOneIsRefused() {
		this.http.get()
			.uri("/refresh")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.tokenType")
			.isEqualTo("bearer")
			.jsonPath("$.accessToken")
			.value(String.class, (token) -> assertThat(token).matches("[^*]{6}\\*\\*\\*"))
			.jsonPath("$.scope.length()")
			.isEqualTo(3)
			.jsonPath("$.rotated")
			.isEqualTo(true)
			.jsonPath("$.subject")
			.isEqualTo("demo-user")
			.jsonPath("$.reuse")
			.isEqualTo("invalid_grant");
	}

	@Test
	void theSuccessorWorksAfterTheSpentRefreshTokenWasTried() {
		TokenEndpointResponse first = this.user.tokens();
		TokenEndpointResponse second = this.grants.refreshTokenGrant("demo-user", first);
		GrantException refused = catchThrowableOfType(GrantException.class,
				() -> this.grants.refreshTokenGrant("demo-user", first));

		TokenEndpointResponse third = this.grants.refreshTokenGrant("demo-user", second);

		assertThat(refused.getError().getErrorCode()).isEqualTo("invalid_grant");
		assertThat(third.refreshToken()).isNotNull().isNotEqualTo(second.refreshToken());
		assertThat(third.claims()).isNotNull().extracting(OidcIdToken::getSubject).isEqualTo("demo-user");
	}

	@Test
	void refreshCanAskForLess() {
		String refreshToken = this.user.tokens().refreshToken();

		assertThat(refreshToken).isNotNull();
		assertThat(this.grants.refreshTokenGrant("demo-user", refreshToken, (ask) -> ask.scope("read:users")).scopes())
			.containsExactly("read:users");
	}

	@Test
	void exchangeGivesTokenForTheApiThatSaysWhoActs() {
		this.http.get()
			.uri("/token-exchange")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.issuedTokenType")
			.isEqualTo("urn:ietf:params:oauth:token-type:access_token")
			.jsonPath("$.tokenType")
			.isEqualTo("bearer")
			.jsonPath("$.accessToken")
			.value(String.class, (token) -> assertThat(token).matches("[^*]{6}\\*\\*\\*"))
			.jsonPath("$.scope")
			.isEqualTo(List.of("read:users"))
			.jsonPath("$.statusBefore")
			.isEqualTo(401)
			.jsonPath("$.api.status")
			.isEqualTo(200)
			.jsonPath("$.api.body.calledBy")
			.isEqualTo("demo-user")
			.jsonPath("$.api.body.actor.sub")
			.isEqualTo("sample")
			.jsonPath("$.api.body.audience")
			.isEqualTo(List.of("https://users.example.com"));
	}

	@Test
	void exchangeForAnUnknownAudienceIsRefused() {
		String subject = this.user.tokens().accessToken();

		GrantException ex = catchThrowableOfType(GrantException.class,
				() -> this.grants.genericGrantRequest("exchange", "urn:ietf:params:oauth:grant-type:token-exchange",
						(ask) -> ask.parameter("subject_token", subject)
							.parameter("actor_token", subject)
							.audience("https://unknown.example.com")));

		assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_target");
	}

	@Test
	void theServersOwnGrantChecksTheScope() {
		GrantException ex = catchThrowableOfType(GrantException.class, () -> this.grants
			.genericGrantRequest("demo-user", "urn:oidc-grants:sample:demo-user", (ask) -> ask.scope("delete:users")));

		assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_scope");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/refresh", "/token-exchange" })
	void noAnswerHoldsToken(String uri) {
		String answer = this.http.get().uri(uri).exchange().returnResult(String.class).getResponseBody();

		// Neither a JWT nor a refresh token is without such a piece.
		assertThat(answer).isNotEmpty().doesNotContainPattern("[A-Za-z0-9_-]{40}");
	}

}
