package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;
import java.security.Provider;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;

/**
 * Tries whether a provider and the JDK believe each other's signatures, and neither a
 * wrong one.
 */
final class SignatureSelfTest {

	private static final byte[] INPUT = "eyJhbGciOiJ0ZXN0In0.e30".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] OTHER = "eyJhbGciOiJ0ZXN0In0.e31".getBytes(StandardCharsets.US_ASCII);

	private SignatureSelfTest() {
	}

	static boolean passes(JWSAlgorithm algorithm, Provider provider) throws JOSEException {
		JWK key = KeyPairs.generate(algorithm);
		JWSHeader header = new JWSHeader(algorithm);
		Base64URL tested = JcaKeys.signer(key, provider).sign(header, INPUT);
		Base64URL reference = JcaKeys.signer(key, null).sign(header, INPUT);
		return JcaKeys.verifier(key, null).verify(header, INPUT, tested)
				&& JcaKeys.verifier(key, provider).verify(header, INPUT, reference)
				&& !JcaKeys.verifier(key, provider).verify(header, OTHER, reference);
	}

}
