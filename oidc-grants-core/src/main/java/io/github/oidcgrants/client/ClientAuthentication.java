package io.github.oidcgrants.client;

import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpCall;

import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * How a client proves to the authorization server who it is (RFC 6749 section 2.3, OpenID
 * Connect Core 1.0 section 9).
 * <p>
 * Secrets that come from a {@link Supplier} are read at each use, so that a changed one
 * is used from the next request on. No {@code toString} shows a secret.
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
		return new NoAuthentication();
	}

	/**
	 * The secret in an {@code Authorization: Basic} header, form-encoded first as RFC
	 * 6749 section 2.3.1 says.
	 * @param secret the client secret
	 * @return the authentication
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is blank
	 */
	public static ClientAuthentication clientSecretBasic(String secret) {
		return clientSecretBasic(new FixedSecret(secret));
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
		return clientSecretPost(new FixedSecret(secret));
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
	 * {@return the method's name}
	 */
	public final ClientAuthenticationMethod method() {
		return this.method;
	}

	/**
	 * Makes a request that of a client.
	 * @param clientId the client
	 * @param call the request
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if what the proof
	 * is made of cannot be had
	 */
	public abstract void authenticate(String clientId, HttpCall call);

	@Override
	public String toString() {
		return "ClientAuthentication[" + this.method.getValue() + "]";
	}

}
