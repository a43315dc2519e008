package io.github.oidcgrants.jose;

import java.security.Provider;
import java.security.Security;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.testing.Refusals;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CryptoProvidersTests {

	@AfterEach
	void restore() {
		Security.removeProvider("Broken");
		CryptoProviders.select("auto");
	}

	@Test
	void aProviderThatThrowsInItsTestIsNotUsed() {
		Security.addProvider(new BrokenProvider());
		CryptoProviders.select("Broken");
		assertThat(CryptoProviders.find(JWSAlgorithm.ES256)).isNull();
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
	void inFipsModeOnlyInstalledProvidersAreUsed() {
		System.setProperty("com.redhat.fips", "true");
		try {
			CryptoProviders.select("auto");
			assertThat(CryptoProviders.find(JWSAlgorithm.ES256)).isNull();
		}
		finally {
			System.clearProperty("com.redhat.fips");
		}
	}

	@Test
	void aProviderThatIsNotThereIsRefused() {
		Refusals.assertMisconfigured("The crypto provider 'nobody' is not there (oidc-grants.crypto-provider)",
				() -> CryptoProviders.select("nobody"));
	}

	static final class BrokenProvider extends Provider {

		private static final long serialVersionUID = 1L;

		BrokenProvider() {
			super("Broken", "1", "Throws whatever it is asked");
			put("Signature.SHA256withECDSA", BrokenSignature.class.getName());
			put("KeyFactory.EC", "does.not.Exist");
		}

	}

	static final class BrokenSignature {

	}

}
