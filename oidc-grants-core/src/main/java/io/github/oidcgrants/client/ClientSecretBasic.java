package io.github.oidcgrants.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Supplier;

import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * {@code client_secret_basic} (RFC 6749 section 2.3.1): both parts are form-encoded
 * before they are joined, so a colon or a letter outside ASCII in either does no harm.
 */
final class ClientSecretBasic extends ClientAuthentication {

	private final Supplier<String> secret;

	ClientSecretBasic(Supplier<String> secret) {
		super(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
		this.secret = secret;
	}

	@Override
	public ClientCredential credential(String clientId) {
		return new Credential(clientId, Supplied.text("secret", clientId, this.secret));
	}

	private record Credential(String clientId, String secret) implements ClientCredential {

		@Override
		public void apply(HttpCall call, ServerMetadata server, Instant now) {
			String credentials = encode(this.clientId) + ":" + encode(this.secret);
			String encoded = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII));
			call.secret(this.secret).secret(encoded).header(HttpHeaders.AUTHORIZATION, "Basic " + encoded);
		}

		private static String encode(String part) {
			return URLEncoder.encode(part, StandardCharsets.UTF_8);
		}

		@Override
		public String toString() {
			return Redactor.MASK;
		}

	}

}
