package io.github.oidcgrants.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JWTs with nothing but the JDK and Jackson, so that what the library makes is not
 * judged by what it is made with.
 *
 * @param header the header
 * @param claims the claims
 * @param signingInput what was signed
 * @param signature the signature
 */
public record JwtReader(Map<String, Object> header, Map<String, Object> claims, String signingInput,
		List<Byte> signature) {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
	};

	public static JwtReader read(String jwt) {
		String[] parts = jwt.split("\\.", -1);
		if (parts.length != 3) {
			throw new AssertionError("Not three parts: " + parts.length);
		}
		return new JwtReader(JSON.readValue(decode(parts[0]), MAP), JSON.readValue(decode(parts[1]), MAP),
				parts[0] + "." + parts[1], boxed(decode(parts[2])));
	}

	private static byte[] decode(String part) {
		if (!part.matches("[A-Za-z0-9_-]+")) {
			throw new AssertionError("Not Base64url without padding");
		}
		return Base64.getUrlDecoder().decode(part);
	}

	private static List<Byte> boxed(byte[] bytes) {
		Byte[] boxed = new Byte[bytes.length];
		for (int i = 0; i < bytes.length; i++) {
			boxed[i] = bytes[i];
		}
		return List.of(boxed);
	}

	private byte[] signatureBytes() {
		byte[] bytes = new byte[this.signature.size()];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = this.signature.get(i);
		}
		return bytes;
	}

	public boolean isSignedBy(PublicKey key) throws GeneralSecurityException {
		Signature verifier = verifier((String) this.header.get("alg"));
		verifier.initVerify(key);
		verifier.update(this.signingInput.getBytes(StandardCharsets.US_ASCII));
		return verifier.verify(signatureBytes());
	}

	public boolean isSignedWith(String secret) throws GeneralSecurityException {
		String name = "Hmac" + hash((String) this.header.get("alg")).replace("-", "");
		Mac mac = Mac.getInstance(name);
		mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), name));
		return MessageDigest.isEqual(mac.doFinal(this.signingInput.getBytes(StandardCharsets.US_ASCII)),
				signatureBytes());
	}

	private static Signature verifier(String algorithm) throws GeneralSecurityException {
		String hash = hash(algorithm);
		String compact = hash.replace("-", "");
		return switch (algorithm.substring(0, 2)) {
			case "RS" -> Signature.getInstance(compact + "withRSA");
			case "ES" -> Signature.getInstance(compact + "withECDSAinP1363Format");
			case "PS" -> {
				Signature signature = Signature.getInstance("RSASSA-PSS");
				int length = Integer.parseInt(algorithm.substring(2)) / 8;
				signature.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), length, 1));
				yield signature;
			}
			case "Ed" -> Signature.getInstance("Ed25519");
			default -> throw new AssertionError("Unknown algorithm " + algorithm);
		};
	}

	private static String hash(String algorithm) {
		return "SHA-" + algorithm.substring(2);
	}

}
