package io.github.oidcgrants.flight;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Work of many owners on one executor.
 */
class FairExecutorTests {

	private final Queue<Runnable> handedOver = new ArrayDeque<>();

	private final List<String> done = new ArrayList<>();

	private final List<String> refused = new ArrayList<>();

	private final FairExecutor executor = new FairExecutor(this.handedOver::add, 8);

	@Test
	void oneOwnerHasHalfOfThePlacesAndTheRestIsForOthers() {
		for (int i = 0; i < 20; i++) {
			execute("hung");
		}
		assertThat(this.handedOver).hasSize(4);
		execute("other");
		assertThat(this.handedOver).hasSize(5);
	}

	@Test
	void whatWaitsIsDoneInTurnsByWhoeverIsDone() {
		FairExecutor one = new FairExecutor(this.handedOver::add, 1);
		for (String owner : List.of("a", "a", "a", "b", "b")) {
			one.execute(owner, () -> this.done.add(owner), FairExecutorTests::notExpected);
		}
		assertThat(this.handedOver).hasSize(1);
		this.handedOver.remove().run();
		assertThat(this.handedOver).isEmpty();
		assertThat(this.done).containsExactly("a", "a", "b", "a", "b");
		assertThat(one).hasToString("FairExecutor[Turns[taken=0, owners=0]]");
	}

	@Test
	void workThatFailsGivesItsPlaceBackAndIsSeenByTheHandlerOfItsThread() throws InterruptedException {
		this.executor.execute("a", () -> {
			throw new IllegalStateException("Why");
		}, FairExecutorTests::notExpected);
		List<Throwable> seen = new ArrayList<>();
		Thread thread = new Thread(this.handedOver.remove());
		thread.setUncaughtExceptionHandler((failed, ex) -> seen.add(ex));
		thread.start();
		thread.join();
		assertThat(seen).singleElement().asInstanceOf(InstanceOfAssertFactories.THROWABLE).hasMessage("Why");
		assertThat(this.executor).hasToString("FairExecutor[Turns[taken=0, owners=0]]");
	}

	@Test
	void moreThanAThousandOfOneDoNotWait() {
		for (int i = 0; i < 1_004; i++) {
			execute("a");
		}
		assertThat(this.refused).isEmpty();
		execute("a");
		execute("b");
		assertThat(this.refused).containsExactly("a");
		assertThat(this.handedOver).hasSize(5);
	}

	@Test
	void whoseWorkTheExecutorDoesNotTakeIsTold() {
		FairExecutor full = new FairExecutor((work) -> {
			if (!this.handedOver.isEmpty()) {
				throw new RejectedExecutionException();
			}
			this.handedOver.add(work);
		}, 2);
		execute(full, "a");
		execute(full, "b");
		assertThat(this.refused).containsExactly("b");
		execute(full, "a");
		execute(full, "a");
		this.handedOver.remove().run();
		assertThat(this.done).as("what waits is for the thread that is there").containsExactly("a", "a", "a");
		assertThat(this.refused).containsExactly("b");
		assertThat(full).hasToString("FairExecutor[Turns[taken=0, owners=0]]");
	}

	@Test
	void anExecutorThatFindsNoThreadLosesNoPlace() {
		FairExecutor exhausted = new FairExecutor((work) -> {
			throw new OutOfMemoryError("unable to create native thread");
		}, 1);
		exhausted.execute("a", () -> this.done.add("a"), (ex) -> this.refused.add(ex.getMessage()));
		assertThat(this.refused).containsExactly("unable to create native thread");
		assertThat(exhausted).hasToString("FairExecutor[Turns[taken=0, owners=0]]");
	}

	@Test
	void anExecutorThatTakesWorkAndThrowsAllTheSameHasItNotDone() {
		FairExecutor both = new FairExecutor((work) -> {
			this.handedOver.add(work);
			throw new RejectedExecutionException();
		}, 1);
		execute(both, "a");
		assertThat(this.refused).containsExactly("a");
		this.handedOver.remove().run();
		assertThat(this.done).isEmpty();
		assertThat(both).hasToString("FairExecutor[Turns[taken=0, owners=0]]");
	}

	@Test
	void anExecutorThatRunsWorkOnTheSpotNestsNothing() {
		FairExecutor inline = new FairExecutor(Runnable::run, 1);
		inline.execute("a", () -> {
			for (int i = 0; i < 500; i++) {
				inline.execute("b", () -> this.done.add("b" + new Throwable().getStackTrace().length),
						FairExecutorTests::notExpected);
			}
		}, FairExecutorTests::notExpected);
		assertThat(this.done).hasSize(500).containsOnly(this.done.get(0));
	}

	@Test
	void manyThreadsLoseNothing() throws InterruptedException {
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			FairExecutor shared = new FairExecutor(threads, 4);
			CountDownLatch all = new CountDownLatch(800);
			for (int i = 0; i < 8; i++) {
				String owner = "owner-" + i;
				threads.execute(() -> {
					for (int n = 0; n < 100; n++) {
						shared.execute(owner, all::countDown, FairExecutorTests::notExpected);
					}
				});
			}
			assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(shared).hasToString("FairExecutor[Turns[taken=0, owners=0]]"));
		}
		finally {
			threads.shutdownNow();
		}
	}

	private void execute(String owner) {
		execute(this.executor, owner);
	}

	private void execute(FairExecutor executor, String owner) {
		executor.execute(owner, () -> this.done.add(owner), (ex) -> this.refused.add(owner));
	}

	private static void notExpected(Throwable refused) {
		throw new AssertionError(refused);
	}

}
