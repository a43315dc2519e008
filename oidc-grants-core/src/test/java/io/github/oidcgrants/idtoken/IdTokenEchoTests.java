package io.github.oidcgrants.idtoken;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.VerificationKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an ID token must repeat: of the request that it answers, and after a refresh of
 * the ID token before (OpenID Connect Core 1.0 section 12.2).
 */
class IdTokenEchoTests {

	private static final String AUTH_REQ_ID = "urn:openid:params:jwt:claim:auth_req_id";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@Test
	void nonceMustBeTheOneThatWasSent() {
		assertThat(validate(rig.claims("nonce", "n-1"), "n-1", null).getNonce()).isEqualTo("n-1");
		assertIdTokenRefused("its nonce is not the one of this request",
				() -> validate(rig.claims("nonce", "n-2"), "n-1", null));
		assertIdTokenRefused("its nonce is not the one of this request", () -> validate(rig.claims(), "n-1", null));
		assertIdTokenRefused("its nonce is not the one of this request",
				() -> validate(rig.claims("nonce", List.of("n-1")), "n-1", null));
	}

	@Test
	void nonceThatWasNotSentMayBeThere() {
		assertThat(validate(rig.claims("nonce", "n-2"), null, null).getNonce()).isEqualTo("n-2");
		assertThat(rig.receive(rig.claims("nonce", "n-2")).claims()).isNotNull();
	}

	@Test
	void authenticationRequestMustBeTheOneOfThisRequestIfItIsNamed() {
		assertThat(validate(rig.claims(AUTH_REQ_ID, "r-1"), null, "r-1")).isNotNull();
		assertThat(validate(rig.claims(), null, "r-1")).isNotNull();
		assertIdTokenRefused("auth_req_id is not the one", () -> validate(rig.claims(AUTH_REQ_ID, "r-2"), null, "r-1"));
		assertIdTokenRefused("auth_req_id is not the one", () -> validate(rig.claims(AUTH_REQ_ID, 1), null, "r-1"));
		assertIdTokenRefused("auth_req_id is not the one", () -> validate(rig.claims(AUTH_REQ_ID, "r-1"), null, null));
	}

	@Test
	void refreshedTokenThatAgreesIsAccepted() {
		assertThat(refresh(rig.claims(), rig.claims()).claims()).isNotNull();
		Map<String, Object> more = rig.claims("aud", List.of("api", AuthorizationServerRig.CLIENT_ID));
		more.put("azp", AuthorizationServerRig.CLIENT_ID);
		assertThat(refresh(rig.claims(), more).claims()).isNotNull();
	}

	@Test
	void refreshedTokenOfAnotherSubjectIsRefused() {
		assertIdTokenRefused("its iss, sub or aud is not that of the ID token before",
				() -> refresh(rig.claims(), rig.claims("sub", "subject-2")));
	}

	@Test
	void refreshedTokenThatLostAnAudienceIsRefused() {
		Map<String, Object> two = rig.claims("aud", List.of(AuthorizationServerRig.CLIENT_ID, "api"));
		two.put("azp", AuthorizationServerRig.CLIENT_ID);
		assertIdTokenRefused("its iss, sub or aud is not that of the ID token before",
				() -> refresh(two, rig.claims()));
	}

	@Test
	void refreshedTokenOfAnotherIssuerIsRefused() {
		TokenEndpointResponse first = first(rig.claims());
		try (AuthorizationServerRig moved = new AuthorizationServerRig()) {
			moved.answer(Map.of("id_token", JwtMint.sign(TestKeys.RSA, "RS256", moved.claims())));
			Configuration other = moved.configuration();
			assertIdTokenRefused("its iss, sub or aud is not that of the ID token before",
					() -> rig.client().refreshTokenGrant(other, first, GrantParameters.none(), GrantOptions.none()));
		}
	}

	@Test
	void refreshedTokenMayRepeatTheNonceOfTheLogin() {
		assertThat(refresh(rig.claims("nonce", "n-1"), rig.claims("nonce", "n-1")).claims()).isNotNull();
		assertThat(refresh(rig.claims("nonce", "n-1"), rig.claims()).claims()).isNotNull();
		assertThat(refresh(rig.claims(), rig.claims("nonce", "n-2")).claims()).isNotNull();
		assertIdTokenRefused("its nonce is not the one",
				() -> refresh(rig.claims("nonce", "n-1"), rig.claims("nonce", "n-2")));
	}

	@Test
	void refreshWithTheBareTokenComparesWithNothing() {
		rig.answer(Map.of("id_token", JwtMint.sign(TestKeys.RSA, "RS256", rig.claims("sub", "subject-2"))));
		assertThat(rig.client().refreshTokenGrant(rig.configuration(), "refresh-1").claims()).isNotNull();
	}

	@Test
	void refreshWithoutNewIdTokenHasNoClaims() {
		TokenEndpointResponse first = first(rig.claims());
		rig.answer(Map.of());
		assertThat(rig.client()
			.refreshTokenGrant(rig.configuration(), first, GrantParameters.none(), GrantOptions.none())
			.claims()).isNull();
	}

	private static TokenEndpointResponse first(Map<String, Object> claims) {
		rig.answer(Map.of("refresh_token", "refresh-1", "id_token", JwtMint.sign(TestKeys.RSA, "RS256", claims)));
		return rig.client().clientCredentialsGrant(rig.configuration());
	}

	private static TokenEndpointResponse refresh(Map<String, Object> before, Map<String, Object> after) {
		TokenEndpointResponse first = first(before);
		rig.answer(Map.of("id_token", JwtMint.sign(TestKeys.RSA, "RS256", after)));
		return rig.client().refreshTokenGrant(rig.configuration(), first, GrantParameters.none(), GrantOptions.none());
	}

	private static OidcIdToken validate(Map<String, Object> claims, @Nullable String nonce,
			@Nullable String authReqId) {
		IdTokenExpectation expected = new IdTokenExpectation(rig.issuer(), Set.of(), AuthorizationServerRig.CLIENT_ID,
				List.of(), AuthorizationServerRig.ACCESS_TOKEN, authReqId, nonce, null);
		return new IdTokenValidator(rig.time).validate(JwtMint.sign(TestKeys.RSA, "RS256", claims),
				IdTokenRules.defaults(), expected, (header) -> VerificationKey.of(TestKeys.RSA.toPublicJWK()));
	}

}
