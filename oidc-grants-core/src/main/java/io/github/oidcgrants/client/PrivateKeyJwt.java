package io.github.oidcgrants.client;

import java.time.Instant;
import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * {@code private_key_jwt} (RFC 7523 section 2.2, OpenID Connect Core 1.0 section 9).
 */
final class PrivateKeyJwt extends ClientAuthentication {

	private final Supplier<SigningKey> key;

	private final ClientAssertionOptions options;

	PrivateKeyJwt(Supplier<SigningKey> key, ClientAssertionOptions options) {
		super(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
		this.key = key;
		this.options = options;
	}

	@Override
	public ClientCredential credential(String clientId) {
		return new Credential(clientId, Supplied.value("key", clientId, this.key), this.options);
	}

	private record Credential(String clientId, SigningKey key,
			ClientAssertionOptions options) implements ClientCredential {

		@Override
		public void apply(HttpCall call, ServerMetadata server, Instant now) {
			JWSAlgorithm algorithm = this.key.algorithm(this.options.algorithm(),
					ClientAssertion.listedAlgorithms(server));
			String assertion = this.key.sign(ClientAssertion.header(algorithm, this.key.headerMembers(), this.options),
					ClientAssertion.claims(this.clientId, call, server, now, this.options));
			ClientAssertion.send(call, this.clientId, assertion);
		}

	}

}
