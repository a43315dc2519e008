package io.github.oidcgrants.resource;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.ResourceAuthorization;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.KeyDevice;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpMethod;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of an API that stands on the same origin as the authorization server.
 */
class GrantInterceptorTests {

	private static final String API = "/api";

	private static AuthorizationServerRig server;

	private final DPoPKeyRing keys = DPoPKeyRing.of(DPoPHandle.of(DPoPKeyPair.random()), server.time);

	@BeforeAll
	static void start() {
		server = new AuthorizationServerRig();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void reset() {
		server.reset();
		server.metadata(Map.of("dpop_signing_alg_values_supported", List.of("ES256")));
		server.answer(Map.of("access_token", "token-1", "expires_in", 300));
		server.http().stubFor(WireMock.get(API).willReturn(WireMock.ok("hello")));
	}

	@Test
	void aBearerTokenIsPutOnTheCall() {
		assertThat(call(template(DPoPMode.OFF))).isEqualTo(200);
		assertThat(apiCalls().get(0).getHeader("Authorization")).isEqualTo("Bearer token-1");
		assertThat(apiCalls().get(0).containsHeader("DPoP")).isFalse();
	}

	@Test
	void aBoundTokenIsPutOnTheCallWithAProofForIt() {
		bound();
		assertThat(call(template(DPoPMode.REQUIRED))).isEqualTo(200);
		LoggedRequest call = apiCalls().get(0);
		assertThat(call.getHeader("Authorization")).isEqualTo("DPoP token-1");
		assertThat(JwtReader.read(call.getHeader("DPoP")).claims()).containsEntry("htm", "GET")
			.containsEntry("htu", server.issuer() + API)
			// printf token-1 | openssl dgst -sha256 -binary | basenc --base64url
			.containsEntry("ath", "PwiqzhIu4jaEMsHKI6BJvGQLr78A_fM6UkKfOLoS2_k");
	}

	@Test
	void aChallengeOfTheApiIsAnsweredOnceAndItsNonceIsNotTheServers() {
		bound();
		server.answer(
				AuthorizationServerRig.json(Map.of("access_token", "token-1", "token_type", "DPoP", "expires_in", 300))
					.withHeader("DPoP-Nonce", "as-nonce"));
		apiRefusesOnce(challenge("use_dpop_nonce").withHeader("DPoP-Nonce", "api-nonce"));
		GrantTemplate template = template(DPoPMode.REQUIRED);
		assertThat(call(template)).isEqualTo(200);
		assertThat(call(template)).isEqualTo(200);
		assertThat(nonces()).containsExactly(null, "api-nonce", "api-nonce");
		assertThat(server.tokenRequests()).hasSize(1);
		template.evict("api");
		call(template);
		assertThat(JwtReader.read(server.tokenRequests().get(1).getHeader("DPoP")).claims()).containsEntry("nonce",
				"as-nonce");
	}

	@Test
	void serverAndApiOfOneOriginEachChallengeWithANonceOfTheirOwn() {
		bound();
		server.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.inScenario("server")
				.whenScenarioStateIs(Scenario.STARTED)
				.willReturn(AuthorizationServerRig.json(400, Map.of("error", "use_dpop_nonce"))
					.withHeader("DPoP-Nonce", "as-nonce"))
				.willSetStateTo("asked"));
		apiRefusesOnce(challenge("use_dpop_nonce").withHeader("DPoP-Nonce", "api-nonce"));
		GrantTemplate template = template(DPoPMode.REQUIRED);
		assertThat(call(template)).isEqualTo(200);
		template.evict("api");
		assertThat(call(template)).isEqualTo(200);
		assertThat(nonces(server.tokenRequests())).containsExactly(null, "as-nonce", "as-nonce");
		assertThat(nonces()).containsExactly(null, "api-nonce", "api-nonce");
	}

	@Test
	void theNonceInASuccessOfTheApiIsUsedNext() {
		bound();
		server.http().stubFor(WireMock.get(API).willReturn(WireMock.ok("hello").withHeader("DPoP-Nonce", "next")));
		GrantTemplate template = template(DPoPMode.REQUIRED);
		call(template);
		call(template);
		assertThat(nonces()).containsExactly(null, "next");
	}

