package io.github.oidcgrants.grant;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.UserEndpoints;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tokens that CIBA ends with (OpenID Connect CIBA Core 1.0 section 10.1.1): there
 * must be an ID token, and if it names an authentication request then this one. By
 * polling, and by one question through the generic grant.
 */
class CibaTokenTests {

	private static final String CIBA = "urn:openid:params:grant-type:ciba";

	private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

	private static final String CLAIM = "urn:openid:params:jwt:claim:auth_req_id";

	@AutoClose
	private static final DecisionRig rig = new DecisionRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@Test
	void idTokenMayNameTheRequest() {
		answer(Map.of(CLAIM, UserEndpoints.AUTH_REQ_ID));
		assertThat(poll(InitiationKind.CIBA).join().claims().getSubject()).isEqualTo("subject-1");
		assertThat(question(CIBA, "auth_req_id", UserEndpoints.AUTH_REQ_ID).claims()).isNotNull();
	}

	@Test
	void idTokenNeedNotNameTheRequest() {
		answer(Map.of());
		assertThat(poll(InitiationKind.CIBA).join().claims().getSubject()).isEqualTo("subject-1");
		assertThat(question(CIBA, "auth_req_id", UserEndpoints.AUTH_REQ_ID).claims()).isNotNull();
	}

	@Test
	void idTokenThatNamesAnotherRequestIsRefused() {
		answer(Map.of(CLAIM, "another"));
		assertRefused(Kind.ID_TOKEN_REFUSED, "auth_req_id is not the one");
	}

	@Test
	void idTokenMustBeThere() {
		rig.server.answer(Map.of());
		assertRefused(Kind.MALFORMED_RESPONSE, "it has no id_token, which CIBA requires");
		rig.server.answer(Map.of("id_token", ""));
		assertRefused(Kind.MALFORMED_RESPONSE, "it has no id_token, which CIBA requires");
	}

	@Test
	void idTokenOfADeviceMayBeAbsentAndNamesNoRequest() {
		rig.server.answer(Map.of());
		assertThat(poll(InitiationKind.DEVICE).join().claims()).isNull();
		assertThat(question(DEVICE_CODE, "device_code", UserEndpoints.DEVICE_CODE).claims()).isNull();
		answer(Map.of(CLAIM, UserEndpoints.AUTH_REQ_ID));
		assertFails(Kind.ID_TOKEN_REFUSED, () -> {
			throw failure(poll(InitiationKind.DEVICE));
		});
	}

	@ParameterizedTest
	@CsvSource({ CIBA + ", auth_req_id", DEVICE_CODE + ", device_code" })
	void oneQuestionNeedsACode(String grantType, String name) {
		assertMisconfigured("The grant '" + grantType + "' needs the parameter '" + name + "'",
				() -> generic(grantType, GrantParameters.none()));
		assertThat(rig.server.tokenRequests()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ CIBA + ", auth_req_id", DEVICE_CODE + ", device_code" })
	void oneQuestionIsAskedOnceAndSaysThatTheUserHasNotDecided(String grantType, String name) {
		rig.pend();
		assertFails(Kind.OAUTH_ERROR, () -> question(grantType, name, "code-1"))
			.withMessageContaining("authorization_pending")
			.withMessageNotContaining("code-1");
		assertThat(rig.server.form()).containsOnly(Map.entry("grant_type", List.of(grantType)),
				Map.entry(name, List.of("code-1")), Map.entry("client_id", List.of(AuthorizationServerRig.CLIENT_ID)));
	}

	@Test
	void oneQuestionWithTheRequestOfASupplierIsHeldToTheSame() {
		answer(Map.of(CLAIM, UserEndpoints.AUTH_REQ_ID));
		GrantParameters supplied = GrantParameters.builder()
			.parameter("auth_req_id", () -> UserEndpoints.AUTH_REQ_ID)
			.build();
		assertThat(generic(CIBA, supplied).claims()).isNotNull();
		rig.server.answer(Map.of());
		assertFails(Kind.MALFORMED_RESPONSE, () -> generic(CIBA, supplied)).withMessageContaining("it has no id_token");
	}

	private static void assertRefused(Kind kind, String reason) {
		assertFails(kind, () -> {
			throw failure(poll(InitiationKind.CIBA));
		}).withMessageContaining(reason);
		assertFails(kind, () -> question(CIBA, "auth_req_id", UserEndpoints.AUTH_REQ_ID)).withMessageContaining(reason)
			.withMessageNotContaining(UserEndpoints.AUTH_REQ_ID);
	}

	private static void answer(Map<String, ?> claims) {
		Map<String, Object> all = new LinkedHashMap<>(rig.server.claims());
		all.putAll(claims);
		rig.server.answer(Map.of("id_token", DecisionRig.idToken(all)));
	}

	private static CompletableFuture<TokenEndpointResponse> poll(InitiationKind kind) {
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(kind, rig.server.configuration());
		rig.pass(1);
		return poll;
	}

	private static TokenEndpointResponse question(String grantType, String name, String code) {
		return generic(grantType, GrantParameters.builder().parameter(name, code).build());
	}

	private static TokenEndpointResponse generic(String grantType, GrantParameters parameters) {
		return rig.server.client().genericGrantRequest(rig.server.configuration(), grantType, parameters);
	}

	private static GrantException failure(CompletableFuture<TokenEndpointResponse> poll) {
		assertThat(poll).isCompletedExceptionally();
		try {
			poll.join();
			throw new AssertionError("It succeeded");
		}
		catch (CompletionException ex) {
			return (GrantException) ex.getCause();
		}
	}

}
