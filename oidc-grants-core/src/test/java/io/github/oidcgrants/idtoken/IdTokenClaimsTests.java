package io.github.oidcgrants.idtoken;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

import static io.github.oidcgrants.testing.AuthorizationServerRig.CLIENT_ID;
import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

class IdTokenClaimsTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@Test
	void goodTokenGivesClaimsAsSpringHasThem() {
		Map<String, Object> claims = rig.claims();
		long now = rig.now();
		claims.putAll(Map.of("auth_time", now - 10, "nbf", now - 5, "roles", List.of("a", "b")));
		String token = JwtMint.sign(TestKeys.RSA, "RS256", claims);
		OidcIdToken idToken = rig.receive(token).claims();
		assertThat(idToken).isNotNull();
		assertThat(idToken.getTokenValue()).isEqualTo(token);
		assertThat(idToken.getSubject()).isEqualTo("subject-1");
		assertThat(idToken.getIssuer()).hasToString(rig.issuer());
		assertThat(idToken.getAudience()).containsExactly(CLIENT_ID);
		assertThat(idToken.getIssuedAt()).isEqualTo(rig.time.instant());
		assertThat(idToken.getExpiresAt()).isEqualTo(rig.time.instant().plusSeconds(300));
		assertThat(idToken.getAuthenticatedAt()).isEqualTo(rig.time.instant().minusSeconds(10));
		assertThat(idToken.getClaimAsInstant("nbf")).isEqualTo(rig.time.instant().minusSeconds(5));
		assertThat(idToken.getClaims().get("exp")).isInstanceOf(Instant.class);
		assertThat(idToken.getClaimAsStringList("roles")).containsExactly("a", "b");
	}

	@Test
	void claimThatIsNullIsAbsentFromTheClaims() {
		Map<String, Object> claims = rig.claims("nickname", null);
		claims.put("nbf", null);
		claims.put("auth_time", null);
		claims.put("at_hash", null);
		OidcIdToken idToken = rig.receive(claims).claims();
		assertThat(idToken).isNotNull();
		assertThat(idToken.getClaims()).doesNotContainKeys("nickname", "nbf", "auth_time", "at_hash");
	}

	@Test
	void answerWithoutIdTokenHasNoClaims() {
		assertThat(rig.client().clientCredentialsGrant(rig.configuration()).claims()).isNull();
		assertThat(rig.jwksRequests()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://evil.example", "", "HTTP", "/" })
	void otherIssuerIsRefused(String change) {
		String issuer = switch (change) {
			case "HTTP" -> rig.issuer().replace("http:", "HTTP:");
			case "/" -> rig.issuer() + "/";
			default -> change;
		};
		assertIdTokenRefused(issuer.isEmpty() ? "its iss is no text" : "its issuer is",
				() -> rig.receive(rig.claims("iss", issuer)));
	}

	@Test
	void tokenOfServerWithoutIssuerIsRefused() {
		AuthorizationServer server = AuthorizationServer.builder()
			.member("token_endpoint", rig.issuer() + AuthorizationServerRig.TOKEN)
			.member("jwks_uri", rig.issuer() + AuthorizationServerRig.JWKS)
			.build();
		Configuration configuration = rig.configuration(server).build();
		String token = JwtMint.sign(TestKeys.RSA, "RS256", rig.claims());
		assertIdTokenRefused("is not known", () -> rig.receive(token, configuration));
	}

	@Test
	void otherAudienceIsRefused() {
		assertIdTokenRefused("its audience is", () -> rig.receive(rig.claims("aud", "client-2")));
		assertIdTokenRefused("its audience is", () -> rig.receive(rig.claims("aud", List.of("client-2"))));
	}

	@Test
	void oneAudienceMayStandInAList() {
		assertThat(rig.receive(rig.claims("aud", List.of(CLIENT_ID))).claims()).isNotNull();
	}

	@Test
	void severalAudiencesNeedTheClientAsAuthorizedParty() {
		Map<String, Object> claims = rig.claims("aud", List.of("api", CLIENT_ID));
		assertIdTokenRefused("it has no azp", () -> rig.receive(claims));
		claims.put("azp", "api");
		assertIdTokenRefused("was issued to 'api'", () -> rig.receive(claims));
		claims.put("azp", 1);
		assertIdTokenRefused("its azp is no text", () -> rig.receive(claims));
		claims.put("azp", CLIENT_ID);
		OidcIdToken idToken = rig.receive(claims).claims();
		assertThat(idToken).isNotNull();
		assertThat(idToken.getAudience()).containsExactly("api", CLIENT_ID);
	}

	static Stream<Arguments> wrongAudiences() {
		return Stream.of(1, List.of(), "", true, List.of(CLIENT_ID, 1), List.of(CLIENT_ID, ""), Map.of(CLIENT_ID, 1))
			.map(Arguments::of);
	}

	@ParameterizedTest
	@MethodSource("wrongAudiences")
	void audienceOfWrongTypeIsRefused(Object audience) {
		assertIdTokenRefused("its aud is neither a text nor a list of texts",
				() -> rig.receive(rig.claims("aud", audience)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "iss", "sub", "exp", "iat" })
	void requiredClaimThatIsMissingOrNullIsRefused(String name) {
		Map<String, Object> claims = rig.claims(name, null);
		assertIdTokenRefused("it has no " + name, () -> rig.receive(claims));
		claims.remove(name);
		assertIdTokenRefused("it has no " + name, () -> rig.receive(claims));
	}

	@Test
	void audienceThatIsMissingOrNullIsRefused() {
		Map<String, Object> claims = rig.claims("aud", null);
		assertIdTokenRefused("its aud is neither", () -> rig.receive(claims));
		claims.remove("aud");
		assertIdTokenRefused("its aud is neither", () -> rig.receive(claims));
	}

	static Stream<Arguments> wrongTypes() {
		Stream<Arguments> texts = Stream.of("iss", "sub")
			.flatMap((name) -> Stream.<Object>of(1, true, List.of("x"), Map.of(), "")
				.map((value) -> Arguments.of(name, value, "no text")));
		Stream<Arguments> times = Stream.of("exp", "iat", "nbf", "auth_time")
			.flatMap((name) -> Stream
				.<Object>of("1793534400", true, List.of(1), "2026-11-01T12:00:00Z", 1e12, -1e12,
						new BigDecimal("1e999999999"))
				.map((value) -> Arguments.of(name, value, "no number of seconds")));
		return Stream.concat(texts, times);
	}

	@ParameterizedTest
	@MethodSource("wrongTypes")
	void claimOfWrongTypeIsRefused(String name, Object value, String reason) {
		assertIdTokenRefused("its " + name + " is " + reason, () -> rig.receive(rig.claims(name, value)));
	}

	@Test
	void tokenIsAcceptedUntilHalfAMinuteAfterItExpired() {
		long now = rig.now();
		Map<String, Object> claims = rig.claims("exp", now - 29);
		claims.put("iat", now - 100);
		assertThat(rig.receive(claims).claims()).isNotNull();
		claims.put("exp", now - 30);
		assertIdTokenRefused("it expired at", () -> rig.receive(claims));
	}

	@Test
	void fractionsOfSecondsAreCut() {
		Map<String, Object> claims = rig.claims("exp", new BigDecimal(rig.now() + 10 + ".75"));
		OidcIdToken idToken = rig.receive(claims).claims();
		assertThat(idToken).isNotNull();
		assertThat(idToken.getExpiresAt()).isEqualTo(rig.time.instant().plusSeconds(10));
	}

	@ParameterizedTest
	@ValueSource(strings = { "iat", "nbf", "auth_time" })
	void timeMayLieHalfAMinuteAheadAndNoMore(String name) {
		long now = rig.now();
		assertThat(rig.receive(rig.claims(name, now + 30)).claims()).isNotNull();
		assertIdTokenRefused("its " + name + " is", () -> rig.receive(rig.claims(name, now + 31)));
	}

	@Test
	void tokenMayHaveBeenIssuedAnHourAgoAndHalfAMinute() {
		long now = rig.now();
		assertThat(rig.receive(rig.claims("iat", now - 3630)).claims()).isNotNull();
		assertIdTokenRefused("longer ago than", () -> rig.receive(rig.claims("iat", now - 3631)));
	}

	@Test
	void tokenIssuedAWeekAgoIsRefusedUnlessThatIsAllowed() {
		Map<String, Object> claims = rig.claims("iat", rig.now() - Duration.ofDays(7).toSeconds());
		assertIdTokenRefused("id-token.max-age", () -> rig.receive(claims));
		Configuration patient = rig.configuration(IdTokenRules.builder().maxAge(Duration.ofDays(7)).build());
		assertThat(rig.receive(JwtMint.sign(TestKeys.RSA, "RS256", claims), patient).claims()).isNotNull();
	}

	@Test
	void toleranceCanBeSet() {
		Configuration strict = rig.configuration(IdTokenRules.builder().tolerance(Duration.ZERO).build());
		String early = JwtMint.sign(TestKeys.RSA, "RS256", rig.claims("iat", rig.now() + 1));
		assertIdTokenRefused("its iat is", () -> rig.receive(early, strict));
		String late = JwtMint.sign(TestKeys.RSA, "RS256", rig.claims("exp", rig.now()));
		assertIdTokenRefused("it expired at", () -> rig.receive(late, strict));
		assertThatNoException()
			.isThrownBy(() -> rig.receive(JwtMint.sign(TestKeys.RSA, "RS256", rig.claims()), strict));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 10 })
	void tokenThatExpiresBeforeItWasIssuedIsRefused(int seconds) {
		Map<String, Object> claims = rig.claims("exp", rig.now() - seconds);
		claims.put("iat", rig.now());
		assertIdTokenRefused("no later than it was issued", () -> rig.receive(claims));
	}

	@Test
	void claimsAreCheckedEvenIfTheSignatureIsNot() {
		Configuration trusting = rig.configuration(IdTokenRules.builder().verifySignature(false).build());
		Map<String, @Nullable Object> wrong = new HashMap<>(rig.claims("aud", "client-2"));
		assertIdTokenRefused("its audience is",
				() -> rig.receive(JwtMint.sign(TestKeys.OTHER_RSA, "RS256", wrong), trusting));
		assertThat(rig.receive(JwtMint.sign(TestKeys.OTHER_RSA, "RS256", rig.claims()), trusting).claims()).isNotNull();
		assertThat(rig.jwksRequests()).isZero();
	}

	@Test
	void hostileTextIsCleanedInMessages() {
		assertIdTokenRefused("its issuer is 'https://evil.example  [31m'",
				() -> rig.receive(rig.claims("iss", "https://evil.example\r\u001b[31m")));
	}

}