	@Test
	void aStaleNonceInASuccessOfTheApiCostsOneChallengeAndNoMore() {
		bound();
		GrantTemplate template = template(DPoPMode.REQUIRED);
		for (String nonce : List.of("n1", "n2", "n1")) {
			server.http().stubFor(WireMock.get(API).willReturn(WireMock.ok("hello").withHeader("DPoP-Nonce", nonce)));
			assertThat(call(template)).isEqualTo(200);
		}
		apiRefusesOnce(challenge("use_dpop_nonce").withHeader("DPoP-Nonce", "n3"));
		assertThat(call(template)).isEqualTo(200);
		assertThat(nonces()).as("the newest from any answer").containsExactly(null, "n1", "n2", "n1", "n3");
	}

	@Test
	void aSecondChallengeOfTheApiReachesTheCaller() {
		bound();
		server.http()
			.stubFor(WireMock.get(API).willReturn(challenge("use_dpop_nonce").withHeader("DPoP-Nonce", "again")));
		assertThat(call(template(DPoPMode.REQUIRED))).isEqualTo(401);
		assertThat(apiCalls()).hasSize(2);
	}

	@Test
	void aChallengeWithoutNonceReachesTheCaller() {
		bound();
		server.http().stubFor(WireMock.get(API).willReturn(challenge("use_dpop_nonce")));
		assertThat(call(template(DPoPMode.REQUIRED))).isEqualTo(401);
		assertThat(apiCalls()).hasSize(1);
	}

	@Test
	void aTokenThatTheApiDoesNotTakeIsReplacedOnce() {
		GrantTemplate template = template(DPoPMode.OFF);
		assertThat(call(template)).isEqualTo(200);
		server.answer(Map.of("access_token", "token-2", "expires_in", 300));
		server.http()
			.stubFor(WireMock.get(API)
				.withHeader("Authorization", WireMock.equalTo("Bearer token-1"))
				.willReturn(challenge("invalid_token")));
		assertThat(call(template)).isEqualTo(200);
		assertThat(apiCalls().stream().map((call) -> call.getHeader("Authorization"))).containsExactly("Bearer token-1",
				"Bearer token-1", "Bearer token-2");
		assertThat(server.tokenRequests()).hasSize(2);
	}

	@Test
	void aBoundTokenThatIsReplacedAfterAChallengeGoesWithAProofForTheNewOne() {
		bound();
		GrantTemplate template = template(DPoPMode.REQUIRED);
		template.token("api");
		server.answer(Map.of("access_token", "token-2", "token_type", "DPoP", "expires_in", 300));
		apiRefusesOnce(challenge("use_dpop_nonce").withHeader("DPoP-Nonce", "n1"));
		server.http()
			.stubFor(WireMock.get(API)
				.inScenario("api")
				.whenScenarioStateIs("asked")
				.willReturn(challenge("invalid_token"))
				.willSetStateTo("replaced"));
		assertThat(call(template)).isEqualTo(200);
		assertThat(apiCalls().stream().map((call) -> call.getHeader("Authorization"))).containsExactly("DPoP token-1",
				"DPoP token-1", "DPoP token-2");
		List<JwtReader> proofs = proofs(apiCalls());
		assertThat(proofs.stream().map((proof) -> proof.claims().get("jti"))).doesNotHaveDuplicates();
		// printf token-2 | openssl dgst -sha256 -binary | basenc --base64url
		assertThat(proofs.get(2).claims()).containsEntry("ath", "D2v_qWYctd0vP3spKfMwYfWKe6f91olTCxowb47Y8-w")
			.containsEntry("nonce", "n1");
	}

	@Test
	void aBearerTokenInThePlaceOfABoundOneGoesWithoutItsProof() {
		bound();
		GrantTemplate template = template(DPoPMode.PREFERRED);
		template.token("api");
		server.answer(Map.of("access_token", "token-2", "expires_in", 300));
		apiRefusesOnce(challenge("invalid_token"));
		assertThat(call(template)).isEqualTo(200);
		assertThat(apiCalls().stream().map((call) -> call.getHeader("Authorization"))).containsExactly("DPoP token-1",
				"Bearer token-2");
		assertThat(apiCalls().stream().map((call) -> call.containsHeader("DPoP"))).containsExactly(true, false);
	}

	@Test
	void anApiThatTakesNoTokenCostsOneNewTokenInThirtySeconds() {
		server.http().stubFor(WireMock.get(API).willReturn(challenge("invalid_token")));
		GrantTemplate template = template(DPoPMode.OFF);
		for (int i = 0; i < 5; i++) {
			assertThat(call(template)).isEqualTo(401);
		}
		assertThat(server.tokenRequests()).hasSize(2);
		assertThat(apiCalls()).hasSize(6);
		server.time.advance(Duration.ofSeconds(30));
		call(template);
		assertThat(server.tokenRequests()).hasSize(3);
	}

