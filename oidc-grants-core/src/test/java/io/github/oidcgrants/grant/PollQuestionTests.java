package io.github.oidcgrants.grant;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What is sent each time that a poll is asked, and what becomes of a token that came.
 */
class PollQuestionTests {

	private static final StubTransport.Answer BOUND = StubTransport.json(200,
			"{\"access_token\": \"a\", \"token_type\": \"DPoP\"}");

	private final PollRig rig = new PollRig();

	private final DPoPHandle dpop = DPoPHandle.of(DPoPKeyPair.random());

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2 })
	void aChallengeForANonceIsNoOutcomeOfAPoll(int pollsBefore) {
		for (int i = 0; i < pollsBefore; i++) {
			this.rig.answers(PollRig.pending());
		}
		this.rig.answers(challenge("nonce-1"), (pollsBefore == 2) ? BOUND : PollRig.pending(), BOUND);
		Configuration client = this.rig.verifying(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		CompletableFuture<TokenEndpointResponse> poll = poll(client);
		this.rig.pass(15);
		assertThat(poll.join().dpopThumbprint()).isEqualTo(this.dpop.thumbprint());
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds)
			.containsExactlyElementsOf(
					List.of(List.of(5L, 5L, 10L), List.of(5L, 10L, 10L, 15L), List.of(5L, 10L, 15L, 15L))
						.get(pollsBefore));
		assertThat(nonces().subList(pollsBefore, pollsBefore + 2)).containsExactly(null, "nonce-1");
		assertThat(jtis("DPoP")).doesNotHaveDuplicates();
		assertThat(this.rig.transport.sent()
			.stream()
			.map((sent) -> JwtReader.read(sent.parameter("client_assertion")).claims().get("jti")))
			.doesNotHaveDuplicates();
		assertThat(this.rig.progress).extracting(PollingProgress::event).doesNotContain(PollingProgress.Event.RETRYING);
		assertThat(this.rig.progress.stream().filter((p) -> p.event() == PollingProgress.Event.ASKING).count())
			.isEqualTo((pollsBefore == 0) ? 2 : 3);
	}

	@Test
	void aSecondChallengeToOneQuestionIsAnsweredByTheNext() {
		this.rig.answers(PollRig.pending(), challenge("nonce-1"), challenge("nonce-2"), challenge("nonce-3"), BOUND);
		CompletableFuture<TokenEndpointResponse> poll = poll(this.rig.verifying(ClientAuthentication.none()));
		this.rig.pass(15);
		assertThat(poll).isCompleted();
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 10L, 10L, 15L, 15L);
		assertThat(nonces()).containsExactly(null, null, "nonce-1", "nonce-2", "nonce-3");
		assertThat(this.rig.progress).extracting(PollingProgress::event)
			.containsOnlyOnce(PollingProgress.Event.RETRYING);
	}

	@Test
	void aServerThatTakesNoNonceIsAskedToTheEnd() {
		this.rig.otherwise((uri) -> challenge("nonce-" + this.rig.askedAfter.size()));
		CompletableFuture<TokenEndpointResponse> poll = poll(this.rig.verifying(ClientAuthentication.none()));
		this.rig.pass(600);
		assertThat(failure(poll).getError().getErrorCode()).isEqualTo("expired_token");
		assertThat(failure(poll)).hasMessageContaining("Trouble last: ").hasMessageContaining("use_dpop_nonce");
		assertThat(this.rig.asked()).hasSize(2 * 119);
	}

	@ParameterizedTest
	@EnumSource(PolledGrant.class)
	void eachQuestionMayBeChallengedOnce(PolledGrant grant) {
		this.rig.answers(challenge("nonce-1"), PollRig.pending(), challenge("nonce-2"), PollRig.pending(),
				PollRig.idToken("DPoP", "client"), PollRig.KEYS);
		Configuration client = this.rig.verifying(ClientAuthentication.none());
		CompletableFuture<TokenEndpointResponse> poll = (grant == PolledGrant.CIBA)
				? this.rig.poll(client, this.rig.request("request-1", 600), options()) : poll(client);
		this.rig.pass(15);
		assertThat(poll).isCompletedWithValueMatching((t) -> this.dpop.thumbprint().equals(t.dpopThumbprint()));
		assertThat(sent(grant.parameter())).hasSize(5);
		assertThat(nonces()).containsExactly(null, "nonce-1", "nonce-1", "nonce-2", "nonce-2");
	}

	@Test
	void aSecretThatChangesMeanwhileIsReadEachTime() {
		List<String> secrets = new ArrayList<>(List.of("first-secret", "second-secret", "third-secret"));
		this.rig.answers(PollRig.pending(), PollRig.pending(), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(
				this.rig.verifying(ClientAuthentication.clientSecretPost(() -> secrets.remove(0))),
				this.rig.code(600, 5L));
		this.rig.pass(15);
		assertThat(poll).isCompleted();
		assertThat(sent("client_secret")).containsExactly("first-secret", "second-secret", "third-secret");
	}

	@Test
	void aClientThatIsRefusedTriesANewSecretAtOnceAndOnce() {
		List<String> secrets = new ArrayList<>(List.of("old-secret", "new-secret", "new-secret"));
		this.rig.answers(PollRig.error(401, "invalid_client"), PollRig.pending(), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(
				this.rig.verifying(ClientAuthentication.clientSecretPost(() -> secrets.remove(0))),
				this.rig.code(600, 5L));
		this.rig.pass(10);
		assertThat(poll).isCompleted();
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 5L, 10L);
	}

	@Test
	void aSupplierThatGivesNothingForAWhileIsNoOutcome() {
		List<Supplier<String>> secrets = new ArrayList<>(List.of(() -> "secret", () -> {
			throw new IllegalStateException("Sealed");
		}, () -> "", () -> {
			throw GrantException.misconfigured("The file is empty");
		}, () -> "secret"));
		this.rig.answers(PollRig.pending(), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(
				this.rig.verifying(ClientAuthentication.clientSecretPost(() -> secrets.remove(0).get())),
				this.rig.code(600, 5L));
		this.rig.pass(5 + 5 + 10 + 20 + 39);
		assertThat(poll).isNotDone();
		this.rig.pass(1);
		assertThat(poll).isCompleted();
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 80L);
		assertThat(this.rig.progress).filteredOn((p) -> p.event() == PollingProgress.Event.RETRYING)
			.extracting((p) -> Objects.requireNonNull(p.reason()).getMessage())
			.satisfiesExactly((m) -> assertThat(m).contains("IllegalStateException"),
					(m) -> assertThat(m).contains("gave none"), (m) -> assertThat(m).contains("The file is empty"));
	}

	@Test
	void aParameterThatIsNotSuppliedForAWhileIsNoOutcome() {
		List<String> subjects = new ArrayList<>(List.of("", "subject"));
		this.rig.answers(PollRig.token());
		GrantParameters parameters = GrantParameters.builder()
			.parameter("audience_hint", () -> subjects.remove(0))
			.build();
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				this.rig.code(600, 5L), parameters, GrantOptions.none());
		this.rig.pass(15);
		assertThat(poll).isCompleted();
		assertThat(sent("audience_hint")).containsExactly("subject");
	}

	@Test
	void aTokenIsNotLostIfTheKeysOfItsIdTokenCannotBeHadJustThen() {
		this.rig.answers(PollRig.idToken("Bearer", "client"));
		int[] fetches = new int[1];
		this.rig.otherwise((uri) -> {
			assertThat(uri).isEqualTo(PollRig.JWKS);
			if (++fetches[0] < 3) {
				throw new IOException("Connection reset");
			}
			return PollRig.KEYS;
		});
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				this.rig.code(600, 5L));
		this.rig.pass(200);
		assertThat(poll).isCompleted();
		assertThat(Objects.requireNonNull(poll.join().claims()).getSubject()).isEqualTo("subject-1");
		assertThat(sent("device_code")).containsOnlyOnce("device-code-1");
		assertThat(this.rig.received).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource
	void aTokenIsNotLostThoughTheKeysAreNotThereForAWhile(StubTransport.Answer answer) {
		this.rig.answers(PollRig.idToken("Bearer", "client"), answer, answer, PollRig.KEYS);
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				this.rig.code(600, 5L));
		this.rig.pass(5 + 10 + 20);
		assertThat(Objects.requireNonNull(poll.join().claims()).getSubject()).isEqualTo("subject-1");
		assertThat(sent("device_code")).containsOnlyOnce("device-code-1");
	}

	static List<StubTransport.Answer> aTokenIsNotLostThoughTheKeysAreNotThereForAWhile() {
		return List.of(StubTransport.json(404, "{}"), StubTransport.json(403, "<html>"),
				StubTransport.json(200, "<html>"), StubTransport.json(200, "{}"), PollRig.error("invalid_request"),
				StubTransport.json(503, "").with("Retry-After", "10"), StubTransport.json(302, ""));
	}

	@Test
	void aTokenThatCameInTimeHasTimeOfItsOwn() {
		this.rig.answers(PollRig.idToken("Bearer", "client"), StubTransport.json(404, "{}"), PollRig.KEYS);
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				this.rig.code(600, 595L));
		this.rig.pass(595);
		assertThat(poll).isNotDone();
		assertThat(this.rig.progress.get(1).nextAt()).isEqualTo(TestClock.START.plusSeconds(605));
		this.rig.pass(10);
		assertThat(poll).isCompleted();
		assertThat(this.rig.received).hasSize(1);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void aTokenThatStaysOfNoUseEndsWithTheReason() {
		this.rig.answers(PollRig.idToken("Bearer", "client"));
		this.rig.otherwise((uri) -> StubTransport.json(404, "{}"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				this.rig.code(600, 5L));
		this.rig.pass(5 + 240);
		assertThat(poll).isNotDone();
		this.rig.pass(60);
		assertThat(failure(poll).kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
		assertThat(failure(poll)).hasMessageContaining("keys of the issuer").hasMessageContaining("404");
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void aTokenInLineBehindAFullHouseEndsWithTheReasonToo() {
		PollRig full = new PollRig(1);
		full.answers(PollRig.idToken("Bearer", "client"), StubTransport.json(404, "{}"));
		CompletableFuture<TokenEndpointResponse> poll = full.poll(full.verifying(ClientAuthentication.none()),
				full.code(600, 5L));
		full.pass(5);
		full.begin(full.code(6000, 9L));
		full.passWithoutWork(9);
		full.passWithoutWork(1);
		full.passWithoutWork(300);
		full.work();
		assertThat(failure(poll).kind()).isEqualTo(Kind.TIMEOUT);
		assertThat(failure(poll)).hasMessageContaining("the token came").hasMessageContaining("404");
	}

	@Test
	void aTokenIsShownAgainToWhoeverCouldNotTakeIt() {
		this.rig.answers(PollRig.idToken("Bearer", "client"), PollRig.KEYS);
		List<TokenEndpointResponse> seen = new ArrayList<>();
		DeviceAuthorizationResponse code = this.rig.code(6, 5L);
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				code, (token) -> {
					seen.add(token);
					if (seen.size() < 3) {
						throw GrantException.of(Kind.TIMEOUT, "The store takes too long");
					}
					return token;
				});
		this.rig.pass(5 + 10 + 20);
		assertThat(poll).isCompleted();
		assertThat(seen).hasSize(3).allMatch((token) -> token.claims() != null);
		assertThat(this.rig.transport.requests()).hasSize(2);
	}

	@Test
	void anIdTokenThatIsRefusedIsTheEnd() {
		this.rig.answers(PollRig.idToken("Bearer", "another-client"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.verifying(ClientAuthentication.none()),
				this.rig.code(600, 5L));
		this.rig.otherwise((uri) -> PollRig.KEYS);
		this.rig.pass(60);
		assertThat(failure(poll).kind()).isEqualTo(Kind.ID_TOKEN_REFUSED);
		assertThat(sent("device_code")).containsOnlyOnce("device-code-1");
		assertThat(this.rig.received).isEmpty();
	}

	@Test
	void aTokenOfCibaWithoutAnIdTokenIsTheEnd() {
		this.rig.answers(PollRig.pending(), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.request("request-1", 600));
		this.rig.pass(60);
		assertThat(failure(poll).kind()).isEqualTo(Kind.MALFORMED_RESPONSE);
		assertThat(failure(poll)).hasMessageContaining("id_token");
		assertThat(this.rig.asked()).hasSize(2);
		assertThat(this.rig.received).isEmpty();
	}

	@Test
	void gitHubsErrorsWithStatus200AndGooglesWith428AreWhatTheySay() {
		this.rig.answers(PollRig.error(200, "authorization_pending"), PollRig.error(428, "authorization_pending"),
				StubTransport.json(200, "{\"error\": \"slow_down\", \"interval\": 10}"),
				PollRig.error(200, "incorrect_device_code"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(25);
		assertThat(failure(poll).getError().getErrorCode()).isEqualTo("incorrect_device_code");
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 10L, 15L, 25L);
	}

	private CompletableFuture<TokenEndpointResponse> poll(Configuration client) {
		return this.rig.poll(client, this.rig.code(600, 5L), options());
	}

	private GrantOptions options() {
		return GrantOptions.builder()
			.dpop(this.dpop, DPoPMode.REQUIRED)
			.pollingListener(this.rig.progress::add)
			.build();
	}

	private static StubTransport.Answer challenge(String nonce) {
		return PollRig.error("use_dpop_nonce").with("DPoP-Nonce", nonce);
	}

	private List<Object> nonces() {
		return this.rig.transport.sent()
			.stream()
			.filter((sent) -> PollRig.TOKEN_ENDPOINT.equals(sent.uri()))
			.map((sent) -> JwtReader.read(sent.headers().getFirst("DPoP")).claims().get("nonce"))
			.collect(Collectors.toList());
	}

	private List<Object> jtis(String header) {
		return this.rig.transport.sent()
			.stream()
			.map((sent) -> JwtReader.read(sent.headers().getFirst(header)).claims().get("jti"))
			.collect(Collectors.toList());
	}

	private List<String> sent(String parameter) {
		return this.rig.transport.sent()
			.stream()
			.map((sent) -> sent.parameter(parameter))
			.filter(Objects::nonNull)
			.toList();
	}

	private static GrantException failure(CompletableFuture<TokenEndpointResponse> poll) {
		assertThat(poll).isCompletedExceptionally();
		return (GrantException) catchThrowable(poll::join).getCause();
	}

}
