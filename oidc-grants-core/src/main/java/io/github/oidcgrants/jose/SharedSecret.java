package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;

/**
 * A client secret as the key of an HMAC (RFC 7518 section 3.2): its bytes in UTF-8, at
 * least as many as the hash has.
 */
public final class SharedSecret {

	private SharedSecret() {
	}

	/**
	 * Refuses a secret that is shorter than the hash.
	 * @param algorithm HS256, HS384 or HS512
	 * @param secret the secret
	 * @return the secret's bytes
	 * @throws GrantException {@link Kind#MISCONFIGURED} if it is too short
	 */
	public static byte[] bytes(JWSAlgorithm algorithm, String secret) {
		byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
		int needed = hashBytes(algorithm);
		if (bytes.length < needed) {
			throw GrantException.misconfigured("The client secret (client-secret) has " + bytes.length + " bytes, but "
					+ algorithm + " needs at least " + needed
					+ " (RFC 7518 section 3.2): use a longer secret or a shorter hash");
		}
		return bytes;
	}

	private static int hashBytes(JWSAlgorithm algorithm) {
		return switch (algorithm.getName()) {
			case "HS256" -> 32;
			case "HS384" -> 48;
			case "HS512" -> 64;
			default -> throw GrantException.misconfigured(
					"The algorithm '" + algorithm + "' does not sign with a shared secret: use HS256, HS384 or HS512");
		};
	}

	/**
	 * Signs a JWT.
	 * @param secret the secret
	 * @param header its header, with the HMAC algorithm
	 * @param claims its claims
	 * @return the JWT in its compact form
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the secret is too short
	 */
	public static String sign(String secret, JWSHeader header, JWTClaimsSet claims) {
		SignedJWT jwt = new SignedJWT(header, claims);
		try {
			jwt.sign(new MACSigner(bytes(header.getAlgorithm(), secret)));
		}
		catch (JOSEException ex) {
			throw GrantException
				.misconfigured("The client secret could not sign with " + header.getAlgorithm() + ": use another one");
		}
		return jwt.serialize();
	}

}
