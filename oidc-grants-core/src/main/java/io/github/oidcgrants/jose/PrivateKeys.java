package io.github.oidcgrants.jose;

import java.text.ParseException;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys, whatever they are to be used for.
 */
public final class PrivateKeys {

	private PrivateKeys() {
	}

	/**
	 * Reads a key from JSON (RFC 7517) or from PEM: PKCS#8 (RFC 5958) of any kind, PKCS#1
	 * for RSA, SEC1 (RFC 5915) for EC. A certificate in the PEM gives the key its
	 * {@code x5t#S256}.
	 * @param text the JWK or the PEM
	 * @return the key; a JWK may be one without private part
	 * @throws GrantException {@link Kind#MISCONFIGURED} if it cannot be read, or is
	 * encrypted
	 */
	public static JWK parse(String text) {
		if (!text.strip().startsWith("{")) {
			return PemReader.read(text).toJwk();
		}
		try {
			return JWK.parse(text.strip());
		}
		catch (ParseException | IllegalArgumentException ex) {
			// The parser's message may quote the key.
			throw GrantException.misconfigured("The key is not a JSON Web Key (RFC 7517)");
		}
	}

	/**
	 * Gives a key an identifier.
	 * @param jwk the key: RSA, EC or an octet key pair
	 * @param keyId what {@code kid} is to say
	 * @return the same key under that name
	 */
	public static JWK withKeyId(JWK jwk, String keyId) {
		return with(jwk, keyId, jwk.getAlgorithm());
	}

	// Copied by type, because a key that cannot be exported has no JSON.
	static JWK with(JWK jwk, @Nullable String keyId, @Nullable Algorithm algorithm) {
		if (jwk instanceof RSAKey rsa) {
			return new RSAKey.Builder(rsa).keyID(keyId).algorithm(algorithm).build();
		}
		if (jwk instanceof ECKey ec) {
			return new ECKey.Builder(ec).keyID(keyId).algorithm(algorithm).build();
		}
		return (jwk instanceof OctetKeyPair pair)
				? new OctetKeyPair.Builder(pair).keyID(keyId).algorithm(algorithm).build() : jwk;
	}

}
