package io.github.oidcgrants.jose;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import org.jspecify.annotations.Nullable;

/**
 * Verifies Ed25519 (RFC 8037) through the JCA; the verifier of Nimbus needs Tink.
 */
final class EdDsaVerifier extends BaseJWSProvider implements JWSVerifier {

	// RFC 8410 section 4: all that stands before the 32 bytes of the key.
	private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

	private final PublicKey key;

	EdDsaVerifier(OctetKeyPair key, @Nullable Provider provider) throws JOSEException {
		super(Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519));
		byte[] encoded = EdDsaSigner.concat(X509_PREFIX, key.getDecodedX());
		try {
			this.key = EdDsaSigner.keyFactory(provider).generatePublic(new X509EncodedKeySpec(encoded));
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Not an Ed25519 key", ex);
		}
	}

	@Override
	public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) throws JOSEException {
		try {
			Signature verification = EdDsaSigner.signature(getJCAContext().getProvider());
			verification.initVerify(this.key);
			verification.update(signingInput);
			return verification.verify(signature.decode());
		}
		catch (SignatureException ex) {
			// What is no signature at all is one that does not match.
			return false;
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Ed25519 failed", ex);
		}
	}

}
