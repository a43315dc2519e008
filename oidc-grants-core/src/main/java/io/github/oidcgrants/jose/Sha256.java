package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * SHA-256 (FIPS 180-4).
 */
public final class Sha256 {

	private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

	private Sha256() {
	}

	/**
	 * {@return the digest of a text in UTF-8, in base64url}
	 * @param text the text
	 */
	public static String base64Url(String text) {
		try {
			return BASE64URL
				.encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
