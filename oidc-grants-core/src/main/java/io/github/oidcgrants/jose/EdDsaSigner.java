package io.github.oidcgrants.jose;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import org.jspecify.annotations.Nullable;

/**
 * Signs with Ed25519 (RFC 8037) through the JCA; the signer of Nimbus needs Tink.
 */
final class EdDsaSigner extends BaseJWSProvider implements JWSSigner {

	static final String ALGORITHM = "Ed25519";

	// RFC 8410 section 7: all that stands before the 32 bytes of the key.
	private static final byte[] PKCS8_PREFIX = HexFormat.of().parseHex("302e020100300506032b657004220420");

	private final PrivateKey key;

	EdDsaSigner(OctetKeyPair key, @Nullable Provider provider) throws JOSEException {
		super(Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519));
		byte[] encoded = concat(PKCS8_PREFIX, key.getDecodedD());
		try {
			this.key = keyFactory(provider).generatePrivate(new PKCS8EncodedKeySpec(encoded));
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Not an Ed25519 key", ex);
		}
	}

	@Override
	public Base64URL sign(JWSHeader header, byte[] signingInput) throws JOSEException {
		try {
			Signature signature = signature(getJCAContext().getProvider());
			signature.initSign(this.key);
			signature.update(signingInput);
			return Base64URL.encode(signature.sign());
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Ed25519 failed", ex);
		}
	}

	static Signature signature(@Nullable Provider provider) throws GeneralSecurityException {
		return (provider != null) ? Signature.getInstance(ALGORITHM, provider) : Signature.getInstance(ALGORITHM);
	}

	// A provider may sign with Ed25519 and yet leave the keys to the JDK.
	static KeyFactory keyFactory(@Nullable Provider provider) throws GeneralSecurityException {
		boolean own = provider != null && provider.getService("KeyFactory", ALGORITHM) != null;
		return own ? KeyFactory.getInstance(ALGORITHM, provider) : KeyFactory.getInstance(ALGORITHM);
	}

	static byte[] concat(byte[] first, byte[] second) {
		byte[] both = new byte[first.length + second.length];
		System.arraycopy(first, 0, both, 0, first.length);
		System.arraycopy(second, 0, both, first.length, second.length);
		return both;
	}

}
