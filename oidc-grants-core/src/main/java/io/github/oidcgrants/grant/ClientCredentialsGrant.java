package io.github.oidcgrants.grant;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * The client credentials grant (RFC 6749 section 4.4): a token for the client itself.
 */
public final class ClientCredentialsGrant {

	private final TokenEndpoint endpoint;

	/**
	 * Creates the grant.
	 * @param endpoint the path to the token endpoint
	 */
	public ClientCredentialsGrant(TokenEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Runs the grant.
	 * @param configuration the client
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException if there is none
	 */
	public TokenEndpointResponse request(Configuration configuration, GrantParameters parameters,
			GrantOptions options) {
		return this.endpoint
			.request(new TokenRequest(configuration, AuthorizationGrantType.CLIENT_CREDENTIALS, parameters, options));
	}

}
