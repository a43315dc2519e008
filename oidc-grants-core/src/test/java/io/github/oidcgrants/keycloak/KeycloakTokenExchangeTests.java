package io.github.oidcgrants.keycloak;

import java.text.ParseException;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Token exchange (RFC 8693) of a user's access token by a service that it was sent to.
 */
@KeycloakTest
class KeycloakTokenExchangeTests {

	private static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange";

	private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

	private static final String ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";

	private final Keycloak keycloak;

	private final String subjectToken;

	KeycloakTokenExchangeTests(Keycloak keycloak) {
		this.keycloak = keycloak;
		this.subjectToken = keycloak.logIn(keycloak.clientWithSecret(Realm.userClient("RS256")), GrantOptions.none())
			.accessToken();
	}

	private GrantParameters.Builder parameters() {
		return GrantParameters.builder()
			.parameter("subject_token", this.subjectToken)
			.parameter("subject_token_type", ACCESS_TOKEN);
	}

	private TokenEndpointResponse exchange(GrantParameters parameters) {
		Configuration client = this.keycloak.clientWithSecret(Realm.TOKEN_EXCHANGE_CLIENT);
		return this.keycloak.grants().genericGrantRequest(client, GRANT_TYPE, parameters);
	}

	@Test
	void an_access_token_is_exchanged_for_one_with_another_audience() throws ParseException {
		TokenEndpointResponse token = exchange(parameters().audience(Realm.API_CLIENT).build());
		assertThat(token.tokenType()).isEqualTo("bearer");
		assertThat(token.issuedTokenType()).isEqualTo(ACCESS_TOKEN);
		JWTClaimsSet claims = SignedJWT.parse(token.accessToken()).getJWTClaimsSet();
		assertThat(claims.getAudience()).containsExactly(Realm.API_CLIENT);
		assertThat(claims.getSubject()).isEqualTo(SignedJWT.parse(this.subjectToken).getJWTClaimsSet().getSubject());
	}

	/**
	 * It comes as the token that was asked for, not beside one: RFC 8693 section 2.2.1.
	 */
	@Test
	void an_access_token_is_exchanged_for_an_id_token() throws ParseException {
		TokenEndpointResponse token = exchange(
				parameters().parameter("requested_token_type", ID_TOKEN).scope("openid").build());
		assertThat(token.tokenType()).isEqualTo("n_a");
		assertThat(token.issuedTokenType()).isEqualTo(ID_TOKEN);
		assertThat(token.idToken()).isNull();
		assertThat(SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getAudience())
			.contains(Realm.TOKEN_EXCHANGE_CLIENT);
	}

	@Test
	void an_unknown_audience_is_an_error_of_the_server() {
		GrantException ex = Failures.assertRefused(400, "invalid_client",
				() -> exchange(parameters().audience("no-such-client").build()));
		assertThat(ex).hasMessageNotContaining(this.subjectToken);
	}

	@Test
	void a_client_that_may_not_exchange_is_refused() {
		Configuration client = this.keycloak.clientWithSecret(Realm.CLIENT);
		GrantParameters parameters = parameters().build();
		Failures.assertRefused(400, "invalid_request",
				() -> this.keycloak.grants().genericGrantRequest(client, GRANT_TYPE, parameters));
	}

}
