package io.github.oidcgrants.http;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineWatchTests {

	@Test
	void aDeadlineThatIsReachedEndsTheExchange() throws InterruptedException {
		CountDownLatch ended = new CountDownLatch(1);
		Deadline deadline = Deadline.in(Duration.ofMillis(50));
		deadline.onExpiry(ended::countDown);
		assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(deadline.expired()).isTrue();
	}

	// The watch is woken for an exchange that is over before it looks.
	@RepeatedTest(5)
	void aDeadlineAfterOneThatWasOverAtOnceIsKept() throws InterruptedException {
		while (DeadlineWatch.isAwake()) {
			Thread.onSpinWait();
		}
		Deadline.in(Duration.ofSeconds(30)).cancel();
		CountDownLatch ended = new CountDownLatch(1);
		Deadline.in(Duration.ofMillis(50)).onExpiry(ended::countDown);
		assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void aDeadlineThatIsCancelledEndsNothing() throws InterruptedException {
		CountDownLatch ended = new CountDownLatch(1);
		Deadline cancelled = Deadline.in(Duration.ofMillis(30));
		cancelled.onExpiry(ended::countDown);
		cancelled.cancel();
		CountDownLatch later = new CountDownLatch(1);
		Deadline.in(Duration.ofMillis(200)).onExpiry(later::countDown);
		assertThat(later.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(cancelled.expired()).isFalse();
		assertThat(ended.getCount()).isEqualTo(1);
	}

}
