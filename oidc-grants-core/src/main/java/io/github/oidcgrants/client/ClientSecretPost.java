package io.github.oidcgrants.client;

import java.time.Instant;
import java.util.function.Supplier;

import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.metadata.ServerMetadata;

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
	public ClientCredential credential(String clientId) {
		return new Credential(clientId, Supplied.text("secret", clientId, this.secret));
	}

	private record Credential(String clientId, String secret) implements ClientCredential {

		@Override
		public void apply(HttpCall call, ServerMetadata server, Instant now) {
			call.parameter(OAuth2ParameterNames.CLIENT_ID, this.clientId);
			call.secretParameter(OAuth2ParameterNames.CLIENT_SECRET, this.secret);
		}

		@Override
		public String toString() {
			return Redactor.MASK;
		}

	}

}
