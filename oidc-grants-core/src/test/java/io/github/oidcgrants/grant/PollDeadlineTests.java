package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The end of a user's time: nothing is asked from then on, and a poll does not outlive
 * it.
 */
class PollDeadlineTests {

	private final PollRig rig = new PollRig();

	@AfterEach
	void nothingIsLeft() {
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void isNotAskedAtTheDeadlineItself() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(10, 5L));
		this.rig.pass(10);
		assertExpired(poll);
		assertThat(this.rig.askedAfter).containsExactly(Duration.ofSeconds(5));
	}

	@Test
	void isAskedANanosecondBefore() {
		this.rig.answers(PollRig.token());
		DeviceAuthorizationResponse code = this.rig.code(5, 5L);
		this.rig.clock.advanceWall(Duration.ofNanos(-1));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(code);
		this.rig.clock.advanceMonotonic(Duration.ofSeconds(5));
		this.rig.work();
		assertThat(poll).isCompleted();
	}

	@Test
	void aPollOfACodeThatHasExpiredAsksNothing() {
		DeviceAuthorizationResponse code = this.rig.code(10, 5L);
		this.rig.clock.advance(Duration.ofSeconds(10));
		assertExpired(this.rig.poll(code));
		this.rig.pass(20);
		assertThat(this.rig.asked()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1 })
	void aCodeThatIsValidForNoTimeAsksNothing(long offset) {
		DeviceAuthorizationResponse code = this.rig.code(0, 5L);
		this.rig.clock.advance(Duration.ofSeconds(-offset));
		assertExpired(this.rig.poll(code));
	}

	@Test
	void endsInLineBehindAFullHouse() {
		PollRig full = new PollRig(1);
		CompletableFuture<TokenEndpointResponse> first = full.poll(full.code(600, 5L));
		CompletableFuture<TokenEndpointResponse> second = full.poll(full.code(8, 5L));
		full.passWithoutWork(5);
		assertThat(full.left()).isEqualTo("PollScheduler[waiting=1, asking=1]");
		full.passWithoutWork(3);
		full.otherwise((uri) -> PollRig.token());
		full.work();
		assertThat(first).isCompleted();
		assertExpired(second);
		assertThat(full.asked()).containsExactly("device-code-1");
		assertThat(full.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void endsIfTheExecutorComesTooLate() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(8, 5L));
		this.rig.passWithoutWork(5);
		this.rig.clock.advance(Duration.ofSeconds(3));
		this.rig.work();
		assertExpired(poll);
		assertThat(this.rig.asked()).isEmpty();
	}

	@Test
	void aTokenThatComesAfterTheDeadlineCounts() {
		this.rig.during(() -> this.rig.clock.advance(Duration.ofSeconds(20)), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(10, 5L));
		this.rig.pass(5);
		assertThat(poll).isCompleted();
	}

	@Test
	void anAnswerWithoutATokenAfterTheDeadlineIsTheLast() {
		this.rig.during(() -> this.rig.clock.advance(Duration.ofSeconds(20)), PollRig.pending());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(10, 5L));
		this.rig.pass(6);
		assertExpired(poll);
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void theServersOwnWordAfterTheDeadlineCounts() {
		this.rig.during(() -> this.rig.clock.advance(Duration.ofSeconds(20)), PollRig.error("access_denied"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(10, 5L));
		this.rig.pass(5);
		assertThat(failure(poll).getError().getErrorCode()).isEqualTo("access_denied");
	}

	@ParameterizedTest
	@CsvSource({ "400, authorization_pending", "400, slow_down", "429, too_many_requests", "503, server_error" })
	void endsAtOnceIfTheServerDemandsAPausePastTheDeadline(int status, String error) {
		this.rig.answers(PollRig.error(status, error).with("Retry-After", "7"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, 5L));
		this.rig.pass(5);
		assertExpired(poll);
	}

	@ParameterizedTest
	@CsvSource({ "400, authorization_pending", "400, slow_down", "429, too_many_requests", "503, server_error" })
	void waitsAsLongAsTheServerDemandsIfThatIsInTime(int status, String error) {
		this.rig.answers(PollRig.error(status, error).with("Retry-After", "17"), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(23, 5L));
		this.rig.pass(21);
		assertThat(poll).isNotDone();
		this.rig.pass(1);
		assertThat(poll).isCompleted();
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 22L);
	}

	@Test
	void aPauseMayBeDemandedByDate() {
		String date = DateTimeFormatter.RFC_1123_DATE_TIME
			.format(TestClock.START.plusSeconds(40).atOffset(ZoneOffset.UTC));
		this.rig.answers(StubTransport.json(503, "{}").with("Retry-After", date), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(40);
		assertThat(poll).isCompleted();
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 40L);
	}

	@Test
	void endsAtOnceIfTheServerDemandsAPausePastTheDeadlineOfTheMonotonicClock() {
		this.rig.answers(PollRig.error(503, "busy").with("Retry-After", "7"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, 5L));
		this.rig.clock.advanceWall(Duration.ofHours(-1));
		this.rig.pass(5);
		assertExpired(poll);
	}

	@Test
	void aPauseOfDaysIsKept() {
		long day = 86_400;
		this.rig.answers(StubTransport.json(503, "{}").with("Retry-After", String.valueOf(3 * day)), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(7 * day, 5L));
		this.rig.pass(5);
		this.rig.clock.advance(Duration.ofSeconds(3 * day - 1));
		this.rig.work();
		assertThat(poll).isNotDone();
		this.rig.pass(1);
		assertThat(poll).isCompleted();
	}

	@Test
	void aDateThatIsOverDemandsNothing() {
		this.rig.answers(PollRig.pending().with("Retry-After", "Thu, 01 Jan 2015 00:00:00 GMT"), PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(10);
		assertThat(poll).isCompleted();
	}

	@Test
	void backingOffPastTheDeadlineWaitsForTheDeadline() {
		this.rig.answers(StubTransport.json(503, "{}"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, 5L));
		this.rig.pass(11);
		assertThat(poll).isNotDone();
		this.rig.pass(1);
		assertExpired(poll);
		assertThat(failure(poll)).hasMessageContaining("Trouble last: ").hasMessageContaining("status 503");
	}

	@Test
	void troubleThatIsOverIsNotSpokenOf() {
		this.rig.answers(StubTransport.json(503, "{}"), PollRig.pending());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(60, 5L));
		this.rig.pass(60);
		assertExpired(poll);
		assertThat(failure(poll).getMessage()).doesNotContain("Trouble");
	}

	@Test
	void anIntervalOfZeroIsASecond() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(4, 0L));
		this.rig.pass(4);
		assertExpired(poll);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(1L, 2L, 3L);
	}

	@Test
	void withoutAnIntervalItIsFiveSeconds() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(11, null));
		this.rig.pass(11);
		assertExpired(poll);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 10L);
	}

	@ParameterizedTest
	@ValueSource(longs = { 12, 13, 86_400, Long.MAX_VALUE })
	void anIntervalPastTheDeadlineAsksNothingAndEndsInTime(long interval) {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, interval));
		this.rig.pass(11);
		assertThat(poll).isNotDone();
		this.rig.pass(1);
		assertExpired(poll);
		assertThat(this.rig.asked()).isEmpty();
	}

	@Test
	void aHugeTimeAndAHugeIntervalDoNotOverflow() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(Long.MAX_VALUE, Long.MAX_VALUE));
		this.rig.pass(5);
		this.rig.clock.advance(Duration.ofDays(3649));
		this.rig.work();
		assertThat(poll).isNotDone();
		this.rig.clock.advance(Duration.ofDays(1));
		this.rig.work();
		assertExpired(poll);
		assertThat(this.rig.asked()).isEmpty();
	}

	@Test
	void aWallClockThatJumpsForwardIsBelievedBeforeTheNextQuestion() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(5);
		this.rig.clock.advanceWall(Duration.ofSeconds(595));
		this.rig.pass(5);
		assertExpired(poll);
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void aWallClockThatJumpsBackDoesNotProlongTheTime() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, 5L));
		this.rig.clock.advanceWall(Duration.ofHours(-3));
		this.rig.pass(12);
		assertExpired(poll);
		assertThat(this.rig.asked()).hasSize(2);
	}

	@Test
	void theMonotonicClockAloneKeepsTheIntervalsAndTheDeadline() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, 5L));
		for (int second = 1; second <= 12; second++) {
			this.rig.clock.advanceMonotonic(Duration.ofSeconds(1));
			this.rig.work();
		}
		assertExpired(poll);
		assertThat(this.rig.asked()).hasSize(2);
	}

	@Test
	void aWallClockThatStaysBehindLetsTheServersPauseBeDemandedAllTheSame() {
		this.rig.answers(PollRig.pending().with("Retry-After", "30"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(20, 5L));
		this.rig.clock.advanceWall(Duration.ofHours(-1));
		this.rig.pass(20);
		assertExpired(poll);
		assertThat(this.rig.asked()).hasSize(1);
	}

	private static void assertExpired(CompletableFuture<TokenEndpointResponse> poll) {
		GrantException failure = failure(poll);
		assertThat(failure.kind()).isEqualTo(GrantException.Kind.OAUTH_ERROR);
		assertThat(failure.getError().getErrorCode()).isEqualTo("expired_token");
		assertThat(failure.statusCode()).isNull();
		assertThat(failure.getMessage()).doesNotContain("device-code", "USER-CODE");
	}

	private static GrantException failure(CompletableFuture<TokenEndpointResponse> poll) {
		assertThat(poll).isCompletedExceptionally();
		return (GrantException) catchThrowable(poll::join).getCause();
	}

}
