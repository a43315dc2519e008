package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A private key that signs: RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or
 * Ed25519. Immutable; {@link #toString()} shows nothing of the private part.
 */
public final class SigningKey {

	private final JWK jwk;

	private final List<JWSAlgorithm> algorithms;

	private final Map<JWSAlgorithm, JWSSigner> signers = new ConcurrentHashMap<>();

	private SigningKey(JWK jwk) {
		this.jwk = jwk;
		if (!jwk.isPrivate()) {
			throw GrantException.misconfigured(
					"The key" + describe(jwk) + " has no private part: give the private key, it is what signs");
		}
		List<JWSAlgorithm> possible = SignatureAlgorithms.of(jwk);
		if (possible.isEmpty()) {
			throw GrantException.misconfigured("The key" + describe(jwk)
					+ " cannot be used to sign: use an RSA key of at least " + SignatureAlgorithms.MIN_RSA_BITS
					+ " bits, an EC key on P-256, P-384 or P-521, or an Ed25519 key");
		}
		this.algorithms = possible;
		requireWhole();
		if (jwk.getAlgorithm() != null) {
			require(JWSAlgorithm.parse(jwk.getAlgorithm().getName()));
		}
	}

	private void requireWhole() {
		try {
			JWSSigner unusedSigner = JcaKeys.signer(this.jwk, null);
			JWSVerifier unusedVerifier = JcaKeys.verifier(this.jwk, null);
		}
		catch (JOSEException ex) {
			throw GrantException.misconfigured(
					"The key" + describe(this.jwk) + " cannot be used to sign: its parts are not those of such a key");
		}
	}

	/**
	 * Takes a key as Nimbus has it.
	 * @param jwk the key, with its private part
	 * @return the key
	 * @throws GrantException {@link Kind#MISCONFIGURED} if it cannot sign, is too short,
	 * or its {@code alg} is not one for it
	 */
	public static SigningKey of(JWK jwk) {
		return new SigningKey(jwk);
	}

	/**
	 * Reads a key from JSON (RFC 7517) or from PEM: PKCS#8 (RFC 5958) of any kind, PKCS#1
	 * for RSA, SEC1 (RFC 5915) for EC. A certificate in the PEM gives the key its
	 * {@code x5t#S256}.
	 * @param text the JWK or the PEM
	 * @return the key
	 * @throws GrantException {@link Kind#MISCONFIGURED} if it cannot be read, is
	 * encrypted, cannot sign, or is too short
	 */
	public static SigningKey parse(String text) {
		return of(PrivateKeys.parse(text));
	}

	/**
	 * Takes a key out of a key store; it may be one that cannot be exported. Its
	 * certificate gives it its {@code x5t#S256}.
	 * @param keyStore the key store
	 * @param alias the name of the key in it
	 * @param password the password of the key, or {@code null} if it has none
	 * @return the key
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such key, or it
	 * cannot sign
	 */
	public static SigningKey of(KeyStore keyStore, String alias, char @Nullable [] password) {
		try {
			if (keyStore.getEntry(alias,
					new KeyStore.PasswordProtection(password)) instanceof KeyStore.PrivateKeyEntry entry) {
				return of(KeyPairs.toJwk(entry.getPrivateKey(), entry.getCertificate().getPublicKey(),
						KeyPairs.thumbprint(entry.getCertificate())));
			}
		}
		catch (GeneralSecurityException ex) {
			// Falls through: what cannot be opened is as good as absent.
		}
		throw GrantException.misconfigured("The key store has no private key '" + alias
				+ "' that the password opens: check the alias and the password");
	}

	/**
	 * Generates a key.
	 * @param algorithm what it is to sign with: ES256, ES384, ES512, EdDSA, or RS or PS
	 * with 256, 384 or 512
	 * @return the key, bound to that algorithm
	 * @throws GrantException {@link Kind#MISCONFIGURED} for any other algorithm
	 */
	public static SigningKey generate(String algorithm) {
		return of(KeyPairs.generate(JWSAlgorithm.parse(algorithm))).withAlgorithm(algorithm);
	}

	/**
	 * Gives the key an identifier.
	 * @param keyId what {@code kid} is to say
	 * @return the same key under that name
	 */
	public SigningKey withKeyId(String keyId) {
		return of(PrivateKeys.withKeyId(this.jwk, keyId));
	}

	/**
	 * Binds the key to an algorithm.
	 * @param algorithm the algorithm's name, {@code ES256} for one
	 * @return the same key for that algorithm
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the key cannot do it
	 */
	public SigningKey withAlgorithm(String algorithm) {
		return of(PrivateKeys.with(this.jwk, this.jwk.getKeyID(), require(JWSAlgorithm.parse(algorithm))));
	}

	/**
	 * {@return whether the key can sign with an algorithm}
	 * @param algorithm the algorithm's name, {@code ES256} for one
	 */
	public boolean signsWith(String algorithm) {
		return this.algorithms.contains(JWSAlgorithm.parse(algorithm));
	}

	private JWSAlgorithm require(JWSAlgorithm algorithm) {
		if (!this.algorithms.contains(algorithm)) {
			throw GrantException.misconfigured("The algorithm '" + algorithm + "' is not one for the key"
					+ describe(this.jwk) + ": use one of " + this.algorithms + ", or another key");
		}
		return algorithm;
	}

	/**
	 * Chooses the algorithm: the one that is asked for, else the one that the key is
	 * bound to, else for RSA PS256 if the other side lists it and RS256 if not, else the
	 * only one that the key has.
	 * @param wanted the algorithm that is asked for, or {@code null}
	 * @param supported the algorithms that the other side lists; may be empty
	 * @return the algorithm
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the key cannot do what is
	 * asked for
	 */
	public JWSAlgorithm algorithm(@Nullable JWSAlgorithm wanted, List<String> supported) {
		if (wanted != null) {
			return require(wanted);
		}
		if (this.jwk.getAlgorithm() != null) {
			return JWSAlgorithm.parse(this.jwk.getAlgorithm().getName());
		}
		if (this.jwk instanceof RSAKey) {
			return supported.contains(JWSAlgorithm.PS256.getName()) ? JWSAlgorithm.PS256 : JWSAlgorithm.RS256;
		}
		return this.algorithms.get(0);
	}

	/**
	 * {@return the key's public part}
	 */
	public JWK publicJwk() {
		return this.jwk.toPublicJWK();
	}

	/**
	 * {@return the key with its private part: a secret}
	 */
	public JWK privateJwk() {
		return this.jwk;
	}

	/**
	 * {@return the key's identifier, or {@code null}}
	 */
	public @Nullable String keyId() {
		return this.jwk.getKeyID();
	}

	/**
	 * {@return what a header says about this key, by name: its identifier, and the
	 * thumbprint of its certificate}
	 */
	public Map<String, Object> headerMembers() {
		Map<String, Object> members = new LinkedHashMap<>();
		if (keyId() != null) {
			members.put("kid", keyId());
		}
		Base64URL thumbprint = this.jwk.getX509CertSHA256Thumbprint();
		if (thumbprint != null) {
			members.put("x5t#S256", thumbprint.toString());
		}
		return members;
	}

	/**
	 * Signs a JWT.
	 * @param header its header; the algorithm must be one of this key's
	 * @param claims its claims
	 * @return the JWT in its compact form
	 * @throws GrantException {@link Kind#MISCONFIGURED} if signing failed
	 */
	public String sign(JWSHeader header, JWTClaimsSet claims) {
		String input = header.toBase64URL() + "." + claims.toPayload().toBase64URL();
		return input + "." + sign(header, input);
	}

	/**
	 * Signs what is already written in the compact form (RFC 7515 section 5.1).
	 * @param header the header; the algorithm must be one of this key's
	 * @param signingInput the encoded header, a dot, and the encoded payload
	 * @return the encoded signature
	 * @throws GrantException {@link Kind#MISCONFIGURED} if signing failed
	 */
	public String sign(JWSHeader header, String signingInput) {
		try {
			return signer(header.getAlgorithm()).sign(header, signingInput.getBytes(StandardCharsets.US_ASCII))
				.toString();
		}
		catch (GrantException ex) {
			throw ex;
		}
		catch (JOSEException | RuntimeException ex) {
			// A device with the key in it may be gone, which providers say in many ways.
			throw GrantException.of(Kind.MISCONFIGURED, "The key" + describe(this.jwk) + " could not sign with "
					+ header.getAlgorithm() + ": " + ex.getClass().getSimpleName());
		}
	}

	JWSSigner signer(JWSAlgorithm algorithm) throws JOSEException {
		JWSSigner known = this.signers.get(algorithm);
		if (known == null) {
			known = JcaKeys.bestSigner(this.jwk, algorithm);
			this.signers.put(algorithm, known);
		}
		return known;
	}

	private static String describe(JWK jwk) {
		return (jwk.getKeyID() != null) ? " '" + jwk.getKeyID() + "'" : "";
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof SigningKey key && this.jwk.equals(key.jwk);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.jwk.getKeyType(), this.jwk.getKeyID());
	}

	@Override
	public String toString() {
		return "SigningKey[type=" + this.jwk.getKeyType() + ", keyId=" + this.jwk.getKeyID() + ", algorithm="
				+ this.jwk.getAlgorithm() + "]";
	}

}