	@Test
	void anotherRefusalReachesTheCaller() {
		server.http().stubFor(WireMock.get(API).willReturn(challenge("insufficient_scope").withStatus(403)));
		assertThat(call(template(DPoPMode.OFF))).isEqualTo(403);
		assertThat(apiCalls()).hasSize(1);
	}

	@Test
	void aTokenDoesNotGoToAnotherOrigin() {
		GrantTemplate template = template(DPoPMode.OFF);
		RestClient client = RestClient.builder().requestInterceptor(new GrantInterceptor(template, "api")).build();
		for (String elsewhere : List.of("http://localhost:" + server.http().port() + API, "http://127.0.0.1:1/",
				"https://127.0.0.1:" + server.http().port() + API)) {
			Refusals.assertMisconfigured("may not go to",
					() -> client.get().uri(elsewhere).retrieve().toBodilessEntity());
		}
		assertThat(apiCalls()).isEmpty();
		assertThat(server.tokenRequests()).isEmpty();
	}

	@Test
	void anInterceptorWithoutOriginsIsRefusedAtOnce() {
		GrantTemplate template = template(GrantRegistration.builder("api", server.configuration()));
		Refusals.assertMisconfigured("oidc-grants.registration.api.allowed-origins",
				() -> new GrantInterceptor(template, "api"));
		Refusals.assertMisconfigured("There is no registration 'other'", () -> new GrantInterceptor(template, "other"));
	}

	@Test
	void theHttpsResourcesAreTheOriginsUnlessOthersAreSet() {
		GrantRegistration registration = GrantRegistration.builder("api", server.configuration())
			.parameters(GrantParameters.builder()
				.resource("https://api.example.com/v1", "http://plain.example.com", "urn:example:api")
				.build())
			.build();
		assertThat(registration.allows(URI.create("https://API.example.com:443/other"))).isTrue();
		assertThat(registration.allows(URI.create("https://api.example.com:8443/"))).isFalse();
		assertThat(registration.allows(URI.create("http://plain.example.com/"))).isFalse();
		assertThat(registration.allows(URI.create("https://api.example.com.evil.example/"))).isFalse();
	}

