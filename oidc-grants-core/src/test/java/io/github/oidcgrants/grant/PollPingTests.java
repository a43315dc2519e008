package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a server's ping does to the poll that it names (OpenID Connect CIBA Core 1.0
 * section 10.2): it is asked at once, and once.
 */
class PollPingTests {

	private final PollRig rig = new PollRig(1);

	private final BackchannelAuthenticationResponse one = this.rig.request("one", 600);

	private final BackchannelAuthenticationResponse other = this.rig.request("other", 600);

	@Test
	void wakesThePollThatItNamesAndNoOther() {
		this.rig.begin(this.one);
		this.rig.begin(this.other);
		this.rig.pass(2);
		this.rig.ping(this.other);
		this.rig.work();
		assertThat(this.rig.asked()).containsExactly("other");
		this.rig.pass(3);
		assertThat(this.rig.asked()).containsExactly("other", "one");
		this.rig.pass(1);
		assertThat(this.rig.asked()).hasSize(2);
		this.rig.pass(1);
		assertThat(this.rig.asked()).containsExactly("other", "one", "other");
	}

	@Test
	void asksAtOnceIfItCameBeforeThePoll() {
		this.rig.ping(this.one);
		this.rig.begin(this.one);
		this.rig.work();
		assertThat(this.rig.asked()).containsExactly("one");
	}

	@Test
	void asksOnceThoughItIsReplayed() {
		this.rig.begin(this.one);
		this.rig.pass(1);
		for (int i = 0; i < 10; i++) {
			this.rig.ping(this.one);
			this.rig.work();
		}
		assertThat(this.rig.asked()).containsExactly("one");
	}

	@Test
	void asksOnceThoughItIsReplayedBeforeTheExecutorComesToIt() {
		this.rig.begin(this.one);
		this.rig.pass(1);
		this.rig.ping(this.one);
		this.rig.ping(this.one);
		this.rig.work();
		assertThat(this.rig.asked()).containsExactly("one");
	}

