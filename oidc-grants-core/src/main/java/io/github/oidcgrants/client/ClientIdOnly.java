package io.github.oidcgrants.client;

import java.time.Instant;

import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * {@code none}, {@code tls_client_auth} and {@code self_signed_tls_client_auth}: the form
 * only says who asks (RFC 6749 section 3.2.1, RFC 8705 section 2); the proof, if there is
 * one, is the connection.
 */
final class ClientIdOnly extends ClientAuthentication {

	ClientIdOnly(ClientAuthenticationMethod method) {
		super(method);
	}

	@Override
	public ClientCredential credential(String clientId) {
		return new Credential(clientId);
	}

	private record Credential(String clientId) implements ClientCredential {

		@Override
		public void apply(HttpCall call, ServerMetadata server, Instant now) {
			call.parameter(OAuth2ParameterNames.CLIENT_ID, this.clientId);
		}

	}

}
