package io.github.oidcgrants.grant;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.BadAnswer;
import io.github.oidcgrants.testing.BadAnswers;
import io.github.oidcgrants.testing.BrokenAnswer;
import io.github.oidcgrants.testing.EverythingLogged;
import io.github.oidcgrants.testing.UserEndpoints;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a poll makes of the answers to its questions (RFC 8628 section 3.5, OpenID Connect
 * CIBA Core 1.0 section 11): which end it, and with what, and which do not.
 */
@ParameterizedClass
@EnumSource
class PollAnswersTests {

	@AutoClose
	private static final DecisionRig rig = new DecisionRig();

	@Parameter
	InitiationKind kind;

	@BeforeEach
	void reset() {
		rig.reset();
	}

	static Stream<BadAnswer> ofTokenEndpoint() {
		return BadAnswers.ofTokenEndpoint();
	}

	@ParameterizedTest
	@MethodSource("ofTokenEndpoint")
	void endsOrGoesOnAfterABadAnswer(BadAnswer bad) {
		rig.server.answer(bad.answer());
		CompletableFuture<TokenEndpointResponse> poll = poll();
		rig.pass(1);
		if (goesOnAfter(bad)) {
			assertThat(poll).isNotDone();
			rig.approve();
			rig.pass(20);
			assertThat(poll.join().accessToken()).isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
			assertThat(rig.server.tokenRequests()).hasSize(2);
		}
		else {
			GrantException failure = failure(poll);
			assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(bad.kind());
			assertThat(failure.getError().getErrorCode()).isEqualTo(bad.code());
			rig.pass(20);
			assertThat(rig.server.tokenRequests()).hasSize(1);
		}
	}

	private static boolean goesOnAfter(BadAnswer bad) {
		int status = bad.answer().build().getStatus();
		return status == 429 || status >= 500;
	}

	@ParameterizedTest
	@EnumSource
	void endsOrGoesOnAfterABrokenAnswer(BrokenAnswer broken) {
		broken.assertRefused((uri) -> {
			CompletableFuture<TokenEndpointResponse> poll = rig.poll(this.kind, configuration(uri),
					rig.initiate(this.kind, rig.server.configuration()), GrantParameters.none());
			rig.pass(1);
			PollingProgress last = rig.progress.get(rig.progress.size() - 1);
			if (poll.isDone()) {
				assertThat(failure(poll).kind()).isEqualTo(Kind.MALFORMED_RESPONSE);
				throw failure(poll);
			}
			assertThat(last.event()).isEqualTo(PollingProgress.Event.RETRYING);
			assertThat(last.reason().kind()).isIn(Kind.TRANSPORT, Kind.TIMEOUT);
			poll.cancel(false);
			throw last.reason();
		});
	}

	private static Configuration configuration(URI tokenEndpoint) {
		AuthorizationServer server = AuthorizationServer.builder().tokenEndpoint(tokenEndpoint).build();
		return rig.server.configuration(server).timeout(Duration.ofMillis(300)).build();
	}

	@ParameterizedTest
	@CsvSource({ "400, authorization_pending, PENDING", "400, slow_down, SLOWED_DOWN",
			"428, authorization_pending, PENDING", "403, slow_down, SLOWED_DOWN", "200, authorization_pending, PENDING",
			"200, slow_down, SLOWED_DOWN" })
	void userMayStillDecide(int status, String error, PollingProgress.Event event) {
		rig.server.answer(AuthorizationServerRig.json(status,
				Map.of("error", error, "error_description", "Wait", "interval", 3, "error_uri", "https://e.example")));
		CompletableFuture<TokenEndpointResponse> poll = poll();
		rig.pass(1);
		assertThat(rig.progress).last().satisfies((last) -> assertThat(last.event()).isEqualTo(event));
		rig.approve();
		rig.pass(10);
		assertThat(poll).isCompleted();
	}

	@ParameterizedTest
	@ValueSource(strings = { "access_denied", "expired_token", "transaction_failed", "invalid_grant", "invalid_client",
			"unauthorized_client", "invalid_request", "unsupported_grant_type", "incorrect_device_code",
			"Authorization_Pending" })
	void everyOtherErrorIsTheEnd(String error) {
		for (int status : new int[] { 400, 401, 403, 200 }) {
			rig.server.answer(AuthorizationServerRig.json(status, Map.of("error", error)));
			CompletableFuture<TokenEndpointResponse> poll = poll();
			rig.pass(1);
			assertThat(failure(poll).getError().getErrorCode()).isEqualTo(error);
			assertThat(failure(poll).statusCode()).isEqualTo(status);
		}
	}

