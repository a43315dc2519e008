package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Polls on executors that do not do as they are told.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollExecutorTests {

	private static final String NOTHING = "PollScheduler[waiting=0, asking=0]";

	private final PollRig rig = new PollRig().otherwise((uri) -> PollRig.token());

	@Test
	void aPollThatIsRejectedIsTriedAgainAfterItsInterval() {
		this.rig.executor = PollExecutorTests::reject;
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(9);
		this.rig.executor = this.rig.tasks::add;
		this.rig.pass(1);
		assertThat(poll).isCompleted();
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@Test
	void isRejectedToTheEndAndSaysSo() {
		this.rig.executor = PollExecutorTests::reject;
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(12, 5L));
		this.rig.pass(12);
		assertThat(catchThrowable(poll::join).getCause()).hasMessageContaining("asked 0 times")
			.hasMessageContaining("executor");
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@Test
	void anExecutorThatFailsInAnotherWayRejectsToo() {
		this.rig.executor = (task) -> {
			throw new IllegalStateException("Not accepting tasks");
		};
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(5);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=1, asking=0]");
		this.rig.executor = this.rig.tasks::add;
		this.rig.pass(5);
		assertThat(poll).isCompleted();
	}

	@Test
	void manyPollsAreRejectedAtOnce() {
		this.rig.executor = PollExecutorTests::reject;
		List<CompletableFuture<TokenEndpointResponse>> polls = polls(30_000, 600);
		this.rig.passWithoutWork(5);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=30000, asking=0]");
		this.rig.executor = this.rig.tasks::add;
		this.rig.pass(5);
		assertThat(polls).allMatch((poll) -> !poll.isCompletedExceptionally() && poll.isDone());
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@Test
	void someAreRejectedAndTheOthersAsked() {
		Random random = new Random(3);
		this.rig.executor = (task) -> {
			if (random.nextInt(3) != 0) {
				reject(task);
			}
			this.rig.tasks.add(task);
		};
		List<CompletableFuture<TokenEndpointResponse>> polls = polls(100, 6000);
		this.rig.pass(5 * 60);
		assertThat(polls).allMatch(CompletableFuture::isDone);
		assertThat(this.rig.asked()).hasSize(100).doesNotHaveDuplicates();
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@Test
	void anExecutorThatWasShutDownEndsPollsInTime() {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		executor.shutdown();
		this.rig.executor = executor;
		List<CompletableFuture<TokenEndpointResponse>> polls = polls(3, 12);
		this.rig.passWithoutWork(5);
		this.rig.pass(7);
		assertThat(polls).allMatch(CompletableFuture::isCompletedExceptionally);
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@Test
	void anExecutorThatRunsInTheCallerAsksThemAll() {
		this.rig.executor = Runnable::run;
		List<CompletableFuture<TokenEndpointResponse>> polls = polls(20_000, 600);
		this.rig.passWithoutWork(5);
		assertThat(polls).allMatch(CompletableFuture::isDone);
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@Test
	void pollsWhoseTimeIsUpEndThoughACallbackOfOneBlocks() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		ExecutorService executor = Executors.newCachedThreadPool();
		try {
			this.rig.executor = executor;
			CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.rig.code(4, 5L));
			CompletableFuture<Boolean> callback = first.handle((token, failure) -> await(blocked));
			List<CompletableFuture<TokenEndpointResponse>> others = polls(100, 4);
			this.rig.passWithoutWork(4);
			for (CompletableFuture<TokenEndpointResponse> other : others) {
				assertThatExceptionOfType(Exception.class).isThrownBy(() -> other.get(30, TimeUnit.SECONDS))
					.withMessageContaining("did not decide in time");
			}
			assertThat(callback).isNotDone();
			blocked.countDown();
			assertThat(callback.get(30, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			blocked.countDown();
			executor.shutdownNow();
		}
	}

	@Test
	void noMoreCallbacksRunAtATimeThanThereArePlaces() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		AtomicInteger running = new AtomicInteger();
		ExecutorService executor = Executors.newCachedThreadPool();
		try {
			this.rig.executor = executor;
			List<CompletableFuture<Boolean>> callbacks = new ArrayList<>();
			for (int pass = 1; pass <= 3; pass++) {
				polls(40, 4).forEach((poll) -> callbacks.add(poll.handle((token, failure) -> {
					running.incrementAndGet();
					return await(blocked);
				})));
				this.rig.passWithoutWork(4);
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> running.get() >= 16);
			}
			assertThat(running).hasValue(16);
			blocked.countDown();
			for (CompletableFuture<Boolean> callback : callbacks) {
				assertThat(callback.get(30, TimeUnit.SECONDS)).isTrue();
			}
		}
		finally {
			blocked.countDown();
			executor.shutdownNow();
		}
	}

	@Test
	void noCallbackRunsOnTheThreadThatKeepsTheTime() {
		this.rig.executor = PollExecutorTests::reject;
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(4, 5L));
		this.rig.passWithoutWork(4);
		assertThat(poll).isNotDone();
		this.rig.work();
		assertThat(poll).isCompletedExceptionally();
	}

	@Test
	void aCallbackThatBlocksHoldsOnePlaceAndNoMore() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		ExecutorService executor = Executors.newCachedThreadPool();
		try {
			this.rig.executor = executor;
			CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.rig.code(600, 5L));
			CompletableFuture<Boolean> callback = first.thenApply((token) -> await(blocked));
			List<CompletableFuture<TokenEndpointResponse>> others = polls(100, 600);
			this.rig.passWithoutWork(5);
			for (CompletableFuture<TokenEndpointResponse> other : others) {
				assertThat(other.get(30, TimeUnit.SECONDS).accessToken()).isNotEmpty();
			}
			assertThat(callback).isNotDone();
		}
		finally {
			blocked.countDown();
			executor.shutdownNow();
		}
	}

	@Test
	void aCallbackThatThrowsHarmsNobody() {
		CompletableFuture<TokenEndpointResponse> one = this.rig.poll(this.rig.code(600, 5L));
		CompletableFuture<Object> callback = one.thenApply((token) -> {
			throw new AssertionError("Callback");
		});
		List<CompletableFuture<TokenEndpointResponse>> others = polls(10, 600);
		this.rig.pass(5);
		assertThat(one).isCompleted();
		assertThat(callback).isCompletedExceptionally();
		assertThat(others).allMatch(CompletableFuture::isDone);
	}

	@Test
	void closingEndsThePollsThatTheExecutorForgot() {
		this.rig.executor = (task) -> {
		};
		List<CompletableFuture<TokenEndpointResponse>> polls = new ArrayList<>(polls(2, 4));
		this.rig.passWithoutWork(4);
		polls.addAll(polls(2, 600));
		this.rig.passWithoutWork(5);
		this.rig.polls.close();
		assertThat(polls)
			.allSatisfy((poll) -> assertThatExceptionOfType(CancellationException.class).isThrownBy(poll::join));
	}

	private List<CompletableFuture<TokenEndpointResponse>> polls(int count, long expiresIn) {
		this.rig.listener = (progress) -> {
		};
		List<CompletableFuture<TokenEndpointResponse>> polls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			polls.add(this.rig.poll(this.rig.code(expiresIn, 5L)));
		}
		return polls;
	}

	private static boolean await(CountDownLatch latch) {
		try {
			return latch.await(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	private static void reject(Runnable task) {
		throw new RejectedExecutionException("No thread");
	}

}
