package io.github.oidcgrants.grant;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.KeyDevice;
import io.github.oidcgrants.testing.OpaquePrivateKey;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DPoP at the token endpoint (RFC 9449 sections 5 and 8), on a server that says what it
 * is told to.
 */
class DPoPGrantTests {

	private static AuthorizationServerRig server;

	private final DPoPHandle dpop = DPoPHandle.of(DPoPKeyPair.random());

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
		server.answer(Map.of("token_type", "DPoP"));
	}

	@Test
	void aTokenCarriesTheThumbprintOfTheKeyItIsBoundTo() {
		TokenEndpointResponse token = grant(DPoPMode.REQUIRED);
		assertThat(token.tokenType()).isEqualTo("dpop");
		assertThat(token.dpopThumbprint()).isEqualTo(this.dpop.thumbprint());
		JwtReader proof = proofs().get(0);
		assertThat(proof.claims()).containsEntry("htm", "POST")
			.containsEntry("htu", server.issuer() + AuthorizationServerRig.TOKEN)
			.doesNotContainKeys("nonce", "ath");
	}

	@Test
	void everyGrantSendsAProof() {
		GrantOptions options = GrantOptions.builder().dpop(this.dpop).build();
		server.client().refreshTokenGrant(server.configuration(), "refresh", GrantParameters.none(), options);
		server.client()
			.genericGrantRequest(server.configuration(), "urn:example:custom", GrantParameters.none(), options);
		assertThat(proofs()).hasSize(2);
	}

	@Test
	void aChallengeIsAnsweredOnceWithAFreshProofAndAFreshAssertion() {
		challengeOnce("nonce-1");
		Configuration configuration = server
			.configuration(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		TokenEndpointResponse token = server.client()
			.clientCredentialsGrant(configuration, GrantParameters.none(), options(DPoPMode.REQUIRED));
		assertThat(token.dpopThumbprint()).isEqualTo(this.dpop.thumbprint());
		assertThat(nonces()).containsExactly(null, "nonce-1");
		assertThat(proofs().stream().map((proof) -> proof.claims().get("jti"))).doesNotHaveDuplicates();
		assertThat(server.tokenRequests()
			.stream()
			.map((request) -> AuthorizationServerRig.form(request).getFirst("client_assertion"))
			.map((assertion) -> JwtReader.read(assertion).claims().get("jti"))).hasSize(2).doesNotHaveDuplicates();
	}

	@Test
	void aSecondChallengeIsNotAnswered() {
		server.answer(challenge("nonce-1"));
		Refusals.assertFails(Kind.OAUTH_ERROR, () -> grant(DPoPMode.PREFERRED)).withMessageContaining("use_dpop_nonce");
		assertThat(server.tokenRequests()).hasSize(2);
	}

	@Test
	void aChallengeWithoutANonceIsNotAnswered() {
		server.answer(AuthorizationServerRig.json(400, Map.of("error", "use_dpop_nonce")));
		Refusals.assertFails(Kind.OAUTH_ERROR, () -> grant(DPoPMode.PREFERRED));
		assertThat(server.tokenRequests()).hasSize(1);
	}

	@Test
	void aChallengeWithAHostileNonceIsNotAnswered() {
		server.answer(challenge("a\"b"));
		Refusals.assertFails(Kind.OAUTH_ERROR, () -> grant(DPoPMode.PREFERRED));
		assertThat(server.tokenRequests()).hasSize(1);
	}

	@Test
	void theNonceOfASuccessIsUsedNext() {
		server.answer(success("next"));
		grant(DPoPMode.REQUIRED);
		grant(DPoPMode.REQUIRED);
		assertThat(nonces()).containsExactly(null, "next");
	}

	@Test
	void aStaleNonceInASuccessCostsOneChallengeAndNoMore() {
		for (String nonce : List.of("n1", "n2", "n1")) {
			server.answer(success(nonce));
			grant(DPoPMode.REQUIRED);
		}
		challengeOnce("n3");
		grant(DPoPMode.REQUIRED);
		assertThat(nonces()).as("the newest from any answer").containsExactly(null, "n1", "n2", "n1", "n3");
	}

	@Test
	void aRefusedClientAndAChallengeAreEachAnsweredOnce() {
		server.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.inScenario("both")
				.whenScenarioStateIs(Scenario.STARTED)
				.willReturn(challenge("n1"))
				.willSetStateTo("challenged"));
		server.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.inScenario("both")
				.whenScenarioStateIs("challenged")
				.willReturn(AuthorizationServerRig.json(401, Map.of("error", "invalid_client"))
					.withHeader("DPoP-Nonce", "n2"))
				.willSetStateTo("refused"));
		Iterator<String> secrets = List.of("old", "newer", "newest").iterator();
		Configuration configuration = server.configuration(ClientAuthentication.clientSecretPost(secrets::next));
		server.client().clientCredentialsGrant(configuration, GrantParameters.none(), options(DPoPMode.REQUIRED));
		assertThat(nonces()).containsExactly(null, "n1", "n2");
		assertThat(server.tokenRequests()
			.stream()
			.map((request) -> AuthorizationServerRig.form(request).getFirst("client_secret")))
			.containsExactly("old", "newer", "newest");
	}

	@Test
	void aReadyMadeAssertionIsReadAgainForTheAnswerToAChallenge() {
		Iterator<String> assertions = List.of("assertion-1", "assertion-2").iterator();
		Configuration configuration = server.configuration(ClientAuthentication.clientAssertion(assertions::next));
		challengeOnce("nonce-1");
		server.client().clientCredentialsGrant(configuration, GrantParameters.none(), options(DPoPMode.REQUIRED));
		assertThat(assertions()).containsExactly("assertion-1", "assertion-2");
	}

	@Test
	void anAssertionThatCannotBeReadAgainIsSentAgain() {
		Iterator<String> assertions = List.of("assertion-1").iterator();
		Configuration configuration = server.configuration(ClientAuthentication.clientAssertion(assertions::next));
		challengeOnce("nonce-1");
		server.client().clientCredentialsGrant(configuration, GrantParameters.none(), options(DPoPMode.REQUIRED));
		assertThat(assertions()).containsExactly("assertion-1", "assertion-1");
	}

	private static List<String> assertions() {
		return server.tokenRequests()
			.stream()
			.map((request) -> AuthorizationServerRig.form(request).getFirst("client_assertion"))
			.toList();
	}

	@Test
	void aBearerAnswerIsAcceptedWherePreferredAndRefusedWhereRequired() {
		server.answer(Map.of());
		assertThat(grant(DPoPMode.PREFERRED).dpopThumbprint()).isNull();
		Refusals.assertFails(Kind.MALFORMED_RESPONSE, () -> grant(DPoPMode.REQUIRED))
			.withMessageContaining("dpop.mode");
	}

	@Test
	void aBoundTokenThatNobodyProvedAKeyForIsRefused() {
		Refusals.assertFails(Kind.MALFORMED_RESPONSE,
				() -> server.client().clientCredentialsGrant(server.configuration()));
		Refusals.assertFails(Kind.MALFORMED_RESPONSE, () -> grant(DPoPMode.OFF));
		assertThat(server.tokenRequests()).noneMatch((request) -> request.containsHeader("DPoP"));
	}

	@Test
	void nothingIsSentToAServerThatListsNoAlgorithmWhereDPoPIsRequired() {
		server.metadata(Map.of("dpop_signing_alg_values_supported", List.of()));
		Refusals.assertMisconfigured("lists no algorithm", () -> grant(DPoPMode.REQUIRED));
		assertThat(server.tokenRequests()).isEmpty();
	}

	@Test
	void aKeyThatTheServerDoesNotTakeIsRefusedOrLeftOut() {
		server.metadata(Map.of("dpop_signing_alg_values_supported", List.of("RS256")));
		Refusals.assertMisconfigured("only the algorithms [RS256]", () -> grant(DPoPMode.REQUIRED));
		assertThat(server.tokenRequests()).isEmpty();
		server.answer(Map.of());
		assertThat(grant(DPoPMode.PREFERRED).tokenType()).isEqualTo("bearer");
		assertThat(server.tokenRequests().get(0).containsHeader("DPoP")).isFalse();
	}

	@Test
	void nothingIsSentIfTheProofCannotBeSigned() {
		ECKey opaque = new ECKey.Builder(Curve.P_256, TestKeys.P256.getX(), TestKeys.P256.getY())
			.privateKey(new OpaquePrivateKey())
			.build();
		DPoPHandle broken = DPoPHandle.of(DPoPKeyPair.of(SigningKey.of(opaque)));
		Refusals.assertFails(Kind.MISCONFIGURED,
				() -> server.client()
					.clientCredentialsGrant(server.configuration(), GrantParameters.none(),
							GrantOptions.builder().dpop(broken, DPoPMode.PREFERRED).build()));
		assertThat(server.tokenRequests()).isEmpty();
	}

	@Test
	void nothingIsSentIfTheDeviceWithTheKeyIsGone() {
		try (KeyDevice device = new KeyDevice()) {
			GrantOptions options = GrantOptions.builder()
				.dpop(DPoPHandle.of(DPoPKeyPair.of(device.key())), DPoPMode.PREFERRED)
				.build();
			server.client().clientCredentialsGrant(server.configuration(), GrantParameters.none(), options);
			device.pullOut();
			Refusals.assertMisconfigured("could not sign", () -> server.client()
				.clientCredentialsGrant(server.configuration(), GrantParameters.none(), options));
			assertThat(server.tokenRequests()).hasSize(1);
		}
	}

	@Test
	void concurrentGrantsEachAnswerTheirOwnChallenge() throws Exception {
		server.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.willReturn(AuthorizationServerRig.json(Map.of("access_token", "a", "token_type", "DPoP"))));
		challengeOnce("nonce");
		ExecutorService executor = Executors.newFixedThreadPool(8);
		try {
			List<Future<TokenEndpointResponse>> grants = Stream
				.generate(() -> executor.submit(() -> grant(DPoPMode.REQUIRED)))
				.limit(40)
				.toList();
			for (Future<TokenEndpointResponse> grant : grants) {
				assertThat(grant.get().dpopThumbprint()).isEqualTo(this.dpop.thumbprint());
			}
		}
		finally {
			executor.shutdownNow();
		}
		// WireMock may challenge several that come at the same moment.
		assertThat(proofs().stream().map((proof) -> proof.claims().get("jti"))).hasSizeBetween(41, 48)
			.doesNotHaveDuplicates();
	}

	private TokenEndpointResponse grant(DPoPMode mode) {
		return server.client().clientCredentialsGrant(server.configuration(), GrantParameters.none(), options(mode));
	}

	private GrantOptions options(DPoPMode mode) {
		return GrantOptions.builder().dpop(this.dpop, mode).build();
	}

	private static void challengeOnce(String nonce) {
		server.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.inScenario(nonce)
				.whenScenarioStateIs(Scenario.STARTED)
				.willReturn(challenge(nonce))
				.willSetStateTo("answered"));
	}

	private static ResponseDefinitionBuilder challenge(String nonce) {
		return AuthorizationServerRig.json(400, Map.of("error", "use_dpop_nonce")).withHeader("DPoP-Nonce", nonce);
	}

	private static ResponseDefinitionBuilder success(String nonce) {
		return AuthorizationServerRig.json(Map.of("access_token", "a", "token_type", "DPoP"))
			.withHeader("DPoP-Nonce", nonce);
	}

	private static List<JwtReader> proofs() {
		return server.tokenRequests()
			.stream()
			.map((LoggedRequest request) -> JwtReader.read(request.getHeader("DPoP")))
			.toList();
	}

	private static List<@Nullable Object> nonces() {
		return proofs().stream().map((proof) -> proof.claims().get("nonce")).collect(Collectors.toList());
	}

}
