package io.github.oidcgrants.jose;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import org.jspecify.annotations.Nullable;

/**
 * Makes signers and verifiers of keys, for one JCA provider. A provider gets keys of its
 * own kind, so that it need not convert them each time.
 */
final class JcaKeys {

	private JcaKeys() {
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
			return new EdDsaSigner((OctetKeyPair) jwk, provider);
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
			return new EdDsaVerifier((OctetKeyPair) jwk, provider);
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
