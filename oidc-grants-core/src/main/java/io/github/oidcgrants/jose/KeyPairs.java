package io.github.oidcgrants.jose;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.List;

import javax.crypto.KeyAgreement;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a JWK of a private key of the JDK. The public part is taken from where it is
 * known, else computed, and either way it is tried before it is believed.
 */
final class KeyPairs {

	static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

	private static final int RSA_BITS = 3072;

	private static final byte[] PROBE = { 'o', 'i', 'd', 'c' };

	private KeyPairs() {
	}

	static JWK toJwk(PrivateKey privateKey, @Nullable PublicKey publicKey, byte @Nullable [] certificateThumbprint) {
		Base64URL x5t = (certificateThumbprint != null) ? Base64URL.encode(certificateThumbprint) : null;
		try {
			PublicKey known = (publicKey != null) ? publicKey : derive(privateKey);
			if (!belongTogether(privateKey, known)) {
				throw GrantException
					.misconfigured("The private key does not belong to the certificate or public key beside it");
			}
			if (known instanceof RSAPublicKey rsa) {
				return new RSAKey.Builder(rsa).privateKey(privateKey).x509CertSHA256Thumbprint(x5t).build();
			}
			if (known instanceof ECPublicKey ec) {
				return new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).privateKey(privateKey)
					.x509CertSHA256Thumbprint(x5t)
					.build();
			}
			return new OctetKeyPair.Builder(Curve.Ed25519, edPoint(known)).d(Base64URL.encode(edSeed(privateKey)))
				.x509CertSHA256Thumbprint(x5t)
				.build();
		}
		catch (GeneralSecurityException | ClassCastException | IllegalStateException | ProviderException ex) {
			throw GrantException.misconfigured("The private key cannot be used: it must be RSA, EC on P-256,"
					+ " P-384 or P-521, or Ed25519, and fit to what stands beside it");
		}
	}

	static byte[] thumbprint(Certificate certificate) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
		}
		catch (GeneralSecurityException ex) {
			throw GrantException.misconfigured("The certificate of the key cannot be encoded");
		}
	}

	static JWK generate(JWSAlgorithm algorithm) {
		KeyPairGenerator generator;
		try {
			if (SignatureAlgorithms.isRsa(algorithm)) {
				generator = KeyPairGenerator.getInstance("RSA");
				generator.initialize(RSA_BITS);
			}
			else if (JWSAlgorithm.Family.ED.contains(algorithm)) {
				generator = KeyPairGenerator.getInstance("Ed25519");
			}
			else {
				generator = KeyPairGenerator.getInstance("EC");
				generator.initialize(new ECGenParameterSpec(curve(algorithm).getStdName()));
			}
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The JDK generates all of these keys", ex);
		}
		KeyPair pair = generator.generateKeyPair();
		return toJwk(pair.getPrivate(), pair.getPublic(), null);
	}

	private static Curve curve(JWSAlgorithm algorithm) {
		return switch (algorithm.getName()) {
			case "ES256" -> Curve.P_256;
			case "ES384" -> Curve.P_384;
			case "ES512" -> Curve.P_521;
			default -> throw GrantException.misconfigured("There is no key to generate for the algorithm '" + algorithm
					+ "': use ES256, ES384, ES512, EdDSA, or RS or PS with 256, 384 or 512");
		};
	}

	private static PublicKey derive(PrivateKey key) throws GeneralSecurityException {
		if (key instanceof RSAPrivateCrtKey rsa) {
			return KeyFactory.getInstance("RSA")
				.generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
		}
		if (key instanceof ECPrivateKey ec) {
			return deriveEc(ec);
		}
		return deriveEd25519(edSeed(key));
	}

	// Agreeing on a key with the curve's generator multiplies it by the private key and
	// gives the x of the public point; its y is one of two roots.
	private static PublicKey deriveEc(ECPrivateKey key) throws GeneralSecurityException {
		ECParameterSpec curve = key.getParams();
		KeyFactory factory = KeyFactory.getInstance("EC");
		KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
		agreement.init(key);
		agreement.doPhase(factory.generatePublic(new ECPublicKeySpec(curve.getGenerator(), curve)), true);
		BigInteger x = new BigInteger(1, agreement.generateSecret());
		BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
		BigInteger square = x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
		BigInteger root = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
		PublicKey first = factory.generatePublic(new ECPublicKeySpec(new ECPoint(x, root), curve));
		return belongTogether(key, first) ? first
				: factory.generatePublic(new ECPublicKeySpec(new ECPoint(x, p.subtract(root)), curve));
	}

	// The JDK computes the public key only when it generates a pair, so it is handed the
	// private key as the randomness to generate from.
	private static PublicKey deriveEd25519(byte[] seed) throws GeneralSecurityException {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
		generator.initialize(255, new FixedRandom(seed));
		return generator.generateKeyPair().getPublic();
	}

	private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
		String algorithm = switch (publicKey.getAlgorithm()) {
			case "RSA" -> "SHA256withRSA";
			case "EC" -> "SHA256withECDSA";
			default -> "Ed25519";
		};
		Signature signature = Signature.getInstance(algorithm);
		signature.initSign(privateKey);
		signature.update(PROBE);
		byte[] signed = signature.sign();
		signature.initVerify(publicKey);
		signature.update(PROBE);
		return signature.verify(signed);
	}

	private static byte[] edSeed(PrivateKey key) throws GeneralSecurityException {
		if (key instanceof EdECPrivateKey ed) {
			return ed.getBytes().orElseThrow(() -> new GeneralSecurityException("The key does not show itself"));
		}
		throw new GeneralSecurityException("Not an Ed25519 key");
	}

	private static Base64URL edPoint(PublicKey key) {
		byte[] encoded = key.getEncoded();
		return Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
	}

	private static final class FixedRandom extends SecureRandom {

		private static final long serialVersionUID = 1L;

		private final byte[] bytes;

		FixedRandom(byte[] bytes) {
			this.bytes = bytes.clone();
		}

		@Override
		public void nextBytes(byte[] target) {
			System.arraycopy(this.bytes, 0, target, 0, target.length);
		}

	}

}
