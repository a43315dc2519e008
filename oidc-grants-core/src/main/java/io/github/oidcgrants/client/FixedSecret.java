package io.github.oidcgrants.client;

import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

/**
 * A secret that was configured and does not change.
 */
final class FixedSecret implements Supplier<String> {

	private final String secret;

	FixedSecret(String secret) {
		if (secret.isBlank()) {
			throw GrantException.misconfigured("The client secret (client-secret) is blank: set it, or use the"
					+ " client authentication method 'none' for a public client");
		}
		this.secret = secret;
	}

	@Override
	public String get() {
		return this.secret;
	}

	/**
	 * Reads a secret from where it comes from.
	 * @param clientId whose secret it is
	 * @param source where it comes from
	 * @return the secret, not blank
	 */
	static String read(String clientId, Supplier<? extends @Nullable String> source) {
		String secret;
		try {
			secret = source.get();
		}
		catch (GrantException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw GrantException.of(Kind.MISCONFIGURED, "The supplier of the secret of client '" + clientId
					+ "' failed with " + ex.getClass().getName() + ": nothing was sent");
		}
		if (secret == null || secret.isBlank()) {
			throw GrantException
				.misconfigured("The supplier of the secret of client '" + clientId + "' gave none: nothing was sent");
		}
		return secret;
	}

	@Override
	public String toString() {
		return Redactor.MASK;
	}

}
