package io.github.oidcgrants.jose;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Texts that nobody guesses and that never come twice: identifiers of JWTs, and secrets.
 */
public final class RandomText {

	private static final SecureRandom RANDOM = new SecureRandom();

	private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

	private RandomText() {
	}

	/**
	 * {@return 128 random bits in base64url}
	 */
	public static String bits128() {
		return next(16);
	}

	/**
	 * {@return 160 random bits in base64url}
	 */
	public static String bits160() {
		return next(20);
	}

	private static String next(int length) {
		byte[] bytes = new byte[length];
		RANDOM.nextBytes(bytes);
		return BASE64URL.encodeToString(bytes);
	}

}
