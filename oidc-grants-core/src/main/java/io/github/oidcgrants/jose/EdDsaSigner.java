package io.github.oidcgrants.jose;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;

/**
 * Signs with Ed25519 (RFC 8037) through the JDK; the signer of Nimbus needs Tink.
 */
final class EdDsaSigner extends BaseJWSProvider implements JWSSigner {

	private final PrivateKey key;

	EdDsaSigner(OctetKeyPair key) throws JOSEException {
		super(Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519));
		try {
			this.key = KeyFactory.getInstance("Ed25519")
				.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, key.getDecodedD()));
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Not an Ed25519 key", ex);
		}
	}

	@Override
	public Base64URL sign(JWSHeader header, byte[] signingInput) throws JOSEException {
		try {
			Signature signature = Signature.getInstance("Ed25519");
			signature.initSign(this.key);
			signature.update(signingInput);
			return Base64URL.encode(signature.sign());
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Ed25519 failed", ex);
		}
	}

}
