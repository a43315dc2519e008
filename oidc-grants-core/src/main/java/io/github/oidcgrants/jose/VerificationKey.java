package io.github.oidcgrants.jose;

import java.util.List;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * A key that verifies signatures, ready to be used again and again. Immutable.
 */
public final class VerificationKey {

	private final @Nullable String keyId;

	private final List<JWSAlgorithm> algorithms;

	private final JWSVerifier verifier;

	private VerificationKey(@Nullable String keyId, List<JWSAlgorithm> algorithms, JWSVerifier verifier) {
		this.keyId = keyId;
		this.algorithms = algorithms;
		this.verifier = verifier;
	}

	/**
	 * Takes a public key.
	 * @param jwk the key
	 * @return the key, or {@code null} if it is not one that verifies signatures, or is
	 * too weak
	 */
	public static @Nullable VerificationKey of(JWK jwk) {
		List<JWSAlgorithm> algorithms = SignatureAlgorithms.of(jwk);
		if (jwk.getAlgorithm() != null) {
			algorithms = algorithms.stream()
				.filter((algorithm) -> algorithm.getName().equals(jwk.getAlgorithm().getName()))
				.toList();
		}
		boolean verifies = (jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse()))
				&& (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
		if (!verifies || algorithms.isEmpty()) {
			return null;
		}
		try {
			return new VerificationKey(jwk.getKeyID(), algorithms, verifier(jwk));
		}
		catch (JOSEException ex) {
			return null;
		}
	}

	private static JWSVerifier verifier(JWK jwk) throws JOSEException {
		if (jwk instanceof RSAKey rsa) {
			return new RSASSAVerifier(rsa.toRSAPublicKey());
		}
		if (jwk instanceof ECKey ec) {
			return new ECDSAVerifier(ec.toECPublicKey());
		}
		return new EdDsaVerifier((OctetKeyPair) jwk);
	}

	/**
	 * Takes a shared secret.
	 * @param algorithm the HMAC algorithm
	 * @param secret the secret
	 * @return the key
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is too short
	 */
	public static VerificationKey ofSecret(JWSAlgorithm algorithm, String secret) {
		try {
			return new VerificationKey(null, List.of(algorithm),
					new MACVerifier(SharedSecret.bytes(algorithm, secret)));
		}
		catch (JOSEException ex) {
			throw GrantException.misconfigured("The client secret cannot be used with " + algorithm);
		}
	}

	/**
	 * {@return whether this key may be the one that a header means}
	 * @param header the header of what is to be verified
	 */
	public boolean matches(JWSHeader header) {
		return this.algorithms.contains(header.getAlgorithm())
				&& (header.getKeyID() == null || header.getKeyID().equals(this.keyId));
	}

	/**
	 * Verifies a signature.
	 * @param header the header, whose algorithm is one of this key's
	 * @param signingInput what was signed
	 * @param signature the signature
	 * @return whether it is this key's
	 */
	public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) {
		try {
			return this.verifier.verify(header, signingInput, signature);
		}
		catch (JOSEException ex) {
			return false;
		}
	}

	@Override
	public String toString() {
		return "VerificationKey[keyId=" + this.keyId + ", algorithms=" + this.algorithms + "]";
	}

}
