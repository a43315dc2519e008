package io.github.oidcgrants;

import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Refreshes of tokens that are bound to a DPoP key: with that key, or not at all where
 * the refresh token is bound too (RFC 9449 section 5).
 */
class BoundRefreshTests {

	private static final String GONE = "is bound to a DPoP key that is not here: nothing was sent";

	@AutoClose
	private static final AuthorizationServerRig server = new AuthorizationServerRig();

	private final DPoPHandle key = DPoPHandle.of(DPoPKeyPair.random());

	private final DPoPHandle other = DPoPHandle.of(DPoPKeyPair.random());

	private TokenEndpointResponse bound;

	@BeforeEach
	void logIn() {
		server.reset();
		server.metadata(Map.of("dpop_signing_alg_values_supported", List.of("ES256")));
		server.answer(Map.of("token_type", "DPoP", "refresh_token", "r1"));
		this.bound = template(ClientAuthentication.none(), this.key, DPoPMode.REQUIRED).token("app");
		server.http().resetRequests();
	}

	private static GrantTemplate template(ClientAuthentication authentication, DPoPHandle current, DPoPMode mode) {
		return new GrantTemplate(server.client(), TokenCache.create(server.time, server.time::nanoTime),
				List.of(GrantRegistration.builder("app", server.configuration(authentication))
					.dpop(DPoPKeyRing.of(current, server.time), mode)
					.build()));
	}

	private TokenEndpointResponse refresh(GrantTemplate template, GrantOptions options) {
		return template.refreshTokenGrant("app", this.bound, GrantParameters.none(), options);
	}

	private static GrantOptions with(DPoPHandle key, DPoPMode mode) {
		return GrantOptions.builder().dpop(key, mode).build();
	}

	@ParameterizedTest
	@EnumSource(DPoPMode.class)
	void aPublicClientDoesNotRefreshWithoutTheKey(DPoPMode mode) {
		GrantTemplate template = template(ClientAuthentication.none(), (mode != DPoPMode.OFF) ? this.other : this.key,
				mode);
		assertMisconfigured(GONE, () -> refresh(template, GrantOptions.none()));
		assertMisconfigured(GONE, () -> refresh(template, with(this.other, DPoPMode.REQUIRED)));
		assertMisconfigured(GONE, () -> refresh(template, with(this.key, DPoPMode.OFF)));
		assertThat(server.tokenRequests()).isEmpty();
		assertThat(refresh(template, with(this.key, DPoPMode.REQUIRED)).dpopThumbprint())
			.isEqualTo(this.key.thumbprint());
	}

	@Test
	void noMoreDoesOneThatIsToldItsConfigurationEachTime() {
		Configuration client = server.configuration(ClientAuthentication.none());
		for (GrantOptions options : List.of(GrantOptions.none(), with(this.other, DPoPMode.REQUIRED),
				with(this.key, DPoPMode.OFF))) {
			assertMisconfigured(GONE,
					() -> server.client().refreshTokenGrant(client, this.bound, GrantParameters.none(), options));
		}
		assertThat(server.tokenRequests()).isEmpty();
		assertThat(server.client()
			.refreshTokenGrant(client, this.bound, GrantParameters.none(), with(this.key, DPoPMode.REQUIRED))
			.dpopThumbprint()).isEqualTo(this.key.thumbprint());
	}

	@Test
	void aClientThatProvesWhoItIsRefreshesWithTheKeyThatItHas() {
		GrantTemplate template = template(ClientAuthentication.clientSecretPost("s-1"), this.other, DPoPMode.REQUIRED);
		assertThat(refresh(template, GrantOptions.none()).dpopThumbprint()).isEqualTo(this.other.thumbprint());
	}

	@Test
	void ofABareRefreshTokenNobodyKnowsWhatItIsBoundTo() {
		GrantTemplate template = template(ClientAuthentication.none(), this.other, DPoPMode.REQUIRED);
		assertThat(template.refreshTokenGrant("app", "r1").dpopThumbprint()).isEqualTo(this.other.thumbprint());
	}

	@Test
	void theKeyIsProvedEvenIfTheServerListsItsAlgorithmNoMore() {
		server.metadata(Map.of("dpop_signing_alg_values_supported", List.of("PS256")));
		GrantTemplate template = template(ClientAuthentication.none(), this.key, DPoPMode.PREFERRED);
		assertThat(refresh(template, GrantOptions.none()).dpopThumbprint()).isEqualTo(this.key.thumbprint());
		assertThat(refresh(template, with(this.key, DPoPMode.PREFERRED)).dpopThumbprint())
			.isEqualTo(this.key.thumbprint());
		server.answer(Map.of("refresh_token", "r2"));
		assertThat(template.refreshTokenGrant("app", "r2").tokenType()).isEqualTo("bearer");
		assertThat(server.http()
			.findAll(
					WireMock.postRequestedFor(WireMock.urlEqualTo(AuthorizationServerRig.TOKEN)).withoutHeader("DPoP")))
			.hasSize(1);
	}

	@Test
	void aBearerTokenIsRefreshedAsOne() {
		server.answer(Map.of("refresh_token", "r1"));
		this.bound = template(ClientAuthentication.none(), this.key, DPoPMode.PREFERRED).token("app");
		GrantTemplate template = template(ClientAuthentication.none(), this.other, DPoPMode.PREFERRED);
		assertThat(refresh(template, GrantOptions.none()).tokenType()).isEqualTo("bearer");
	}

}
