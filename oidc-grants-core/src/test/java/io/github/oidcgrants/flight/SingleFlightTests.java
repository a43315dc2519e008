package io.github.oidcgrants.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SingleFlightTests {

	private final SingleFlight<String, String> flight = new SingleFlight<>();

	private final AtomicInteger calls = new AtomicInteger();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	@Test
	void makesOneCallForManyCallers() throws Exception {
		Caller<String> leader = call(this::countAndWait);
		this.begun.await();
		List<Caller<String>> waiters = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			waiters.add(call(this::countAndWait));
		}
		for (Caller<String> waiter : waiters) {
			waiter.awaitWaiting();
		}
		this.released.countDown();
		assertThat(leader.get()).isEqualTo("1");
		for (Caller<String> waiter : waiters) {
			assertThat(waiter.get()).isEqualTo("1");
		}
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void keepsCallsOfDifferentKeysApart() throws Exception {
		Caller<String> leader = call(this::countAndWait);
		this.begun.await();
		assertThat(this.flight.call("other", () -> "other")).isEqualTo("other");
		this.released.countDown();
		assertThat(leader.get()).isEqualTo("1");
	}

	@Test
	void givesEachCallerAnExceptionOfItsOwn() throws Exception {
		GrantException thrown = GrantException.of(Kind.TRANSPORT, "Why");
		Caller<Throwable> leader = failingCall(thrown);
		this.begun.await();
		Caller<Throwable> first = failingCall(thrown);
		Caller<Throwable> second = failingCall(thrown);
		first.awaitWaiting();
		second.awaitWaiting();
		this.released.countDown();
		assertThat(leader.get()).isSameAs(thrown);
		assertThat(List.of(first.get(), second.get())).doesNotHaveDuplicates()
			.doesNotContain(thrown)
			.allSatisfy((failure) -> assertThat(failure).isInstanceOf(GrantException.class)
				.hasMessage("Why")
				.hasCause(thrown));
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void wrapsAFailureThatNobodyExpected() throws Exception {
		IllegalArgumentException thrown = new IllegalArgumentException();
		Caller<Throwable> leader = failingCall(thrown);
		this.begun.await();
		Caller<Throwable> waiter = failingCall(thrown);
		waiter.awaitWaiting();
		this.released.countDown();
		assertThat(leader.get()).isSameAs(thrown);
		assertThat(waiter.get()).isInstanceOf(IllegalStateException.class).hasCause(thrown);
	}

	@Test
	void handsOverWhenTheLeaderIsInterrupted() throws Exception {
		Caller<Throwable> leader = failingCall(GrantException.of(Kind.TRANSPORT, "Interrupted"));
		this.begun.await();
		Caller<String> waiter = call(() -> "own");
		waiter.awaitWaiting();
		leader.interrupt();
		assertThat(leader.get()).isInstanceOf(GrantException.class);
		assertThat(waiter.get()).isEqualTo("own");
	}

	@Test
	void letsAnInterruptedWaiterGoWhileTheCallGoesOn() throws Exception {
		Caller<String> leader = call(this::countAndWait);
		this.begun.await();
		Caller<Boolean> waiter = new Caller<>(() -> {
			GrantException failure = catchThrowableOfType(GrantException.class,
					() -> this.flight.call("key", () -> "never"));
			assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
			return Thread.currentThread().isInterrupted();
		});
		waiter.awaitWaiting();
		waiter.interrupt();
		assertThat(waiter.get()).isTrue();
		this.released.countDown();
		assertThat(leader.get()).isEqualTo("1");
	}

	@Test
	void keepsNothing() {
		this.released.countDown();
		assertThat(this.flight.call("key", this::countAndWait)).isEqualTo("1");
		assertThat(this.flight.call("key", this::countAndWait)).isEqualTo("2");
		assertThatIllegalStateException().isThrownBy(() -> this.flight.call("key", () -> {
			throw new IllegalStateException();
		}));
		assertThat(this.flight.call("key", this::countAndWait)).isEqualTo("3");
	}

	@Test
	void freesItsPlaceEvenAfterAnError() {
		assertThatThrownBy(() -> this.flight.call("key", () -> {
			throw new StackOverflowError();
		})).isInstanceOf(StackOverflowError.class);
		assertThat(this.flight.call("key", () -> "next")).isEqualTo("next");
	}

	private String countAndWait() {
		String call = String.valueOf(this.calls.incrementAndGet());
		this.begun.countDown();
		try {
			this.released.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return call;
	}

	private Caller<String> call(Attempt<String> work) {
		return new Caller<>(() -> this.flight.call("key", work));
	}

	private Caller<Throwable> failingCall(RuntimeException failure) {
		return new Caller<>(() -> catchThrowable(() -> this.flight.call("key", () -> {
			countAndWait();
			throw failure;
		})));
	}

}
