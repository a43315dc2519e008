package io.github.oidcgrants.grant;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AssertionRig;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * JWT bearer (RFC 7523) and SAML 2.0 bearer (RFC 7522) against the project's own
 * {@link AssertionRig}, which reads the assertions.
 */
class BearerAssertionTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private final AtomicInteger made = new AtomicInteger();

	@BeforeEach
	void reset() {
		rig.reset();
		AssertionRig.install(rig, TestKeys.P256_PAIR.getPublic());
	}

	@Test
	void jwtGivesAToken() {
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", jwt()).build();
		assertThat(request(AssertionRig.JWT_BEARER, parameters).accessToken())
			.isEqualTo("for-" + AssertionRig.JWT_BEARER);
	}

	@Test
	void samlAssertionGivesAToken() {
		GrantParameters parameters = GrantParameters.builder()
			.parameter("assertion", saml())
			.scope("read write")
			.build();
		assertThat(request(AssertionRig.SAML2_BEARER, parameters).accessToken())
			.isEqualTo("for-" + AssertionRig.SAML2_BEARER);
	}

	@Test
	void assertionThatWasSpentIsRefused() {
		GrantParameters jwt = GrantParameters.builder().parameter("assertion", jwt()).build();
		GrantParameters saml = GrantParameters.builder().parameter("assertion", saml()).build();
		request(AssertionRig.JWT_BEARER, jwt);
		request(AssertionRig.SAML2_BEARER, saml);
		assertFails(Kind.OAUTH_ERROR, () -> request(AssertionRig.JWT_BEARER, jwt))
			.withMessageContaining("invalid_grant");
		assertFails(Kind.OAUTH_ERROR, () -> request(AssertionRig.SAML2_BEARER, saml))
			.withMessageContaining("invalid_grant");
	}

	@Test
	void supplierMakesAFreshOneForEachRequest() {
		GrantParameters jwt = GrantParameters.builder().parameter("assertion", this::jwt).build();
		GrantParameters saml = GrantParameters.builder().parameter("assertion", this::saml).build();
		for (int i = 0; i < 3; i++) {
			assertThat(request(AssertionRig.JWT_BEARER, jwt)).isNotNull();
			assertThat(request(AssertionRig.SAML2_BEARER, saml)).isNotNull();
			rig.time.advance(Duration.ofHours(1));
		}
	}

	@Test
	void assertionThatExpiredIsRefused() {
		GrantParameters saml = GrantParameters.builder().parameter("assertion", saml()).build();
		rig.time.advance(Duration.ofHours(1));
		assertFails(Kind.OAUTH_ERROR, () -> request(AssertionRig.SAML2_BEARER, saml))
			.withMessageContaining("invalid_grant");
	}

	private static TokenEndpointResponse request(String grantType, GrantParameters parameters) {
		return rig.client().genericGrantRequest(rig.configuration(), grantType, parameters);
	}

	private String jwt() {
		Map<String, Object> claims = new LinkedHashMap<>();
		claims.put("iss", "https://sts.example");
		claims.put("sub", "subject-1");
		claims.put("aud", rig.issuer());
		claims.put("exp", rig.now() + 60);
		claims.put("jti", "jwt-" + this.made.incrementAndGet());
		return JwtMint.sign(TestKeys.P256, "ES256", claims);
	}

	private String saml() {
		String xml = """
				<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_%d" Version="2.0">
					<saml:Issuer>https://sts.example</saml:Issuer>
					<saml:Subject><saml:NameID>subject-1 ?&gt;&lt;~</saml:NameID></saml:Subject>
					<saml:Conditions NotOnOrAfter="%s">
						<saml:AudienceRestriction><saml:Audience>%s</saml:Audience></saml:AudienceRestriction>
					</saml:Conditions>
				</saml:Assertion>
				""".formatted(this.made.incrementAndGet(), rig.time.instant().plusSeconds(60), rig.issuer());
		return Base64.getUrlEncoder().encodeToString(xml.getBytes(StandardCharsets.UTF_8));
	}

}
