package io.github.oidcgrants;

import java.net.URI;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.jose.CryptoProviders;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.SpyProvider;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All that is signed and verified is, by the provider that is chosen.
 */
class ProviderInUseTests {

	private static final String SIGNATURE = "Signature SHA256withECDSA";

	@AutoClose
	private static final AuthorizationServerRig server = new AuthorizationServerRig();

	@AutoClose
	private final SpyProvider spy = new SpyProvider("SunEC");

	@BeforeEach
	void choose() {
		server.reset();
		CryptoProviders.select(SpyProvider.NAME);
		assertThat(CryptoProviders.find(JWSAlgorithm.ES256)).isSameAs(this.spy);
		this.spy.asked().clear();
	}

	@AfterEach
	void restore() {
		CryptoProviders.select("auto");
	}

	@Test
	void itSignsProofs() {
		DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.of(SigningKey.of(TestKeys.P256)));
		assertThat(this.spy.asked()).isEmpty();
		assertThat(handle.proof(DPoPRole.RESOURCE_SERVER, "GET", URI.create("https://api.example/"), null))
			.isNotEmpty();
		assertThat(this.spy.asked()).contains(SIGNATURE);
	}

	@Test
	void itSignsClientAssertions() {
		server.client()
			.clientCredentialsGrant(
					server.configuration(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256))));
		assertThat(this.spy.asked()).contains(SIGNATURE);
	}

	@Test
	void itVerifiesIdTokens() {
		server.metadata(Map.of("id_token_signing_alg_values_supported", List.of("ES256")));
		server.keys(TestKeys.P256);
		String idToken = JwtMint.sign(TestKeys.P256, "ES256", server.claims());
		this.spy.asked().clear();
		assertThat(server.receive(idToken).claims()).isNotNull();
		assertThat(this.spy.asked()).contains(SIGNATURE);
	}

	@Test
	void aKeyThatItCannotUseCostsNoIdToken() {
		server.metadata(Map.of("id_token_signing_alg_values_supported", List.of("ES256")));
		server.keys(TestKeys.P256);
		String idToken = JwtMint.sign(TestKeys.P256, "ES256", server.claims());
		this.spy.twist((engine) -> {
			throw new IllegalStateException("Not this key");
		});
		assertThat(server.receive(idToken).claims()).isNotNull();
		assertThat(this.spy.asked()).isNotEmpty();
	}

}
