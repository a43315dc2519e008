package io.github.oidcgrants.jose;

import java.security.Provider;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.testing.DelegatingSignature;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.testing.SpyProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class CryptoProvidersTests {

	@AfterEach
	void restore() {
		CryptoProviders.select("auto");
	}

	static Stream<Arguments> faults() {
		return Stream.of(argumentSet("an exception", (UnaryOperator<Object>) (engine) -> {
			throw new IllegalStateException("Not initialized");
		}), argumentSet("an error", (UnaryOperator<Object>) (engine) -> {
			throw new UnsatisfiedLinkError("No native library");
		}), argumentSet("no signature at all", (UnaryOperator<Object>) (engine) -> new Object()),
				argumentSet("a wrong signature", only((real) -> new Tampered(real, true, false))),
				argumentSet("belief in any signature", only((real) -> new Tampered(real, false, true))));
	}

	private static UnaryOperator<Object> only(UnaryOperator<Object> signature) {
		return (engine) -> (engine instanceof SignatureSpi) ? signature.apply(engine) : engine;
	}

	@ParameterizedTest
	@MethodSource("faults")
	void aProviderThatFailsItsTestIsNotUsed(UnaryOperator<Object> fault) {
		try (SpyProvider provider = new SpyProvider("SunEC")) {
			provider.twist(fault);
			CryptoProviders.select(SpyProvider.NAME);
			assertThat(CryptoProviders.find(JWSAlgorithm.ES256)).isNull();
			assertThat(provider.asked()).isNotEmpty();
			provider.twist(only((real) -> new Tampered(real, false, false)));
			CryptoProviders.select(SpyProvider.NAME);
			assertThat(CryptoProviders.find(JWSAlgorithm.ES256)).as("without the fault").isSameAs(provider);
		}
	}

	@Test
	void aProviderThatIsInstalledCanBeNamed() {
		CryptoProviders.select("SunEC");
		Provider provider = CryptoProviders.find(JWSAlgorithm.ES256);
		assertThat(provider).isNotNull();
		assertThat(provider.getName()).isEqualTo("SunEC");
		assertThat(CryptoProviders.find(JWSAlgorithm.RS256)).isNull();
	}

	@Test
	void aProviderThatIsNotThereIsRefused() {
		Refusals.assertMisconfigured("The crypto provider 'nobody' is not there (oidc-grants.crypto-provider)",
				() -> CryptoProviders.select("nobody"));
	}

	/**
	 * Does what the JDK does, but for a signature that is nobody's, or the belief in all.
	 */
	private static final class Tampered extends DelegatingSignature {

		// Two numbers that could be one's.
		private static final byte[] NOBODYS = HexFormat.of().parseHex("3006020101020101");

		private final boolean signsWrongly;

		private final boolean believesAll;

		Tampered(Object engine, boolean signsWrongly, boolean believesAll) {
			assertThat(engine).isInstanceOf(SignatureSpi.class);
			this.signsWrongly = signsWrongly;
			this.believesAll = believesAll;
		}

		@Override
		protected byte[] engineSign() throws SignatureException {
			return this.signsWrongly ? NOBODYS : super.engineSign();
		}

		@Override
		protected boolean engineVerify(byte[] sigBytes) throws SignatureException {
			return this.believesAll || super.engineVerify(sigBytes);
		}

	}

}