	@Test
	void aTokenThatNoCallIsMadeWithIsNotPutOnOne() {
		server.answer(Map.of("token_type", "N_A", "issued_token_type", "urn:ietf:params:oauth:token-type:id_token"));
		GrantTemplate template = template(GrantRegistration.builder("api", server.configuration())
			.grantType(AuthorizationGrantType.TOKEN_EXCHANGE)
			.allowedOrigins(List.of(server.issuer()))
			.parameters(GrantParameters.builder()
				.parameter("subject_token", "s")
				.parameter("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
				.build()));
		Refusals.assertMisconfigured("'n_a', which no call is made with", () -> call(template));
		assertThat(apiCalls()).isEmpty();
	}

	@Test
	void aTokenWhoseKeyRetiresMeanwhileGoesWithAProofOfThatKey() throws Exception {
		bound();
		ResourceAuthorization authorization = template(DPoPMode.REQUIRED).authorize("api", HttpMethod.GET,
				URI.create(server.issuer() + API));
		String before = this.keys.current().thumbprint();
		this.keys.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		String proof = authorization.headers().getFirst("DPoP");
		assertThat(SignedJWT.parse(proof).getHeader().getJWK().computeThumbprint()).hasToString(before);
	}

	@Test
	void aTokenWhoseKeyIsGoneIsNotSent() {
		bound();
		GrantTemplate template = template(DPoPMode.REQUIRED);
		ResourceAuthorization authorization = template.authorize("api", HttpMethod.GET,
				URI.create(server.issuer() + API));
		server.time.advance(Duration.ofSeconds(301));
		this.keys.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		server.time.advance(Duration.ofMinutes(5));
		Refusals.assertMisconfigured("bound to a DPoP key that is not here", authorization::headers);
	}

	@Test
	void nothingIsSentIfTheProofCannotBeSigned() {
		bound();
		try (KeyDevice device = new KeyDevice()) {
			this.keys.rotate(DPoPHandle.of(DPoPKeyPair.of(device.key())));
			GrantTemplate template = template(DPoPMode.REQUIRED);
			assertThat(call(template)).isEqualTo(200);
			device.pullOut();
			Refusals.assertMisconfigured("could not sign", () -> call(template));
			assertThat(apiCalls()).hasSize(1);
		}
	}

	@Test
	void aRequiredBindingIsNotSatisfiedByATokenOfAnotherMode() {
		GrantTemplate template = template(DPoPMode.REQUIRED);
		for (DPoPMode weaker : List.of(DPoPMode.OFF, DPoPMode.PREFERRED)) {
			assertThat(template
				.clientCredentialsGrant("api", GrantParameters.none(),
						GrantOptions.builder().dpop(this.keys.current(), weaker).build())
				.tokenType()).isEqualTo("bearer");
		}
		Refusals.assertFails(GrantException.Kind.MALFORMED_RESPONSE, () -> template.token("api"));
		Refusals.assertFails(GrantException.Kind.COOLING_DOWN, () -> call(template));
		assertThat(apiCalls()).isEmpty();
	}

	@Test
	void tokensAreRefreshedWithTheKeyThatTheyAreBoundTo() {
		server
			.answer(Map.of("access_token", "token-1", "token_type", "DPoP", "expires_in", 300, "refresh_token", "r1"));
		GrantTemplate template = template(DPoPMode.REQUIRED);
		TokenEndpointResponse first = template.token("api");
		this.keys.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		server.time.advance(Duration.ofDays(1));
		assertThat(template.refreshTokenGrant("api", first).dpopThumbprint()).isEqualTo(first.dpopThumbprint());
		assertThat(template.refreshTokenGrant("api", "r1").dpopThumbprint()).isEqualTo(this.keys.current().thumbprint())
			.isNotEqualTo(first.dpopThumbprint());
	}

	@Test
	void anOriginWithoutTlsNeedsPermission() {
		Configuration secure = Configuration.discover("https://idp.example", "client", ClientAuthentication.none());
		Refusals.assertMisconfigured("The allowed origin 'http://api.example:80'",
				() -> GrantRegistration.builder("r", secure).allowedOrigins(List.of("http://api.example")).build());
	}

	@Test
	void aRotatedKeyBindsTheNextToken() {
		bound();
		GrantTemplate template = template(DPoPMode.REQUIRED);
		String first = template.token("api").dpopThumbprint();
		template.dpopKeys("api").rotate(DPoPHandle.of(DPoPKeyPair.random()));
		assertThat(template.token("api").dpopThumbprint()).isNotEqualTo(first)
			.isEqualTo(this.keys.current().thumbprint());
		assertThat(this.keys.find(first)).isNotNull();
		assertThat(call(template)).isEqualTo(200);
		Refusals
			.assertMisconfigured("oidc-grants.registration.plain.dpop.mode",
					() -> new GrantTemplate(server.client(), TokenCache.create(),
							List.of(GrantRegistration.builder("plain", server.configuration()).build()))
						.dpopKeys("plain"));
	}

	private static void bound() {
		server.answer(Map.of("access_token", "token-1", "token_type", "DPoP", "expires_in", 300));
	}

	private GrantTemplate template(DPoPMode mode) {
		return template(GrantRegistration.builder("api", server.configuration())
			.dpop(this.keys, mode)
			.allowedOrigins(List.of(server.issuer())));
	}

	private static GrantTemplate template(GrantRegistration.Builder registration) {
		return new GrantTemplate(server.client(), TokenCache.create(server.time, server.time::nanoTime),
				List.of(registration.build()));
	}

	private static int call(GrantTemplate template) {
		return RestClient.builder()
			.requestInterceptor(new GrantInterceptor(template, "api"))
			.build()
			.get()
			.uri(server.issuer() + API)
			.exchangeForRequiredValue((request, response) -> response.getStatusCode().value());
	}

	private static void apiRefusesOnce(ResponseDefinitionBuilder refusal) {
		server.http()
			.stubFor(WireMock.get(API)
				.inScenario("api")
				.whenScenarioStateIs(Scenario.STARTED)
				.willReturn(refusal)
				.willSetStateTo("asked"));
	}

	private static ResponseDefinitionBuilder challenge(String error) {
		return WireMock.aResponse()
			.withStatus(401)
			.withHeader("WWW-Authenticate", "DPoP realm=\"api\", error=\"" + error + "\", algs=\"ES256\"");
	}

	private static List<LoggedRequest> apiCalls() {
		return server.http().findAll(WireMock.getRequestedFor(WireMock.urlPathEqualTo(API)));
	}

	private static List<@Nullable Object> nonces() {
		return nonces(apiCalls());
	}

	private static List<@Nullable Object> nonces(List<LoggedRequest> requests) {
		return proofs(requests).stream().map((proof) -> proof.claims().get("nonce")).collect(Collectors.toList());
	}

	private static List<JwtReader> proofs(List<LoggedRequest> requests) {
		return requests.stream().map((call) -> JwtReader.read(call.getHeader("DPoP"))).toList();
	}

}
