package io.github.oidcgrants.testing;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.JOSEException;
import java.util.HexFormat;
import java.security.spec.X509EncodedKeySpec;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;

/**
 * Keys made by the JDK, once for all tests.
 */
public final class TestKeys {

	public static final KeyPair RSA_PAIR = rsaPair(2048);

	public static final KeyPair P256_PAIR = generate("EC", new ECGenParameterSpec("secp256r1"));

	public static final KeyPair P384_PAIR = generate("EC", new ECGenParameterSpec("secp384r1"));

	public static final KeyPair P521_PAIR = generate("EC", new ECGenParameterSpec("secp521r1"));

	public static final KeyPair ED25519_PAIR = generate("Ed25519", NamedParameterSpec.ED25519);

	public static final RSAKey RSA = rsa("rsa", RSA_PAIR);

	public static final RSAKey OTHER_RSA = rsa("other-rsa", rsaPair(2048));

	public static final RSAKey WEAK_RSA = rsa("weak-rsa", rsaPair(1024));

	public static final ECKey P256 = ec("p256", Curve.P_256, P256_PAIR);

	public static final ECKey P384 = ec("p384", Curve.P_384, P384_PAIR);

	public static final ECKey P521 = ec("p521", Curve.P_521, P521_PAIR);

	public static final OctetKeyPair ED25519 = ed25519("ed25519", ED25519_PAIR);

	private TestKeys() {
	}

	public static KeyPair rsaPair(int bits) {
		return generate("RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
	}

	public static RSAKey rsa(String keyId, KeyPair pair) {
		return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).privateKey(pair.getPrivate()).keyID(keyId).build();
	}

	private static ECKey ec(String keyId, Curve curve, KeyPair pair) {
		return new ECKey.Builder(curve, (ECPublicKey) pair.getPublic()).privateKey((ECPrivateKey) pair.getPrivate())
			.keyID(keyId)
			.build();
	}

	private static OctetKeyPair ed25519(String keyId, KeyPair pair) {
		byte[] encoded = pair.getPublic().getEncoded();
		byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
		byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
		return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point)).d(Base64URL.encode(seed))
			.keyID(keyId)
			.build();
	}

	private static KeyPair generate(String algorithm, AlgorithmParameterSpec parameters) {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
			generator.initialize(parameters, new SecureRandom());
			return generator.generateKeyPair();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * {@return the public part of a key as the JDK has it}
	 * @param jwk the key
	 */
	public static PublicKey publicKey(JWK jwk) throws GeneralSecurityException, JOSEException {
		if (!(jwk instanceof OctetKeyPair okp)) {
			return ((AsymmetricJWK) jwk).toPublicKey();
		}
		byte[] point = okp.getDecodedX();
		byte[] encoded = HexFormat.of().parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(point));
		return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
	}

}
