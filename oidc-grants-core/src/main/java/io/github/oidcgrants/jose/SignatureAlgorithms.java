package io.github.oidcgrants.jose;

import java.util.List;
import java.util.Set;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;

/**
 * Which signature algorithms there are for which keys (RFC 7518 section 3, RFC 8037, RFC
 * 9864).
 */
public final class SignatureAlgorithms {

	/**
	 * The shortest RSA key that is used, in bits (RFC 7518 section 3.3).
	 */
	static final int MIN_RSA_BITS = 2048;

	private static final List<JWSAlgorithm> RSA = List.of(JWSAlgorithm.PS256, JWSAlgorithm.PS384, JWSAlgorithm.PS512,
			JWSAlgorithm.RS256, JWSAlgorithm.RS384, JWSAlgorithm.RS512);

	private static final List<JWSAlgorithm> ED25519 = List.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

	private static final Set<JWSAlgorithm> HMAC = Set.of(JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512);

	private SignatureAlgorithms() {
	}

	/**
	 * {@return whether an algorithm signs with a shared secret}
	 * @param algorithm the algorithm
	 */
	public static boolean isSymmetric(JWSAlgorithm algorithm) {
		return HMAC.contains(algorithm);
	}

	static boolean isRsa(JWSAlgorithm algorithm) {
		return RSA.contains(algorithm);
	}

	/**
	 * {@return the algorithms that a key can be used with, the preferred one first; none
	 * if the key is too weak or of a kind that is not supported}
	 * @param key the key
	 */
	public static List<JWSAlgorithm> of(JWK key) {
		if (key instanceof RSAKey rsa) {
			return (rsa.size() >= MIN_RSA_BITS) ? RSA : List.of();
		}
		if (key instanceof ECKey ec) {
			return ofCurve(ec.getCurve());
		}
		return (key instanceof OctetKeyPair okp && Curve.Ed25519.equals(okp.getCurve())) ? ED25519 : List.of();
	}

	private static List<JWSAlgorithm> ofCurve(Curve curve) {
		if (Curve.P_256.equals(curve)) {
			return List.of(JWSAlgorithm.ES256);
		}
		if (Curve.P_384.equals(curve)) {
			return List.of(JWSAlgorithm.ES384);
		}
		return Curve.P_521.equals(curve) ? List.of(JWSAlgorithm.ES512) : List.of();
	}

}
