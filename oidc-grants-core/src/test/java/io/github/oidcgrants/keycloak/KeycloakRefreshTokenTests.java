package io.github.oidcgrants.keycloak;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Refresh with rotation, and the ID tokens that come with it.
 */
@KeycloakTest
class KeycloakRefreshTokenTests {

	private final Keycloak keycloak;

	KeycloakRefreshTokenTests(Keycloak keycloak) {
		this.keycloak = keycloak;
	}

	private TokenEndpointResponse logIn(Configuration client) {
		return this.keycloak.logIn(client, GrantOptions.none());
	}

	private TokenEndpointResponse refresh(Configuration client, TokenEndpointResponse tokens) {
		return this.keycloak.grants().refreshTokenGrant(client, tokens, GrantParameters.none(), GrantOptions.none());
	}

	@ParameterizedTest
	@ValueSource(strings = { "RS256", "ES256" })
	void id_tokens_are_validated_and_keep_their_subject(String algorithm) throws Exception {
		String id = Realm.userClient(algorithm);
		Configuration client = this.keycloak.clientWithSecret(id);
		TokenEndpointResponse first = logIn(client);
		assertThat(SignedJWT.parse(first.idToken()).getHeader().getAlgorithm()).hasToString(algorithm);
		TokenAssertions.assertUsersOwn(first, client);
		TokenEndpointResponse second = refresh(client, first);
		TokenAssertions.assertUsersOwn(second, client);
		assertThat(second.claims().getSubject()).isEqualTo(first.claims().getSubject());
		assertThat(second.accessToken()).isNotEqualTo(first.accessToken());
	}

	@Test
	void a_key_that_the_server_makes_at_its_first_use_is_found() {
		logIn(this.keycloak.clientWithSecret(Realm.userClient("RS256")));
		Configuration client = this.keycloak.clientWithSecret(Realm.userClient("ES384"));
		TokenAssertions.assertUsersOwn(logIn(client), client);
	}

	@ParameterizedTest
	@ValueSource(strings = { "RSA-OAEP-256", "ECDH-ES" })
	void encrypted_id_tokens_are_decrypted_and_validated(String algorithm) {
		String id = Realm.userClient(algorithm);
		Configuration client = this.keycloak.client(id)
			.authentication(this.keycloak.clientWithSecret(id).authentication())
			.idTokenRules(IdTokenRules.builder().decryptionKey(this.keycloak.realm().decryptionKey(algorithm)).build())
			.build();
		TokenEndpointResponse tokens = logIn(client);
		assertThat(tokens.idToken().split("\\.", -1)).hasSize(5);
		TokenAssertions.assertUsersOwn(tokens, client);
		TokenAssertions.assertUsersOwn(refresh(client, tokens), client);
	}

	@Test
	void an_encrypted_id_token_is_refused_without_a_key() {
		Configuration client = this.keycloak.clientWithSecret(Realm.userClient("ECDH-ES"));
		GrantException ex = catchThrowableOfType(GrantException.class, () -> logIn(client));
		assertThat(ex.kind()).isEqualTo(Kind.ID_TOKEN_REFUSED);
		assertThat(ex).hasMessageContaining("id-token.decryption-key");
	}

	@Test
	void an_id_token_of_another_algorithm_than_registered_is_refused() {
		String id = Realm.userClient("RS256");
		Configuration client = this.keycloak.client(id)
			.authentication(this.keycloak.clientWithSecret(id).authentication())
			.idTokenRules(IdTokenRules.builder().signatureAlgorithm("PS256").build())
			.build();
		GrantException ex = catchThrowableOfType(GrantException.class, () -> logIn(client));
		assertThat(ex.kind()).isEqualTo(Kind.ID_TOKEN_REFUSED);
		assertThat(ex).hasMessageContaining("RS256");
	}

	/**
	 * This server takes a token that comes back for a stolen one, and ends the whole
	 * session with it.
	 */
	@Test
	void a_refresh_token_is_used_once_and_its_reuse_ends_the_session() {
		Configuration client = this.keycloak.clientWithSecret(Realm.userClient("RS256"));
		TokenEndpointResponse first = logIn(client);
		TokenEndpointResponse second = refresh(client, first);
		assertThat(second.refreshToken()).isNotNull().isNotEqualTo(first.refreshToken());
		GrantException ex = Failures.assertRefused(400, "invalid_grant", () -> refresh(client, first));
		assertThat(ex).hasMessageNotContaining(first.refreshToken());
		Failures.assertRefused(400, "invalid_grant", () -> refresh(client, second));
	}

	@Test
	void a_refresh_token_of_another_client_is_refused() {
		TokenEndpointResponse tokens = logIn(this.keycloak.clientWithSecret(Realm.userClient("RS256")));
		Configuration other = this.keycloak.clientWithSecret(Realm.userClient("ES256"));
		Failures.assertRefused(400, "invalid_grant", () -> refresh(other, tokens));
	}

	@Test
	void a_wrong_password_is_an_error_of_the_server_and_in_no_message() {
		Configuration client = this.keycloak.clientWithSecret(Realm.userClient("RS256"));
		GrantException ex = Failures.assertRefused(400, "invalid_grant",
				() -> this.keycloak.grants()
					.genericGrantRequest(client, "password",
							GrantParameters.builder()
								.parameter("username", Realm.USER)
								.parameter("password", "wrong-password")
								.build()));
		assertThat(ex).hasMessageNotContaining("wrong-password");
	}

}