	@Test
	void eachQuestionNamesTheGrantAndTheCodeAndNothingElse() {
		rig.pend();
		CompletableFuture<TokenEndpointResponse> poll = poll();
		rig.pass(3);
		boolean ciba = this.kind == InitiationKind.CIBA;
		Map<String, List<String>> form = Map.of("grant_type",
				List.of(ciba ? "urn:openid:params:grant-type:ciba" : "urn:ietf:params:oauth:grant-type:device_code"),
				code(), List.of(ciba ? UserEndpoints.AUTH_REQ_ID : UserEndpoints.DEVICE_CODE), "client_id",
				List.of(AuthorizationServerRig.CLIENT_ID));
		assertThat(rig.server.tokenRequests()).hasSize(3)
			.allSatisfy((LoggedRequest request) -> assertThat(AuthorizationServerRig.form(request)).isEqualTo(form));
		poll.cancel(false);
	}

	@Test
	void eachQuestionHasWhatIsAskedForBesides() {
		rig.approve();
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(this.kind, rig.server.configuration(),
				rig.initiate(this.kind, rig.server.configuration()),
				GrantParameters.builder().resource("https://a.example").parameter("x", () -> "made").build());
		rig.pass(1);
		assertThat(poll).isCompleted();
		assertThat(rig.server.form()).containsEntry("resource", List.of("https://a.example"))
			.containsEntry("x", List.of("made"));
	}

	@Test
	void codeThatTheServerRepeatsIsNeitherToldNorShownAtTheEnd() {
		String secret = (this.kind == InitiationKind.CIBA) ? UserEndpoints.AUTH_REQ_ID : UserEndpoints.DEVICE_CODE;
		Configuration configuration = rig.server.configuration();
		PendingResponse pending = rig.initiate(this.kind, configuration);
		rig.server.time.advance(Duration.ofSeconds(590));
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(this.kind, configuration, pending,
				GrantParameters.none());
		rig.server.answer(AuthorizationServerRig.json(400,
				Map.of("error", "authorization_pending", "error_description", "Still waiting: " + secret)));
		rig.pass(1);
		rig.server.answer(AuthorizationServerRig.json(503, Map.of()).withHeader("WWW-Authenticate", secret + " a=b"));
		rig.pass(10);
		assertThat(EverythingLogged.everythingIn(failure(poll))).contains("expired_token", "Trouble last", "503")
			.doesNotContain(secret);
		assertThat(rig.progress).extracting(PollingProgress::event)
			.contains(PollingProgress.Event.PENDING, PollingProgress.Event.RETRYING);
		assertThat(rig.progress.toString()).doesNotContain(secret);
		assertThat(poll.toString()).doesNotContain(secret);
	}

	@Test
	void codeCannotBeSet() {
		Configuration configuration = rig.server.configuration();
		PendingResponse pending = rig.initiate(this.kind, configuration);
		for (GrantParameters parameters : List.of(GrantParameters.builder().parameter(code(), "own").build(),
				GrantParameters.builder().parameter(code(), () -> "own").build())) {
			assertMisconfigured("The parameter '" + code() + "' cannot be set",
					() -> rig.poll(this.kind, configuration, pending, parameters));
		}
		rig.pass(5);
		assertThat(rig.server.tokenRequests()).isEmpty();
	}

	@Test
	void answerThatHasExpiredIsNotAskedAbout() {
		Configuration configuration = rig.server.configuration();
		PendingResponse pending = rig.initiate(this.kind, configuration);
		rig.server.time.advance(Duration.ofMinutes(10));
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(this.kind, configuration, pending,
				GrantParameters.none());
		assertFails(Kind.OAUTH_ERROR, () -> {
			throw failure(poll);
		}).withMessageContaining("asked 0 times");
		assertThat(failure(poll).getError().getErrorCode()).isEqualTo("expired_token");
		rig.pass(10);
		assertThat(rig.server.tokenRequests()).isEmpty();
	}

	private CompletableFuture<TokenEndpointResponse> poll() {
		return rig.poll(this.kind, rig.server.configuration());
	}

	private String code() {
		return (this.kind == InitiationKind.CIBA) ? "auth_req_id" : "device_code";
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
