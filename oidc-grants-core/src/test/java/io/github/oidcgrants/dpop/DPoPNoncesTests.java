package io.github.oidcgrants.dpop;

import java.net.URI;

import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.Refusals;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nonces (RFC 9449 sections 8 and 9): whose they are, and which are none.
 */
class DPoPNoncesTests {

	private static final URI TOKEN_ENDPOINT = URI.create("https://one.example/token");

	private static final URI API = URI.create("https://one.example/api");

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	@Test
	void aNonceIsUsedForItsOriginAndRoleOnly() {
		assertThat(this.handle.remember(DPoPRole.AUTHORIZATION_SERVER, TOKEN_ENDPOINT, "as-nonce")).isTrue();
		assertThat(this.handle.remember(DPoPRole.RESOURCE_SERVER, API, "api-nonce")).isTrue();
		assertThat(nonce(DPoPRole.AUTHORIZATION_SERVER, TOKEN_ENDPOINT)).isEqualTo("as-nonce");
		assertThat(nonce(DPoPRole.AUTHORIZATION_SERVER, URI.create("https://ONE.example:443/par")))
			.isEqualTo("as-nonce");
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, API)).isEqualTo("api-nonce");
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, URI.create("https://one.example:8443/api"))).isNull();
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, URI.create("http://one.example/api"))).isNull();
	}

	@Test
	void theNewestNonceCounts() {
		this.handle.remember(DPoPRole.RESOURCE_SERVER, API, "first");
		this.handle.remember(DPoPRole.RESOURCE_SERVER, API, "second");
		this.handle.remember(DPoPRole.RESOURCE_SERVER, API, null);
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, API)).isEqualTo("second");
	}

	@Test
	void theServerUsedLeastRecentlyIsForgottenForTheHundredAndFirst() {
		for (int i = 0; i < 100; i++) {
			this.handle.remember(DPoPRole.RESOURCE_SERVER, server(i), "nonce-" + i);
		}
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, server(0))).isEqualTo("nonce-0");
		this.handle.remember(DPoPRole.RESOURCE_SERVER, server(100), "nonce-100");
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, server(0))).isEqualTo("nonce-0");
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, server(1))).isNull();
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, server(100))).isEqualTo("nonce-100");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "with space", "quote\"", "back\\slash", "line\nbreak", "é" })
	void whatIsNoNonceIsNotRemembered(String hostile) {
		assertThat(this.handle.remember(DPoPRole.RESOURCE_SERVER, API, hostile)).isFalse();
		assertThat(nonce(DPoPRole.RESOURCE_SERVER, API)).isNull();
		Refusals.assertMisconfigured("nonce", () -> this.handle.proof("GET", API, null, hostile));
	}

	@Test
	void aNonceOfAMegabyteIsNotRemembered() {
		assertThat(this.handle.remember(DPoPRole.RESOURCE_SERVER, API, "n".repeat(1_000_000))).isFalse();
	}

	private static URI server(int i) {
		return URI.create("https://api-" + i + ".example/");
	}

	private @Nullable Object nonce(DPoPRole role, URI uri) {
		return JwtReader.read(this.handle.proof(role, "GET", uri, null)).claims().get("nonce");
	}

}
