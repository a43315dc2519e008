package io.github.oidcgrants.jose;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
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

/**
 * Verifies Ed25519 (RFC 8037) through the JDK; the verifier of Nimbus needs Tink.
 */
final class EdDsaVerifier extends BaseJWSProvider implements JWSVerifier {

	// RFC 8410 section 4: all that stands before the 32 bytes of the key.
	private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

	private final PublicKey key;

	EdDsaVerifier(OctetKeyPair key) throws JOSEException {
		super(Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519));
		byte[] point = key.getDecodedX();
		byte[] encoded = new byte[X509_PREFIX.length + point.length];
		System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
		System.arraycopy(point, 0, encoded, X509_PREFIX.length, point.length);
		try {
			this.key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
		}
		catch (GeneralSecurityException ex) {
			throw new JOSEException("Not an Ed25519 key", ex);
		}
	}

	@Override
	public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) throws JOSEException {
		try {
			Signature verification = Signature.getInstance("Ed25519");
			verification.initVerify(this.key);
			verification.update(signingInput);
			return verification.verify(signature.decode());
		}
		catch (GeneralSecurityException ex) {
			// What is no signature at all is one that does not match.
			return false;
		}
	}

}
