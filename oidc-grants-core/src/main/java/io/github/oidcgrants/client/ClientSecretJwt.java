package io.github.oidcgrants.client;

import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.jose.SharedSecret;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * {@code client_secret_jwt} (OpenID Connect Core 1.0 section 9).
 */
final class ClientSecretJwt extends ClientAuthentication {

	private final Supplier<String> secret;

	private final ClientAssertionOptions options;

	ClientSecretJwt(Supplier<String> secret, ClientAssertionOptions options) {
		super(ClientAuthenticationMethod.CLIENT_SECRET_JWT);
		this.secret = secret;
		this.options = options;
	}

	@Override
	public ClientCredential credential(String clientId) {
		return new Credential(clientId, Supplied.text("secret", clientId, this.secret), this.options);
	}

	private record Credential(String clientId, String secret,
			ClientAssertionOptions options) implements ClientCredential {

		@Override
		public void apply(HttpCall call, ServerMetadata server, Instant now) {
			JWSAlgorithm algorithm = this.options.algorithm(JWSAlgorithm.HS256);
			String assertion = SharedSecret.sign(this.secret, ClientAssertion.header(algorithm, Map.of(), this.options),
					ClientAssertion.claims(this.clientId, call, server, now, this.options));
			call.secret(this.secret);
			ClientAssertion.send(call, this.clientId, assertion);
		}

		@Override
		public String toString() {
			return Redactor.MASK;
		}

	}

}
