package io.github.oidcgrants.client;

import io.github.oidcgrants.http.HttpCall;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * {@code none}: RFC 6749 section 3.2.1 has a public client say its {@code client_id}.
 */
final class NoAuthentication extends ClientAuthentication {

	NoAuthentication() {
		super(ClientAuthenticationMethod.NONE);
	}

	@Override
	public void authenticate(String clientId, HttpCall call) {
		call.parameter(OAuth2ParameterNames.CLIENT_ID, clientId);
	}

}
