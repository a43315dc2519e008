package io.github.oidcgrants.jose;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.util.Base64URL;
import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * A key that verifies signatures, ready to be used again and again. Immutable.
 */
public final class VerificationKey {

	private final @Nullable String keyId;

	private final List<JWSAlgorithm> algorithms;

	private final Verifiers source;

	private final Map<JWSAlgorithm, JWSVerifier> verifiers = new ConcurrentHashMap<>();

	private VerificationKey(@Nullable String keyId, List<JWSAlgorithm> algorithms, Verifiers source) {
		this.keyId = keyId;
		this.algorithms = algorithms;
		this.source = source;
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
			JWSVerifier tried = JcaKeys.verifier(jwk, null);
			return tried.supportedJWSAlgorithms().containsAll(algorithms) ? new VerificationKey(jwk.getKeyID(),
					algorithms, (algorithm) -> JcaKeys.bestVerifier(jwk, algorithm)) : null;
		}
		catch (JOSEException ex) {
			return null;
		}
	}

	/**
	 * Takes a shared secret.
	 * @param algorithm the HMAC algorithm
	 * @param secret the secret
	 * @return the key
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if it is too short
	 */
	public static VerificationKey ofSecret(JWSAlgorithm algorithm, String secret) {
		byte[] bytes = SharedSecret.bytes(algorithm, secret);
		return new VerificationKey(null, List.of(algorithm), (a) -> new MACVerifier(bytes));
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
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if there is no
	 * such provider as was chosen
	 */
	public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) {
		try {
			return verifier(header.getAlgorithm()).verify(header, signingInput, signature);
		}
		catch (GrantException ex) {
			throw ex;
		}
		catch (JOSEException | RuntimeException ex) {
			return false;
		}
	}

	JWSVerifier verifier(JWSAlgorithm algorithm) throws JOSEException {
		JWSVerifier known = this.verifiers.get(algorithm);
		if (known == null) {
			known = this.source.get(algorithm);
			this.verifiers.put(algorithm, known);
		}
		return known;
	}

	@Override
	public String toString() {
		return "VerificationKey[keyId=" + this.keyId + ", algorithms=" + this.algorithms + "]";
	}

	@FunctionalInterface
	private interface Verifiers {

		JWSVerifier get(JWSAlgorithm algorithm) throws JOSEException;

	}

}
