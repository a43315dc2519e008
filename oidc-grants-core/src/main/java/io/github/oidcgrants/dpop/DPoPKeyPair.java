package io.github.oidcgrants.dpop;

import java.security.KeyStore;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.List;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SigningKey;

/**
 * The key that tokens are bound to (RFC 9449 section 4.2). Immutable; {@link #toString()}
 * shows its thumbprint and algorithm only.
 */
public final class DPoPKeyPair {

	private final SigningKey key;

	private final JWSAlgorithm algorithm;

	private final JWK publicJwk;

	private final String thumbprint;

	private DPoPKeyPair(SigningKey key) {
		this.key = key;
		this.algorithm = key.algorithm(null, List.of());
		this.publicJwk = bare(key.publicJwk());
		this.thumbprint = thumbprint(this.publicJwk);
	}

	// Every proof carries the key: without its name, its use and its certificate.
	private static JWK bare(JWK key) {
		try {
			return JWK.parse(new LinkedHashMap<>(key.getRequiredParams()));
		}
		catch (ParseException ex) {
			throw new IllegalStateException("The required members make a key", ex);
		}
	}

	static String thumbprint(JWK key) {
		try {
			return key.computeThumbprint().toString();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Generates a key pair for ES256. It lives as long as the application does.
	 * @return the key pair
	 */
	public static DPoPKeyPair random() {
		return random(JWSAlgorithm.ES256.getName());
	}

	/**
	 * Generates a key pair.
	 * @param algorithm ES256, ES384, ES512, EdDSA, or RS or PS with 256, 384 or 512
	 * @return the key pair
	 * @throws GrantException {@link Kind#MISCONFIGURED} for any other algorithm: a proof
	 * is never signed with a shared secret
	 */
	public static DPoPKeyPair random(String algorithm) {
		return new DPoPKeyPair(SigningKey.generate(algorithm));
	}

	/**
	 * Takes a private key. An RSA key signs with the algorithm that it is bound to, else
	 * with RS256.
	 * @param key the key
	 * @return the key pair
	 */
	public static DPoPKeyPair of(SigningKey key) {
		return new DPoPKeyPair(key);
	}

	/**
	 * Reads a private key as {@link SigningKey#parse(String)} does.
	 * @param text the JWK or the PEM
	 * @return the key pair
	 * @throws GrantException {@link Kind#MISCONFIGURED} if it is no private key that can
	 * sign
	 */
	public static DPoPKeyPair parse(String text) {
		return of(SigningKey.parse(text));
	}

	/**
	 * Takes a private key out of a key store; it may be one that cannot be exported.
	 * @param keyStore the key store
	 * @param alias the name of the key in it
	 * @param password the password of the key
	 * @return the key pair
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such key, or it
	 * cannot sign
	 */
	public static DPoPKeyPair of(KeyStore keyStore, String alias, char[] password) {
		return of(SigningKey.of(keyStore, alias, password));
	}

	/**
	 * {@return the SHA-256 thumbprint of the public key (RFC 7638), which tokens carry as
	 * {@code jkt}}
	 */
	public String thumbprint() {
		return this.thumbprint;
	}

	/**
	 * {@return the name of the algorithm that proofs are signed with}
	 */
	public String algorithm() {
		return this.algorithm.getName();
	}

	/**
	 * {@return the public key}
	 */
	public JWK publicJwk() {
		return this.publicJwk;
	}

	SigningKey key() {
		return this.key;
	}

	@Override
	public String toString() {
		return "DPoPKeyPair[algorithm=" + this.algorithm + ", thumbprint=" + this.thumbprint + "]";
	}

}
