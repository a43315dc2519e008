package io.github.oidcgrants.flight;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
	void whatWaitsIsDoneInTurns() {
		for (int i = 0; i < 6; i++) {
			execute("a");
		}
		execute("b");
		execute("a");
		while (!this.handedOver.isEmpty()) {
			this.handedOver.remove().run();
		}
		assertThat(this.done).containsExactly("a", "a", "a", "a", "b", "a", "a", "a");
		assertThat(this.executor).hasToString("FairExecutor[Turns[due=0, taken=0, owners=0]]");
	}

	@Test
	void workThatFailsGivesItsPlaceBack() {
		this.executor.execute("a", () -> {
			throw new IllegalStateException("Why");
		}, FairExecutorTests::notExpected);
		assertThatIllegalStateException().isThrownBy(() -> this.handedOver.remove().run());
		assertThat(this.executor).hasToString("FairExecutor[Turns[due=0, taken=0, owners=0]]");
	}

	@Test
	void moreThanAThousandDoNotWait() {
		for (int i = 0; i < 1_004; i++) {
			execute("a");
		}
		assertThat(this.refused).isEmpty();
		execute("a");
		execute("b");
		assertThat(this.refused).containsExactly("a", "b");
	}

	@Test
	void eachWhoseWorkIsRefusedIsTold() {
		boolean[] open = { true };
		FairExecutor closing = new FairExecutor((work) -> {
			if (!open[0]) {
				throw new RejectedExecutionException();
			}
			this.handedOver.add(work);
		}, 2);
		for (String owner : List.of("a", "b", "a", "b")) {
			closing.execute(owner, () -> this.done.add(owner), (ex) -> this.refused.add(owner));
		}
		assertThat(this.handedOver).hasSize(2);
		open[0] = false;
		this.handedOver.remove().run();
		assertThat(this.done).containsExactly("a");
		assertThat(this.refused).containsExactly("a");
		this.handedOver.remove().run();
		assertThat(this.done).containsExactly("a", "b");
		assertThat(this.refused).containsExactly("a", "b");
		assertThat(closing).hasToString("FairExecutor[Turns[due=0, taken=0, owners=0]]");
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
		}
		finally {
			threads.shutdownNow();
		}
	}

	private void execute(String owner) {
		this.executor.execute(owner, () -> this.done.add(owner), (ex) -> this.refused.add(owner));
	}

	private static void notExpected(RejectedExecutionException refused) {
		throw new AssertionError(refused);
	}

}
