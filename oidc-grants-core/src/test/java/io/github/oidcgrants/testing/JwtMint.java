package io.github.oidcgrants.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.LinkedHashMap;
import java.util.Map;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;

/**
 * Makes JWTs, good and bad: whatever header and payload it is given it signs.
 */
public final class JwtMint {

	private JwtMint() {
	}

	public static String sign(JWK key, String algorithm, Map<String, ?> claims) {
		Map<String, Object> header = new LinkedHashMap<>();
		header.put("alg", algorithm);
		if (key.getKeyID() != null) {
			header.put("kid", key.getKeyID());
		}
		return sign(key, header, claims);
	}

	public static String sign(JWK key, Map<String, ?> header, Map<String, ?> claims) {
		return sign(key, header, JSONObjectUtils.toJSONString(claims));
	}

	public static String sign(JWK key, Map<String, ?> header, String payload) {
		JWSAlgorithm algorithm = JWSAlgorithm.parse((String) header.get("alg"));
		String input = unsigned(JSONObjectUtils.toJSONString(header), payload);
		byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
		return input + "." + (TestKeys.ED25519.getKeyType().equals(key.getKeyType()) ? ed25519(bytes)
				: signature(signer(key), algorithm, bytes));
	}

	public static String signWithSecret(byte[] secret, String algorithm, Map<String, ?> claims) {
		String input = unsigned("{\"alg\":\"" + algorithm + "\"}", JSONObjectUtils.toJSONString(claims));
		try {
			return input + "." + signature(new MACSigner(secret), JWSAlgorithm.parse(algorithm),
					input.getBytes(StandardCharsets.US_ASCII));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * {@return header and payload, without a signature and the dot before it}
	 * @param header the header's JSON
	 * @param payload the payload
	 */
	public static String unsigned(String header, String payload) {
		return Base64URL.encode(header) + "." + Base64URL.encode(payload);
	}

	private static Base64URL signature(JWSSigner signer, JWSAlgorithm algorithm, byte[] input) {
		try {
			return signer.sign(new JWSHeader(algorithm), input);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static JWSSigner signer(JWK key) {
		try {
			return (key instanceof RSAKey rsa) ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Base64URL ed25519(byte[] input) {
		try {
			Signature signature = Signature.getInstance("Ed25519");
			signature.initSign(TestKeys.ED25519_PAIR.getPrivate());
			signature.update(input);
			return Base64URL.encode(signature.sign());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
