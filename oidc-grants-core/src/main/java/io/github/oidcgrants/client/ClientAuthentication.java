package io.github.oidcgrants.client;

import java.util.List;
import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.jose.SharedSecret;
import io.github.oidcgrants.jose.SigningKey;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * How a client proves to the authorization server who it is (RFC 6749 section 2.3, OpenID
 * Connect Core 1.0 section 9, RFC 7523, RFC 8705).
 * <p>
 * Secrets, keys and assertions that come from a {@link Supplier} are read at each use. If
 * the server refuses the client, they are read again, and if they have changed the
 * request is sent once more. No {@code toString} shows a secret.
 */
public abstract class ClientAuthentication {

	private final ClientAuthenticationMethod method;

	ClientAuthentication(ClientAuthenticationMethod method) {
		this.method = method;
	}

	/**
	 * A public client: it only says its {@code client_id}.
	 * @return the authentication
	 */
	public static ClientAuthentication none() {
		return new ClientIdOnly(ClientAuthenticationMethod.NONE);
	}

	/**
	 * The secret in an {@code Authorization: Basic} header, form-encoded first as RFC
	 * 6749 section 2.3.1 says.
	 * @param secret the client secret
	 * @return the authentication
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is blank
	 */
	public static ClientAuthentication clientSecretBasic(String secret) {
		return clientSecretBasic(Supplied.fixedSecret(secret));
	}

	/**
	 * The secret in an {@code Authorization: Basic} header, form-encoded first as RFC
	 * 6749 section 2.3.1 says.
	 * @param secret gives the client secret, at each use
	 * @return the authentication
	 */
	public static ClientAuthentication clientSecretBasic(Supplier<String> secret) {
		return new ClientSecretBasic(secret);
	}

	/**
	 * The secret in the form, as {@code client_secret} (RFC 6749 section 2.3.1).
	 * @param secret the client secret
	 * @return the authentication
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is blank
	 */
	public static ClientAuthentication clientSecretPost(String secret) {
		return clientSecretPost(Supplied.fixedSecret(secret));
	}

	/**
	 * The secret in the form, as {@code client_secret} (RFC 6749 section 2.3.1).
	 * @param secret gives the client secret, at each use
	 * @return the authentication
	 */
	public static ClientAuthentication clientSecretPost(Supplier<String> secret) {
		return new ClientSecretPost(secret);
	}

	/**
	 * A JWT signed with the secret by HS256 (OpenID Connect Core 1.0 section 9).
	 * @param secret the client secret, of at least 32 bytes
	 * @return the authentication
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is too short
	 */
	public static ClientAuthentication clientSecretJwt(String secret) {
		return clientSecretJwt(secret, ClientAssertionOptions.defaults());
	}

	/**
	 * A JWT signed with the secret (OpenID Connect Core 1.0 section 9).
	 * @param secret the client secret, at least as long as the algorithm's hash
	 * @param options what the JWT is like
	 * @return the authentication
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is too short
	 */
	public static ClientAuthentication clientSecretJwt(String secret, ClientAssertionOptions options) {
		SharedSecret.bytes(options.algorithm(JWSAlgorithm.HS256), secret);
		return clientSecretJwt(Supplied.fixedSecret(secret), options);
	}

	/**
	 * A JWT signed with the secret (OpenID Connect Core 1.0 section 9).
	 * @param secret gives the client secret, at each use
	 * @param options what the JWT is like
	 * @return the authentication
	 */
	public static ClientAuthentication clientSecretJwt(Supplier<String> secret, ClientAssertionOptions options) {
		return new ClientSecretJwt(secret, options);
	}

	/**
	 * A JWT signed with a private key (RFC 7523 section 2.2, OpenID Connect Core 1.0
	 * section 9).
	 * @param key the key
	 * @return the authentication
	 */
	public static ClientAuthentication privateKeyJwt(SigningKey key) {
		return privateKeyJwt(key, ClientAssertionOptions.defaults());
	}

	/**
	 * A JWT signed with a private key (RFC 7523 section 2.2, OpenID Connect Core 1.0
	 * section 9).
	 * @param key the key
	 * @param options what the JWT is like
	 * @return the authentication
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if the key cannot
	 * do the algorithm
	 */
	public static ClientAuthentication privateKeyJwt(SigningKey key, ClientAssertionOptions options) {
		JWSAlgorithm unused = key.algorithm(options.algorithm(), List.of());
		return privateKeyJwt(() -> key, options);
	}

	/**
	 * A JWT signed with a private key (RFC 7523 section 2.2, OpenID Connect Core 1.0
	 * section 9).
	 * @param key gives the key, at each use
	 * @param options what the JWT is like
	 * @return the authentication
	 */
	public static ClientAuthentication privateKeyJwt(Supplier<SigningKey> key, ClientAssertionOptions options) {
		return new PrivateKeyJwt(key, options);
	}

	/**
	 * A JWT that someone else has signed for this client, such as a Kubernetes service
	 * account token or a SPIFFE JWT-SVID (RFC 7523 section 2.2).
	 * @param assertion gives the JWT, at each use
	 * @return the authentication
	 */
	public static ClientAuthentication clientAssertion(Supplier<String> assertion) {
		return new ReadyMadeAssertion(assertion);
	}

	/**
	 * The certificate that the client's transport presents, issued by a CA (RFC 8705
	 * section 2.1).
	 * @return the authentication
	 */
	public static ClientAuthentication tlsClientAuth() {
		return new ClientIdOnly(ClientAuthenticationMethod.TLS_CLIENT_AUTH);
	}

	/**
	 * The certificate that the client's transport presents, signed by itself (RFC 8705
	 * section 2.2).
	 * @return the authentication
	 */
	public static ClientAuthentication selfSignedTlsClientAuth() {
		return new ClientIdOnly(ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH);
	}

	/**
	 * {@return the method's name}
	 */
	public final ClientAuthenticationMethod method() {
		return this.method;
	}

	/**
	 * {@return whether the proof is the certificate of the connection}
	 */
	public final boolean isMutualTls() {
		return ClientAuthenticationMethod.TLS_CLIENT_AUTH.equals(this.method)
				|| ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH.equals(this.method);
	}

	/**
	 * Reads what the proof is made of, as it is now.
	 * @param clientId the client
	 * @return what makes a request that of the client
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it cannot be
	 * had
	 */
	public abstract ClientCredential credential(String clientId);

	@Override
	public String toString() {
		return "ClientAuthentication[" + this.method.getValue() + "]";
	}

}
