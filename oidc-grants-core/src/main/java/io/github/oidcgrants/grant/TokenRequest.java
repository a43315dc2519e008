package io.github.oidcgrants.grant;

import io.github.oidcgrants.client.Configuration;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * All that one grant has the token endpoint asked.
 *
 * @param configuration the client
 * @param grantType the grant
 * @param parameters what it asks for
 * @param options how to run it
 * @param previous the ID token that the answer's must agree with, or {@code null}
 */
record TokenRequest(Configuration configuration, AuthorizationGrantType grantType, GrantParameters parameters,
		GrantOptions options, @Nullable OidcIdToken previous) {

	TokenRequest(Configuration configuration, AuthorizationGrantType grantType, GrantParameters parameters,
			GrantOptions options) {
		this(configuration, grantType, parameters, options, null);
	}

	boolean isTokenExchange() {
		return AuthorizationGrantType.TOKEN_EXCHANGE.equals(this.grantType);
	}

}
