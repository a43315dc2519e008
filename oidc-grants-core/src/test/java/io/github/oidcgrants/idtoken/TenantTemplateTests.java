package io.github.oidcgrants.idtoken;

import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Servers of several tenants, as Microsoft Entra is one.
 */
class TenantTemplateTests {

	private static final String TENANT = "11111111-aaaa-4bbb-8ccc-222222222222";

	private static final String OTHER_TENANT = "33333333-aaaa-4bbb-8ccc-444444444444";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
		discovery(rig.issuer() + "/{tenantid}/v2.0");
	}

	@Test
	void tokenOfAListedTenantIsAccepted() {
		assertThat(rig.receive(token(TENANT, TENANT), configuration(List.of(OTHER_TENANT, TENANT))).claims())
			.isNotNull();
	}

	@Test
	void tokenOfAnUnlistedTenantIsRefused() {
		assertIdTokenRefused("its tenant '" + OTHER_TENANT + "' is not on the list",
				() -> rig.receive(token(OTHER_TENANT, OTHER_TENANT), configuration(List.of(TENANT))));
	}

	@Test
	void tokenWhoseIssuerIsAnotherTenantIsRefused() {
		assertIdTokenRefused("its issuer is",
				() -> rig.receive(token(OTHER_TENANT, TENANT), configuration(List.of(TENANT))));
		assertIdTokenRefused("its issuer is",
				() -> rig.receive(token(OTHER_TENANT, TENANT), configuration(List.of(TENANT, OTHER_TENANT))));
	}

	@Test
	void tokenWhoseIssuerIsTheTemplateItselfIsRefused() {
		assertIdTokenRefused("its issuer is",
				() -> rig.receive(token("{tenantid}", TENANT), configuration(List.of(TENANT))));
		assertIdTokenRefused("is not on the list",
				() -> rig.receive(token("{tenantid}", "{tenantid}"), configuration(List.of(TENANT))));
	}

	@Test
	void tokenWithoutTenantIsRefused() {
		Map<String, Object> claims = rig.claims("iss", rig.issuer() + "/" + TENANT + "/v2.0");
		String token = JwtMint.sign(TestKeys.RSA, "RS256", claims);
		assertIdTokenRefused("it has no tid", () -> rig.receive(token, configuration(List.of(TENANT))));
		claims.put("tid", List.of(TENANT));
		String list = JwtMint.sign(TestKeys.RSA, "RS256", claims);
		assertIdTokenRefused("its tid is no text", () -> rig.receive(list, configuration(List.of(TENANT))));
	}

	@Test
	void templateIsRefusedUnlessTenantsAreListed() {
		assertMisconfigured("answered as the issuer",
				() -> rig.receive(token(TENANT, TENANT), configuration(List.of())));
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://evil.example/{tenantid}", "https://evil.example/{tenantid}/v2.0", "{tenantid}",
			"http://{tenantid}", "http://{tenantid}/organizations/v2.0", "ISSUER/{tenantid}", "ISSUER{tenantid}",
			"ISSUER/org{tenantid}/v2.0", "ISSUER/{tenantid}s/v2.0", "ISSUER/{tenantid}/v2.0/",
			"ISSUER/{tenantid}/{tenantid}", "ISSUER/{tenantId}/v2.0", "ISSUER/{tenantid}/organizations/v2.0",
			"ISSUER/organizations/v2.0/{tenantid}", "" })
	void hostileTemplateIsRefused(String template) {
		discovery(template.replace("ISSUER", rig.issuer()));
		rig.answer(Map.of());
		Configuration configuration = configuration(List.of(TENANT));
		assertThatExceptionOfType(GrantException.class)
			.isThrownBy(() -> rig.client().clientCredentialsGrant(configuration))
			.withMessageMatching("(?s).*(answered as the issuer|names no issuer).*");
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@Test
	void builderMakesTheSameServerTwice() {
		AuthorizationServer.Builder builder = AuthorizationServer.builder()
			.issuer(rig.issuer() + "/organizations/v2.0")
			.tenants(List.of(TENANT));
		for (AuthorizationServer server : List.of(builder.build(), builder.build())) {
			assertThat(rig.receive(token(TENANT, TENANT), rig.configuration(server).build()).claims()).isNotNull();
		}
	}

	@Test
	void assertionOfAServerOfSeveralTenantsNeedsAnAudience() {
		Configuration configuration = rig.configuration(server(List.of(TENANT)))
			.authentication(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.RSA)))
			.build();
		assertMisconfigured("client-assertion.audience", () -> rig.client().clientCredentialsGrant(configuration));
	}

	private static void discovery(String issuer) {
		rig.http()
			.stubFor(WireMock.get("/organizations/v2.0" + AuthorizationServerRig.METADATA)
				.willReturn(AuthorizationServerRig
					.json(Map.of("issuer", issuer, "token_endpoint", rig.issuer() + AuthorizationServerRig.TOKEN,
							"jwks_uri", rig.issuer() + AuthorizationServerRig.JWKS))));
	}

	private static AuthorizationServer server(List<String> tenants) {
		return AuthorizationServer.builder()
			.issuer(rig.issuer() + "/organizations/v2.0")
			.tenants(tenants)
			.nanoTime(rig.time::nanoTime)
			.build();
	}

	private static Configuration configuration(List<String> tenants) {
		return rig.configuration(server(tenants)).build();
	}

	private static String token(String issuingTenant, String tenant) {
		Map<String, Object> claims = rig.claims("iss", rig.issuer() + "/" + issuingTenant + "/v2.0");
		claims.put("tid", tenant);
		return JwtMint.sign(TestKeys.RSA, "RS256", claims);
	}

}
