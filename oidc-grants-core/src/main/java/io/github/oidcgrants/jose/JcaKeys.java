package io.github.oidcgrants.jose;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.crypto.impl.ECDSA;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes signers and verifiers of keys, for one JCA provider. A provider gets keys of its
 * own kind, so that it need not convert them each time.
 */
final class JcaKeys {

	private static final Log logger = LogFactory.getLog(JcaKeys.class);

	private JcaKeys() {
	}

	/**
	 * Makes a signer by the provider that is chosen for the algorithm, if it can use this
	 * key, else by the JDK.
	 */
	static JWSSigner bestSigner(JWK jwk, JWSAlgorithm algorithm) throws JOSEException {
		Provider provider = isExportable(jwk) ? CryptoProviders.find(algorithm) : null;
		if (provider != null) {
			try {
				JWSSigner signer = signer(jwk, provider);
				Base64URL unused = signer.sign(new JWSHeader(algorithm), new byte[0]);
				return signer;
			}
			catch (Throwable ex) {
				refused(provider, algorithm, ex);
			}
		}
		return signer(jwk, null);
	}

	/**
	 * Makes a verifier by the provider that is chosen for the algorithm, if it can use
	 * this key, else by the JDK.
	 */
	static JWSVerifier bestVerifier(JWK jwk, JWSAlgorithm algorithm) throws JOSEException {
		Provider provider = CryptoProviders.find(algorithm);
		if (provider != null) {
			try {
				JWSVerifier verifier = verifier(jwk, provider);
				boolean unused = verifier.verify(new JWSHeader(algorithm), new byte[0], probe(algorithm));
				return verifier;
			}
			catch (Throwable ex) {
				refused(provider, algorithm, ex);
			}
		}
		return verifier(jwk, null);
	}

	// No key's, but not one that can be told without the key.
	private static Base64URL probe(JWSAlgorithm algorithm) throws JOSEException {
		byte[] signature = new byte[JWSAlgorithm.Family.EC.contains(algorithm)
				? ECDSA.getSignatureByteArrayLength(algorithm) : 64];
		Arrays.fill(signature, (byte) 1);
		return Base64URL.encode(signature);
	}

	private static void refused(Provider provider, JWSAlgorithm algorithm, Throwable ex) {
		logger.debug(provider.getName() + " cannot use a key for " + algorithm + ": " + ex.getClass().getName());
	}

	static JWSSigner signer(JWK jwk, @Nullable Provider provider) throws JOSEException {
		JWSSigner signer;
		if (jwk instanceof RSAKey rsa) {
			signer = new RSASSASigner((PrivateKey) own(rsa.toPrivateKey(), "RSA", provider));
		}
		else if (jwk instanceof ECKey ec) {
			signer = new ECDSASigner((PrivateKey) own(ec.toPrivateKey(), "EC", provider), ec.getCurve());
		}
		else {
			signer = new EdDsaSigner((OctetKeyPair) jwk, provider);
		}
		if (provider != null) {
			signer.getJCAContext().setProvider(provider);
		}
		return signer;
	}

	static JWSVerifier verifier(JWK jwk, @Nullable Provider provider) throws JOSEException {
		JWSVerifier verifier;
		if (jwk instanceof RSAKey rsa) {
			verifier = new RSASSAVerifier((RSAPublicKey) own(rsa.toRSAPublicKey(), "RSA", provider));
		}
		else if (jwk instanceof ECKey ec) {
			verifier = new ECDSAVerifier((ECPublicKey) own(ec.toECPublicKey(), "EC", provider));
		}
		else {
			verifier = new EdDsaVerifier((OctetKeyPair) jwk, provider);
		}
		if (provider != null) {
			verifier.getJCAContext().setProvider(provider);
		}
		return verifier;
	}

	/**
	 * {@return whether the key can be handed to another provider than its own}
	 */
	static boolean isExportable(JWK jwk) {
		try {
			if (jwk instanceof RSAKey rsa) {
				return rsa.toPrivateKey().getEncoded() != null;
			}
			return !(jwk instanceof ECKey ec) || ec.toPrivateKey().getEncoded() != null;
		}
		catch (JOSEException ex) {
			return false;
		}
	}

	static Key own(Key key, String algorithm, @Nullable Provider provider) throws JOSEException {
		if (provider == null) {
			return key;
		}
		try {
			return KeyFactory.getInstance(algorithm, provider).translateKey(key);
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("The provider does not take the key", ex);
		}
	}

}
