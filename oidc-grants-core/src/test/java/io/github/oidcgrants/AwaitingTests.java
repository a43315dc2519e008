package io.github.oidcgrants;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The wait for the end of a poll on the caller's own thread. The token itself does not
 * matter here: an outcome without one is told from a failure all the same.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AwaitingTests {

	private static final Duration LONG = Duration.ofSeconds(Long.MAX_VALUE);

	private final CompletableFuture<TokenEndpointResponse> poll = new CompletableFuture<>();

	@AfterEach
	void clearInterrupt() {
		boolean unused = Thread.interrupted();
	}

	@Test
	void givesTheResult() {
		this.poll.complete(null);
		assertThat(Awaiting.await(this.poll, LONG)).isNull();
	}

	@Test
	void aFailureIsTheCallersOwn() {
		GrantException failure = GrantException.of(Kind.TRANSPORT, "Why");
		this.poll.completeExceptionally(failure);
		GrantException first = catchThrowableOfType(GrantException.class, () -> Awaiting.await(this.poll, LONG));
		GrantException second = catchThrowableOfType(GrantException.class, () -> Awaiting.await(this.poll, LONG));
		assertThat(first).isNotSameAs(failure).hasMessage("Why").hasCause(failure);
		assertThat(first.kind()).isEqualTo(Kind.TRANSPORT);
		assertThat(second).isNotSameAs(first);
	}

	@Test
	void aFailureThatIsNoneOfAGrantIsTheCause() {
		this.poll.completeExceptionally(new UnsupportedOperationException("Hook"));
		GrantException failure = catchThrowableOfType(GrantException.class, () -> Awaiting.await(this.poll, LONG));
		assertThat(failure).hasMessageContaining("UnsupportedOperationException")
			.hasCauseInstanceOf(UnsupportedOperationException.class);
		assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
	}

	@Test
	void aPollThatWasEndedByAnotherTimeOutTookTooLong() {
		this.poll.completeExceptionally(new TimeoutException());
		GrantException failure = catchThrowableOfType(GrantException.class, () -> Awaiting.await(this.poll, LONG));
		assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
	}

	@Test
	void aPollThatWasCancelledElsewhereSaysSo() {
		this.poll.cancel(true);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> Awaiting.await(this.poll, LONG));
	}

	@Test
	void endsThePollAfterTheLongestWait() {
		Refusals.assertFails(Kind.TIMEOUT, () -> Awaiting.await(this.poll, Duration.ofMillis(1)))
			.withMessageContaining("PT0.001S");
		assertThat(this.poll).isCancelled();
	}

	@Test
	void aTokenThatComesWithTheTimeOutIsNotLost() {
		assertThat(Awaiting.await(new EndingWhile(new TimeoutException()), LONG)).isNull();
	}

	@Test
	void anInterruptEndsThePollAndKeepsItsStatus() {
		Thread.currentThread().interrupt();
		Refusals.assertFails(Kind.TRANSPORT, () -> Awaiting.await(this.poll, LONG))
			.withMessageContaining("Interrupted");
		assertThat(Thread.currentThread().isInterrupted()).isTrue();
		assertThat(this.poll).isCancelled();
	}

	@Test
	void aTokenThatComesWithTheInterruptIsNotLost() {
		assertThat(Awaiting.await(new EndingWhile(new InterruptedException()), LONG)).isNull();
		assertThat(Thread.currentThread().isInterrupted()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void aWaitOfNoTimeIsAMistakeAndEndsThePoll(long seconds) {
		Refusals.assertMisconfigured("longest wait", () -> Awaiting.await(this.poll, Duration.ofSeconds(seconds)));
		assertThat(this.poll).isCancelled();
	}

	/**
	 * Ends in the moment in which the wait for it does.
	 */
	private static final class EndingWhile extends CompletableFuture<TokenEndpointResponse> {

		private final Exception end;

		private EndingWhile(Exception end) {
			this.end = end;
		}

		@Override
		public TokenEndpointResponse get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			if (!isDone()) {
				complete(null);
				if (this.end instanceof TimeoutException timedOut) {
					throw timedOut;
				}
				throw new InterruptedException();
			}
			return super.get(timeout, unit);
		}

	}

}
