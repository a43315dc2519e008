package io.github.oidcgrants.client;

import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a supplier gives, and says so if it gives nothing: that may pass.
 */
final class Supplied {

	private Supplied() {
	}

	static Supplier<String> fixedSecret(String secret) {
		if (secret.isBlank()) {
			throw GrantException.misconfigured("The client secret (client-secret) is blank: set it, or use the"
					+ " client authentication method 'none' for a public client");
		}
		return () -> secret;
	}

	static String text(String what, String clientId, Supplier<? extends @Nullable String> source) {
		String text = value(what, clientId, source);
		if (text.isBlank()) {
			throw none(what, clientId);
		}
		return text;
	}

	static <T> T value(String what, String clientId, Supplier<? extends @Nullable T> source) {
		T value;
		try {
			value = source.get();
		}
		catch (GrantException ex) {
			throw ex.ofSupplier();
		}
		catch (RuntimeException ex) {
			// Its message may hold what it failed to read.
			throw GrantException.notSupplied("The supplier of the " + what + " of client '" + clientId
					+ "' failed with " + ex.getClass().getName() + ": nothing was sent");
		}
		if (value == null) {
			throw none(what, clientId);
		}
		return value;
	}

	private static GrantException none(String what, String clientId) {
		return GrantException
			.notSupplied("The supplier of the " + what + " of client '" + clientId + "' gave none: nothing was sent");
	}

}
