package io.github.oidcgrants.idtoken;

import java.text.ParseException;
import java.util.List;
import java.util.Set;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.oidcgrants.error.GrantException;

/**
 * Takes an encrypted ID token (RFC 7516) out of its envelope. RSA-OAEP and ECDH-ES with
 * authenticated encryption are understood; RSA1_5, symmetric key management and
 * compression are not.
 */
final class IdTokenDecrypter {

	private static final Set<JWEAlgorithm> RSA = Set.of(rsaOaep(), JWEAlgorithm.RSA_OAEP_256, JWEAlgorithm.RSA_OAEP_384,
			JWEAlgorithm.RSA_OAEP_512);

	private static final Set<JWEAlgorithm> EC = Set.of(JWEAlgorithm.ECDH_ES, JWEAlgorithm.ECDH_ES_A128KW,
			JWEAlgorithm.ECDH_ES_A192KW, JWEAlgorithm.ECDH_ES_A256KW);

	private static final Set<EncryptionMethod> METHODS = Set.of(EncryptionMethod.A128GCM, EncryptionMethod.A192GCM,
			EncryptionMethod.A256GCM, EncryptionMethod.A128CBC_HS256, EncryptionMethod.A192CBC_HS384,
			EncryptionMethod.A256CBC_HS512);

	private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

	private IdTokenDecrypter() {
	}

	// With SHA-1, whose weakness does not matter here; many servers know no other.
	private static JWEAlgorithm rsaOaep() {
		return JWEAlgorithm.parse("RSA-OAEP");
	}

	static void requireUsable(JWK key) {
		boolean usable = key.isPrivate() && ((key instanceof RSAKey rsa && rsa.size() >= 2048)
				|| (key instanceof ECKey ec && CURVES.contains(ec.getCurve())));
		if (!usable) {
			throw GrantException
				.misconfigured("The key cannot decrypt ID tokens: use a private RSA key of at least 2048"
						+ " bits or a private EC key on P-256, P-384 or P-521");
		}
	}

	static String decrypt(String token, List<JWK> keys) {
		if (keys.isEmpty()) {
			throw IdTokenRefused
				.because("it is encrypted, but there is no key to decrypt it with" + " (id-token.decryption-key)");
		}
		JWEObject jwe = parse(token);
		JWEHeader header = jwe.getHeader();
		boolean understood = (RSA.contains(header.getAlgorithm()) || EC.contains(header.getAlgorithm()))
				&& METHODS.contains(header.getEncryptionMethod()) && header.getCompressionAlgorithm() == null
				&& header.getCriticalParams() == null;
		if (!understood) {
			throw IdTokenRefused.because("it is encrypted with " + IdTokenRefused.quote(header.getAlgorithm()) + " and "
					+ IdTokenRefused.quote(header.getEncryptionMethod())
					+ ", compressed, or has critical headers: that is not understood");
		}
		for (JWK key : keys) {
			if (matches(key, header) && decrypt(jwe, key)) {
				return jwe.getPayload().toString();
			}
		}
		throw IdTokenRefused.because("it is encrypted for none of the keys that are there (id-token.decryption-key)");
	}

	private static JWEObject parse(String token) {
		try {
			JWEObject jwe = JWEObject.parse(token);
			if (jwe.getHeader().getAlgorithm() != null && jwe.getHeader().getEncryptionMethod() != null) {
				return jwe;
			}
		}
		catch (ParseException | RuntimeException ex) {
			// Falls through: it is as unreadable as one without algorithm.
		}
		throw IdTokenRefused.because("it looks encrypted, but cannot be read");
	}

	private static boolean matches(JWK key, JWEHeader header) {
		boolean kind = (key instanceof RSAKey) ? RSA.contains(header.getAlgorithm())
				: EC.contains(header.getAlgorithm());
		return kind
				&& (header.getKeyID() == null || key.getKeyID() == null || header.getKeyID().equals(key.getKeyID()));
	}

	private static boolean decrypt(JWEObject jwe, JWK key) {
		try {
			JWEDecrypter decrypter = (key instanceof RSAKey rsa) ? new RSADecrypter(rsa)
					: new ECDHDecrypter(key.toECKey());
			jwe.decrypt(decrypter);
			return true;
		}
		catch (JOSEException | RuntimeException ex) {
			// Why it failed would tell an attacker about the key.
			return false;
		}
	}

	static boolean isEncrypted(String token) {
		int dots = 0;
		for (int at = token.indexOf('.'); at >= 0; at = token.indexOf('.', at + 1)) {
			dots++;
		}
		return dots == 4;
	}

}
