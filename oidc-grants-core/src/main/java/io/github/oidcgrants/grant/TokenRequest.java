package io.github.oidcgrants.grant;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.http.HttpCall;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * All that one grant has the token endpoint asked.
 *
 * @param configuration the client
 * @param grantType the grant
 * @param parameters what it asks for
 * @param options how to run it
 * @param previous the ID token that the answer's must agree with, or {@code null}
 * @param authReqId the authentication request that the answer's ID token must be about,
 * or {@code null} for grants other than CIBA
 */
record TokenRequest(Configuration configuration, AuthorizationGrantType grantType, GrantParameters parameters,
		GrantOptions options, @Nullable OidcIdToken previous, @Nullable String authReqId) {

	TokenRequest(Configuration configuration, AuthorizationGrantType grantType, GrantParameters parameters,
			GrantOptions options) {
		this(configuration, grantType, parameters, options, null, null);
	}

	boolean isTokenExchange() {
		return AuthorizationGrantType.TOKEN_EXCHANGE.equals(this.grantType);
	}

	void fill(HttpCall call) {
		call.parameter(OAuth2ParameterNames.GRANT_TYPE, this.grantType.getValue());
		this.parameters.forEach(call::parameter, call::secretParameter);
	}

}
