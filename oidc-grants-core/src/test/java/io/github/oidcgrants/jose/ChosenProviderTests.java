package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactorySpi;
import java.security.Provider;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.KeyDevice;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.testing.SpyProvider;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the chosen provider is asked to do, and who does it where that one cannot.
 */
class ChosenProviderTests {

	private SpyProvider spy;

	@AfterEach
	void restore() {
		if (this.spy != null) {
			this.spy.close();
		}
		CryptoProviders.select("auto");
	}

	private void choose(String provider) {
		this.spy = new SpyProvider(provider);
		CryptoProviders.select(SpyProvider.NAME);
	}

	private static String sign(SigningKey key, String algorithm) {
		return key.sign(new JWSHeader(JWSAlgorithm.parse(algorithm)),
				new JWTClaimsSet.Builder().subject("subject").build());
	}

	private static boolean verify(JWK publicKey, String algorithm, String jwt) {
		int end = jwt.lastIndexOf('.');
		return VerificationKey.of(publicKey.toPublicJWK())
			.verify(new JWSHeader(JWSAlgorithm.parse(algorithm)),
					jwt.substring(0, end).getBytes(StandardCharsets.US_ASCII), new Base64URL(jwt.substring(end + 1)));
	}

	static Stream<Arguments> keys() {
		return Stream.of(Arguments.of(TestKeys.P256, "ES256", "SunEC"), Arguments.of(TestKeys.P384, "ES384", "SunEC"),
				Arguments.of(TestKeys.P521, "ES512", "SunEC"), Arguments.of(TestKeys.ED25519, "EdDSA", "SunEC"),
				Arguments.of(TestKeys.RSA, "RS256", "SunRsaSign"), Arguments.of(TestKeys.RSA, "RS384", "SunRsaSign"),
				Arguments.of(TestKeys.RSA, "RS512", "SunRsaSign"), Arguments.of(TestKeys.RSA, "PS256", "SunRsaSign"),
				Arguments.of(TestKeys.RSA, "PS384", "SunRsaSign"), Arguments.of(TestKeys.RSA, "PS512", "SunRsaSign"));
	}

	@ParameterizedTest
	@MethodSource("keys")
	void itSignsAndVerifies(JWK key, String algorithm, String provider) throws Exception {
		choose(provider);
		assertThat(CryptoProviders.find(JWSAlgorithm.parse(algorithm))).isSameAs(this.spy);
		this.spy.asked().clear();
		String jwt = sign(SigningKey.of(key), algorithm);
		assertThat(JwtReader.read(jwt).isSignedBy(TestKeys.publicKey(key))).isTrue();
		assertThat(this.spy.asked()).anyMatch((what) -> what.startsWith("Signature "));
		this.spy.asked().clear();
		assertThat(verify(key, algorithm, jwt)).isTrue();
		assertThat(this.spy.asked()).anyMatch((what) -> what.startsWith("Signature "));
	}

	@ParameterizedTest
	@MethodSource("keys")
	void whereItCannotUseAKeyTheJdkDoes(JWK key, String algorithm, String provider) throws Exception {
		choose(provider);
		Provider unused = CryptoProviders.find(JWSAlgorithm.parse(algorithm));
		for (UnaryOperator<Object> refusal : List.<UnaryOperator<Object>>of((engine) -> {
			throw new LinkageError("No native library");
		}, (engine) -> {
			throw new UnsupportedOperationException("Not this key");
		}, (engine) -> (engine instanceof KeyFactorySpi) ? engine : new Object())) {
			this.spy.twist(refusal);
			String jwt = sign(SigningKey.of(key), algorithm);
			assertThat(JwtReader.read(jwt).isSignedBy(TestKeys.publicKey(key))).isTrue();
			assertThat(verify(key, algorithm, jwt)).isTrue();
		}
	}

	@Test
	void aKeyThatCannotBeExportedIsLeftToItsDevice() throws Exception {
		choose("SunEC");
		try (KeyDevice device = new KeyDevice()) {
			Provider unused = CryptoProviders.find(JWSAlgorithm.ES256);
			this.spy.asked().clear();
			String jwt = sign(device.key(), "ES256");
			assertThat(JwtReader.read(jwt).isSignedBy(TestKeys.P256.toPublicKey())).isTrue();
			assertThat(device.signatures()).isEqualTo(1);
			assertThat(this.spy.asked()).isEmpty();
		}
	}

	@Test
	void aDeviceThatIsGoneIsAnErrorThatSaysSo() {
		try (KeyDevice device = new KeyDevice()) {
			SigningKey key = device.key();
			assertThat(sign(key, "ES256")).isNotEmpty();
			device.pullOut();
			Refusals.assertFails(Kind.MISCONFIGURED, () -> sign(key, "ES256"))
				.withMessageContaining("could not sign with ES256: ProviderException")
				.withNoCause();
		}
	}

}
