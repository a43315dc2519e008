package io.github.oidcgrants.client;

import java.time.Instant;
import java.util.function.Supplier;

import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * {@code private_key_jwt} with a key that someone else holds.
 */
final class ReadyMadeAssertion extends ClientAuthentication {

	private final Supplier<String> assertion;

	ReadyMadeAssertion(Supplier<String> assertion) {
		super(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
		this.assertion = assertion;
	}

	@Override
	public ClientCredential credential(String clientId) {
		return new Credential(clientId, Supplied.text("client assertion", clientId, this.assertion).strip());
	}

	private record Credential(String clientId, String assertion) implements ClientCredential {

		@Override
		public void apply(HttpCall call, ServerMetadata server, Instant now) {
			ClientAssertion.send(call, this.clientId, this.assertion);
		}

		@Override
		public String toString() {
			return Redactor.MASK;
		}

	}

}
