package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What the listener of a poll hears.
 */
class PollingListenerTests {

	private final PollRig rig = new PollRig();

	@Test
	void hearsWhatHappensAndWhenTheServerIsAskedNext() {
		this.rig.answers(PollRig.pending(), PollRig.error("slow_down"), PollRig.error(503, "busy")).breaks();
		this.rig.answers(PollRig.pending().with("Retry-After", "25"), PollRig.token());
		this.rig.begin(this.rig.code(600, 5L));
		this.rig.pass(200);
		assertThat(this.rig.progress)
			.extracting(PollingProgress::event, PollingProgress::asked, (p) -> p.interval().toSeconds(),
					(p) -> (p.nextAt() != null) ? Duration.between(TestClock.START, p.nextAt()).toSeconds() : null)
			.containsExactly(tuple(PollingProgress.Event.ASKING, 1, 5L, null),
					tuple(PollingProgress.Event.PENDING, 1, 5L, 10L), tuple(PollingProgress.Event.ASKING, 2, 5L, null),
					tuple(PollingProgress.Event.SLOWED_DOWN, 2, 10L, 20L),
					tuple(PollingProgress.Event.ASKING, 3, 10L, null),
					tuple(PollingProgress.Event.RETRYING, 3, 10L, 40L),
					tuple(PollingProgress.Event.ASKING, 4, 10L, null),
					tuple(PollingProgress.Event.RETRYING, 4, 10L, 80L),
					tuple(PollingProgress.Event.ASKING, 5, 10L, null),
					tuple(PollingProgress.Event.PENDING, 5, 10L, 105L),
					tuple(PollingProgress.Event.ASKING, 6, 10L, null));
		assertThat(this.rig.progress)
			.allSatisfy((progress) -> assertThat(progress.expiresAt()).isEqualTo(TestClock.START.plusSeconds(600)));
		assertThat(this.rig.progress)
			.allMatch((progress) -> (progress.event() == PollingProgress.Event.ASKING) == (progress.reason() == null));
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 10L, 20L, 40L, 80L, 105L);
	}

	@Test
	void hearsThatTheServerIsAskedNoMore() {
		this.rig.begin(this.rig.code(9, 5L));
		this.rig.pass(9);
		assertThat(this.rig.progress).hasSize(2);
		assertThat(this.rig.progress.get(1).nextAt()).isNull();
		assertThat(Objects.requireNonNull(this.rig.progress.get(1).reason()).getMessage())
			.doesNotContain("device-code");
	}

	@Test
	void isNotHeardItselfIfItThrows() {
		this.rig.answers(PollRig.pending(), PollRig.token());
		this.rig.listener = (progress) -> {
			if (progress.asked() == 1) {
				throw new IllegalStateException("Listener");
			}
			throw new AssertionError("Listener");
		};
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(10);
		assertThat(poll).isCompleted();
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void hearsNothingOfAnAnswerThatIsForNobody() {
		CompletableFuture<?>[] poll = new CompletableFuture<?>[1];
		this.rig.during(() -> poll[0].cancel(false), PollRig.pending());
		poll[0] = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(60);
		assertThat(this.rig.progress).extracting(PollingProgress::event).containsExactly(PollingProgress.Event.ASKING);
	}

	@Test
	void hearsNothingOfAnAnswerThatIsTheEnd() {
		this.rig.answers(PollRig.error("access_denied"));
		this.rig.begin(this.rig.code(600, 5L));
		this.rig.answers(PollRig.pending().with("Retry-After", "700"));
		this.rig.begin(this.rig.code(600, 7L));
		this.rig.pass(60);
		assertThat(this.rig.asked()).hasSize(2);
		assertThat(this.rig.progress).extracting(PollingProgress::event).containsOnly(PollingProgress.Event.ASKING);
	}

	@Test
	void hearsThatTheServerIsAskedAtOnceAfterAPing() {
		BackchannelAuthenticationResponse request = this.rig.request("request", 600);
		this.rig.during(() -> this.rig.ping(request), PollRig.pending());
		this.rig.begin(request);
		this.rig.pass(5);
		assertThat(this.rig.progress.get(1).nextAt()).isEqualTo(TestClock.START.plusSeconds(5));
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 5L);
	}

	@Test
	void hearsThatTheExecutorDidNotTakeTheQuestion() {
		this.rig.executor = (task) -> {
			throw new RejectedExecutionException();
		};
		this.rig.begin(this.rig.code(600, 5L));
		this.rig.passWithoutWork(5);
		assertThat(this.rig.progress).isEmpty();
		this.rig.work();
		assertThat(this.rig.progress).singleElement().satisfies((progress) -> {
			assertThat(progress.event()).isEqualTo(PollingProgress.Event.RETRYING);
			assertThat(progress.asked()).isZero();
			assertThat(progress.nextAt()).isEqualTo(TestClock.START.plusSeconds(10));
			assertThat(progress.reason()).hasMessageContaining("executor");
		});
	}

}
