package io.github.oidcgrants.keycloak;

import java.text.ParseException;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What tokens must be like.
 */
final class TokenAssertions {

	private TokenAssertions() {
	}

	/**
	 * Asserts that an access token is bound to a key, as the server says and as the token
	 * itself does.
	 */
	static void assertBound(TokenEndpointResponse token, DPoPHandle handle) throws ParseException {
		assertThat(token.tokenType()).isEqualTo("dpop");
		assertThat(token.dpopThumbprint()).isEqualTo(handle.thumbprint());
		assertThat(SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getJSONObjectClaim("cnf"))
			.containsEntry("jkt", handle.thumbprint());
	}

	/**
	 * Asserts that there is a validated ID token, which says that the realm's user logged
	 * in to a client.
	 */
	static void assertUsersOwn(TokenEndpointResponse token, Configuration client) {
		assertOwnedBy(Realm.USER, token, client);
	}

	/**
	 * Asserts that there is a validated ID token, which says that a user logged in to a
	 * client.
	 */
	static void assertOwnedBy(String user, TokenEndpointResponse token, Configuration client) {
		OidcIdToken claims = token.claims();
		assertThat(claims).isNotNull();
		assertThat(claims.getIssuer()).hasToString(client.server().issuer());
		assertThat(claims.getAudience()).containsExactly(client.clientId());
		assertThat(claims.getPreferredUsername()).isEqualTo(user);
		assertThat(claims.getSubject()).isNotBlank();
		assertThat(claims.getExpiresAt()).isAfter(claims.getIssuedAt());
		assertThat(claims.getAccessTokenHash()).isNotBlank();
	}

}
