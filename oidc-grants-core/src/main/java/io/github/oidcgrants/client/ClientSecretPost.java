package io.github.oidcgrants.client;

import java.util.function.Supplier;

import io.github.oidcgrants.http.HttpCall;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * {@code client_secret_post} (RFC 6749 section 2.3.1).
 */
final class ClientSecretPost extends ClientAuthentication {

	private final Supplier<String> secret;

	ClientSecretPost(Supplier<String> secret) {
		super(ClientAuthenticationMethod.CLIENT_SECRET_POST);
		this.secret = secret;
	}

	@Override
	public void authenticate(String clientId, HttpCall call) {
		call.parameter(OAuth2ParameterNames.CLIENT_ID, clientId);
		call.secretParameter(OAuth2ParameterNames.CLIENT_SECRET, FixedSecret.read(clientId, this.secret));
	}

}