	@Test
	void isNotAskedTwiceIfItIsDueAlready() {
		CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.other);
		this.rig.begin(this.one);
		this.rig.passWithoutWork(5);
		this.rig.ping(this.one);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=1, asking=1]");
		this.rig.work();
		assertThat(this.rig.asked()).containsExactly("other", "one");
		assertThat(first).isNotDone();
	}

	@Test
	void isAskedAgainAtOnceIfItComesWithARequestUnderWay() {
		this.rig.during(() -> {
			this.rig.ping(this.one);
			this.rig.ping(this.one);
		}, PollRig.pending());
		this.rig.begin(this.one);
		this.rig.pass(5);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 5L);
		this.rig.pass(4);
		assertThat(this.rig.asked()).hasSize(2);
		this.rig.pass(1);
		assertThat(this.rig.asked()).hasSize(3);
	}

	@Test
	void aPauseThatTheServerDemandsAfterThePingIsKept() {
		this.rig.during(() -> this.rig.ping(this.one), PollRig.error(503, "busy").with("Retry-After", "30"));
		this.rig.begin(this.one);
		this.rig.pass(34);
		assertThat(this.rig.asked()).hasSize(1);
		this.rig.pass(1);
		assertThat(this.rig.asked()).hasSize(2);
	}

	@Test
	void doesNotShortenAPauseThatTheServerDemands() {
		this.rig.answers(PollRig.pending().with("Retry-After", "30"), PollRig.error("access_denied"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.one);
		this.rig.pass(15);
		this.rig.ping(this.one);
		this.rig.pass(19);
		assertThat(this.rig.asked()).hasSize(1);
		this.rig.pass(1);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 35L);
		assertThat(poll).isCompletedExceptionally();
	}

	@Test
	void asksAtTheEndOfAShorterPauseThatTheServerDemands() {
		this.rig.answers(PollRig.pending().with("Retry-After", "3"), PollRig.pending());
		this.rig.begin(this.one);
		this.rig.pass(6);
		this.rig.ping(this.one);
		this.rig.pass(14);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).startsWith(5L, 8L, 13L);
	}

	@Test
	void cutsABackOffShort() {
		this.rig.answers(PollRig.error(503, "down"), PollRig.error("access_denied"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.one);
		this.rig.pass(6);
		this.rig.ping(this.one);
		this.rig.work();
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 6L);
		assertThat(poll).isCompletedExceptionally();
	}

	@Test
	void aServerThatFindsTheQuestionTooEarlyIsAskedMoreSlowly() {
		this.rig.answers(PollRig.error("slow_down"), PollRig.error("slow_down"));
		this.rig.begin(this.one);
		this.rig.pass(2);
		this.rig.ping(this.one);
		this.rig.work();
		this.rig.pass(26);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(2L, 12L, 27L);
	}

	@Test
	void doesNothingAfterTheEnd() {
		this.rig.answers(PollRig.error("access_denied"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.one);
		this.rig.pass(5);
		assertThat(poll).isCompletedExceptionally();
		this.rig.ping(this.one);
		this.rig.pass(60);
		assertThat(this.rig.asked()).hasSize(1);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void doesNothingAfterItWasCancelledWithARequestUnderWay() {
		CompletableFuture<?>[] poll = new CompletableFuture<?>[1];
		this.rig.during(() -> {
			this.rig.ping(this.one);
			poll[0].cancel(true);
			this.rig.ping(this.one);
		}, PollRig.pending());
		poll[0] = this.rig.poll(this.one);
		this.rig.pass(60);
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void doesNotBringBackAPollWhoseTimeIsUp() {
		BackchannelAuthenticationResponse late = this.rig.request("late", 10);
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(late);
		this.rig.pass(6);
		this.rig.clock.advance(Duration.ofSeconds(4));
		this.rig.ping(late);
		this.rig.work();
		assertThat(poll).isCompletedExceptionally();
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void wakesTheSecondPollAfterTheFirstWasGivenUp() {
		this.rig.poll(this.one).cancel(true);
		this.rig.begin(this.one);
		this.rig.ping(this.one);
		this.rig.work();
		assertThat(this.rig.asked()).containsExactly("one");
	}

	@Test
	void isExpectedForAMinuteAfterTheEnd() {
		this.rig.answers(PollRig.error("access_denied"));
		this.rig.begin(this.one);
		this.rig.pass(5 + 59);
		assertThat(this.rig.ping(this.one)).isEqualTo(HttpStatus.NO_CONTENT);
		this.rig.pass(1);
		assertThat(this.rig.ping(this.one)).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(this.rig.ping(this.other)).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(this.rig.notifications).hasToString("CibaNotifications[expected=1]");
	}

	@Test
	void isExpectedNoLongerThanTheUserHasTimeThoughThePollEndsLate() {
		this.rig.poll(this.one).cancel(true);
		BackchannelAuthenticationResponse late = this.rig.request("late", 70);
		this.rig.begin(late);
		this.rig.pass(69);
		assertThat(this.rig.ping(late)).isEqualTo(HttpStatus.NO_CONTENT);
		this.rig.pass(1);
		assertThat(this.rig.ping(late)).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void isExpectedAsLongAsASecondPollWaitsForIt() {
		CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.one);
		this.rig.begin(this.one);
		first.cancel(true);
		this.rig.pass(300);
		int before = this.rig.asked().size();
		assertThat(this.rig.ping(this.one)).isEqualTo(HttpStatus.NO_CONTENT);
		this.rig.work();
		assertThat(this.rig.asked()).hasSize(before + 1);
	}

	@Test
	void isExpectedAgainByAPollThatBeginsAfterTheFirstWasGivenUp() {
		this.rig.poll(this.one).cancel(true);
		this.rig.pass(10);
		this.rig.begin(this.one);
		this.rig.pass(300);
		assertThat(this.rig.ping(this.one)).isEqualTo(HttpStatus.NO_CONTENT);
	}

	@Test
	void asksNothingOnTheThreadThatBringsIt() {
		this.rig.executor = Runnable::run;
		this.rig.answers(PollRig.error("access_denied"));
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.one);
		this.rig.ping(this.one);
		assertThat(poll).isNotDone();
		this.rig.work();
		assertThat(poll).isCompletedExceptionally();
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

}
