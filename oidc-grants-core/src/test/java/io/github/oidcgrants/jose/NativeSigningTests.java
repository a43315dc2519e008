package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;
import java.security.Provider;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs once with no other provider on the class path than the JDK's, and once more with
 * each native one: the run says which is to sign.
 */
@Tag("signing")
class NativeSigningTests {

	private static final String EXPECTED = System.getProperty("expected-signer", "JDK");

	@ParameterizedTest
	@CsvSource({ "ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA" })
	void theProviderOnTheClassPathSignsWhatTheJdkVerifies(String algorithm) throws Exception {
		Provider provider = CryptoProviders.find(JWSAlgorithm.parse(algorithm));
		assertThat((provider != null) ? provider.getName() : "JDK").isEqualTo(EXPECTED);
		SigningKey key = SigningKey.generate(algorithm);
		String jwt = key.sign(new JWSHeader(JWSAlgorithm.parse(algorithm)),
				new JWTClaimsSet.Builder().subject("subject").build());
		JwtReader read = JwtReader.read(jwt);
		assertThat(read.isSignedBy(TestKeys.publicKey(key.publicJwk()))).isTrue();
		VerificationKey verification = VerificationKey.of(key.publicJwk());
		int end = jwt.lastIndexOf('.');
		byte[] input = jwt.substring(0, end).getBytes(StandardCharsets.US_ASCII);
		Base64URL signature = new Base64URL(jwt.substring(end + 1));
		JWSHeader header = new JWSHeader(JWSAlgorithm.parse(algorithm));
		assertThat(verification.verify(header, input, signature)).isTrue();
		input[0] ^= 1;
		assertThat(verification.verify(header, input, signature)).isFalse();
	}

}
