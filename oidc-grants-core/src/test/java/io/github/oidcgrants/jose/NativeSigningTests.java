package io.github.oidcgrants.jose;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.KeyDevice;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Runs once with no other provider on the class path than the JDK's, and once more with
 * each native one: the run says which is to sign.
 */
@Tag("signing")
class NativeSigningTests {

	private static final String EXPECTED = System.getProperty("expected-signer", "JDK");

	private static final Map<String, String> CHOICES = Map.of("Conscrypt", "conscrypt", "AmazonCorrettoCryptoProvider",
			"corretto");

	private static final List<String> FIPS_PROPERTIES = List.of("com.redhat.fips",
			"org.bouncycastle.fips.approved_only");

	@AfterEach
	void restore() {
		FIPS_PROPERTIES.forEach(System::clearProperty);
		Security.removeProvider(FipsProvider.NAME);
		CryptoProviders.select("auto");
	}

	private static String name(Provider provider) {
		return (provider != null) ? provider.getName() : "JDK";
	}

	private static String signer(SigningKey key, String algorithm) throws JOSEException {
		return name(key.signer(JWSAlgorithm.parse(algorithm)).getJCAContext().getProvider());
	}

	private static String verifier(SigningKey key, String algorithm) throws JOSEException {
		return name(VerificationKey.of(key.publicJwk())
			.verifier(JWSAlgorithm.parse(algorithm))
			.getJCAContext()
			.getProvider());
	}

	@ParameterizedTest
	@ValueSource(strings = { "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA" })
	void theProviderOnTheClassPathSignsWhatTheJdkVerifies(String algorithm) throws Exception {
		assertThat(name(CryptoProviders.find(JWSAlgorithm.parse(algorithm)))).isEqualTo(EXPECTED);
		SigningKey key = SigningKey.generate(algorithm);
		assertThat(signer(key, algorithm)).isEqualTo(EXPECTED);
		assertThat(verifier(key, algorithm)).isEqualTo(EXPECTED);
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

	@Test
	void aKeyThatCannotBeExportedSignsWhereItIs() throws Exception {
		try (KeyDevice device = new KeyDevice()) {
			SigningKey key = device.key();
			String jwt = key.sign(new JWSHeader(JWSAlgorithm.ES256),
					new JWTClaimsSet.Builder().subject("subject").build());
			assertThat(signer(key, "ES256")).isEqualTo("JDK");
			assertThat(device.signatures()).isEqualTo(1);
			assertThat(JwtReader.read(jwt).isSignedBy(TestKeys.P256.toPublicKey())).isTrue();
			assertThat(verifier(key, "ES256")).isEqualTo(EXPECTED);
		}
	}

	@Test
	void theJdkSignsWhereItIsChosen() throws Exception {
		CryptoProviders.select("jdk");
		assertThat(signer(SigningKey.generate("ES256"), "ES256")).isEqualTo("JDK");
		assertThat(verifier(SigningKey.generate("EdDSA"), "EdDSA")).isEqualTo("JDK");
	}

	@Test
	void theSystemPropertyOverridesWhatIsOnTheClassPath() throws Exception {
		assertThat(SigningProcess.run()).isEqualTo(EXPECTED);
		assertThat(SigningProcess.run("-Doidc-grants.crypto-provider=jdk")).isEqualTo("JDK");
		assertThat(SigningProcess.run("-Doidc-grants.crypto-provider=SunEC")).isEqualTo("SunEC");
	}

	static Stream<Arguments> fipsModes() {
		return Stream.concat(
				FIPS_PROPERTIES.stream()
					.map((name) -> argumentSet(name, (Runnable) () -> System.setProperty(name, "true"))),
				Stream.of(argumentSet("a provider", (Runnable) () -> Security.addProvider(new FipsProvider()))));
	}

	@ParameterizedTest
	@MethodSource("fipsModes")
	void inFipsModeTheJdkSigns(Runnable mode) throws Exception {
		mode.run();
		CryptoProviders.select("auto");
		assertThat(signer(SigningKey.generate("ES256"), "ES256")).isEqualTo("JDK");
		assertThat(verifier(SigningKey.generate("ES256"), "ES256")).isEqualTo("JDK");
		for (String choice : CHOICES.values()) {
			Refusals.assertMisconfigured("is not loaded in FIPS mode (oidc-grants.crypto-provider)",
					() -> CryptoProviders.select(choice));
		}
	}

	@Test
	void inFipsModeNothingOfTheProviderOnTheClassPathIsLoaded(@TempDir Path directory) throws Exception {
		Path loaded = directory.resolve("loaded");
		String log = "-Xlog:class+load:file=" + loaded;
		assertThat(SigningProcess.run(log, "-Dcom.redhat.fips=true")).isEqualTo("JDK");
		assertThat(Files.readString(loaded)).contains(CryptoProviders.class.getName() + " ")
			.doesNotContain(" org.conscrypt.", " com.amazon.corretto.");
	}

	@Test
	void theProviderOnTheClassPathCanBeNamed() throws Exception {
		for (Map.Entry<String, String> choice : CHOICES.entrySet()) {
			if (choice.getKey().equals(EXPECTED)) {
				CryptoProviders.select(choice.getValue());
				assertThat(signer(SigningKey.generate("ES256"), "ES256")).isEqualTo(EXPECTED);
			}
			else {
				Refusals.assertMisconfigured("is not there", () -> CryptoProviders.select(choice.getValue()));
			}
		}
	}

	/**
	 * Has a name that says FIPS, and nothing else.
	 */
	private static final class FipsProvider extends Provider {

		private static final String NAME = "Fips";

		private static final long serialVersionUID = 1L;

		FipsProvider() {
			super(NAME, "1", "Says that this is FIPS mode");
		}

	}

}
