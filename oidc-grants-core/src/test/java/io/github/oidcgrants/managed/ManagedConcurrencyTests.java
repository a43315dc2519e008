package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.FaultyStore.Fault;
import io.github.oidcgrants.managed.FaultyStore.Step;
import io.github.oidcgrants.testing.Caller;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Many callers, and more than one process.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagedConcurrencyTests {

	private static final GrantParameters READ = GrantParameters.builder().scope("read").build();

	private static final GrantParameters WRITE = GrantParameters.builder().scope("write").build();

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ExecutorService callers = Executors.newCachedThreadPool();

	private final ExecutorService refreshes = Executors.newCachedThreadPool();

	private final FaultyStore store = new FaultyStore(ManagedTokenStore.inMemory());

	private final ManagedTokens tokens = process();

	private final CountDownLatch asked = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private ManagedTokens process() {
		return this.rig.tokens(this.store, this.refreshes, (nanos) -> LockSupport.parkNanos(1_000_000));
	}

	private ManagedTokens impatient() {
		return new ManagedTokens(ManagedRig.REGISTRATION, "client", this.store, this.rig.refresher(),
				Duration.ofMillis(250), new ManagedClockwork(this.rig.time, this.rig.time::nanoTime, (nanos) -> {
				}, this.rig.later::add, this.refreshes, new FairExecutor(this.refreshes, 8), () -> 0.5,
						TokenServing.DEFAULTS));
	}

	@AfterEach
	void end() {
		this.released.countDown();
		this.callers.shutdownNow();
		this.refreshes.shutdownNow();
	}

	private void holdNextAnswer() {
		this.rig.server.next((work) -> {
			RotatingServer.Reply reply = work.get();
			this.asked.countDown();
			awaitQuietly(this.released);
			return reply;
		});
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static String get(Future<TokenEndpointResponse> token) throws Exception {
		return token.get(20, TimeUnit.SECONDS).accessToken();
	}

	@RepeatedTest(5)
	void manyCallersShareOneRefreshARound() throws Exception {
		rounds(List.of(this.tokens), 8);
	}

	@RepeatedTest(5)
	void manyCallersInTwoProcessesShareOneRefreshARound() throws Exception {
		rounds(List.of(this.tokens, process()), 4);
	}

	private void rounds(List<ManagedTokens> processes, int threads) throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		for (int round = 1; round <= 10; round++) {
			this.rig.expire();
			CyclicBarrier start = new CyclicBarrier(threads * processes.size());
			List<Future<TokenEndpointResponse>> all = new ArrayList<>();
			for (ManagedTokens process : processes) {
				for (int i = 0; i < threads; i++) {
					all.add(this.callers.submit(() -> {
						start.await(20, TimeUnit.SECONDS);
						return process.token("ada");
					}));
				}
			}
			for (Future<TokenEndpointResponse> token : all) {
				assertThat(get(token)).isEqualTo("access-ada-" + (round + 1));
			}
			assertThat(this.rig.server.refreshed()).hasSize(round).doesNotHaveDuplicates();
		}
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void variantsOfOneNameTakeTurnsInTwoProcesses() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		ManagedTokens other = process();
		for (int round = 1; round <= 10; round++) {
			this.rig.expire();
			List<Future<TokenEndpointResponse>> all = Stream.of(this.tokens, other)
				.flatMap((process) -> Stream.of(READ, WRITE, GrantParameters.none())
					.map((variant) -> this.callers.submit(() -> process.token("ada", variant))))
				.toList();
			for (Future<TokenEndpointResponse> token : all) {
				assertThat(get(token)).startsWith("access-ada");
			}
			assertThat(this.rig.server.refreshed()).hasSize(3 * round).doesNotHaveDuplicates();
		}
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@RepeatedTest(10)
	void aCallerThatIsInterruptedHarmsNoOther() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		holdNextAnswer();
		AtomicBoolean interrupted = new AtomicBoolean();
		Caller<GrantException> first = new Caller<>(() -> {
			GrantException failure = catchThrowableOfType(GrantException.class, () -> this.tokens.token("ada"));
			interrupted.set(Thread.currentThread().isInterrupted());
			return failure;
		});
		this.asked.await();
		Caller<TokenEndpointResponse> second = new Caller<>(() -> this.tokens.token("ada"));
		second.awaitWaiting();
		first.interrupt();
		assertThat(first.get().kind()).isEqualTo(Kind.TRANSPORT);
		assertThat(interrupted).isTrue();
		this.released.countDown();
		assertThat(second.get().accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@RepeatedTest(10)
	void theOnlyCallerMayGoAndTheRefreshGoesOn() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		holdNextAnswer();
		Caller<GrantException> caller = new Caller<>(
				() -> catchThrowableOfType(GrantException.class, () -> this.tokens.token("ada")));
		this.asked.await();
		caller.interrupt();
		assertThat(caller.get().kind()).isEqualTo(Kind.TRANSPORT);
		this.released.countDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).hasSize(1);
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aCallerThatLosesPatienceHarmsNoOther() throws Exception {
		ManagedTokens impatient = impatient();
		impatient.put("ada", this.rig.login("ada"));
		this.rig.expire();
		holdNextAnswer();
		assertFails(Kind.TIMEOUT, () -> impatient.token("ada")).withMessageContaining("it goes on");
		assertThat(this.asked.await(20, TimeUnit.SECONDS)).isTrue();
		Caller<TokenEndpointResponse> next = new Caller<>(() -> impatient.token("ada"));
		this.released.countDown();
		assertThat(next.get().accessToken()).isEqualTo("access-ada-2");
		assertThat(impatient.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@RepeatedTest(10)
	void aFailureReachesEachCallerAsAnExceptionOfItsOwn() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			this.asked.countDown();
			awaitQuietly(this.released);
			return new RotatingServer.Reply(503, "{}");
		});
		List<Caller<GrantException>> all = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			all.add(new Caller<>(() -> catchThrowableOfType(GrantException.class, () -> this.tokens.token("ada"))));
		}
		this.asked.await();
		for (Caller<GrantException> caller : all) {
			caller.awaitWaiting();
		}
		this.released.countDown();
		List<GrantException> failures = new ArrayList<>();
		for (Caller<GrantException> caller : all) {
			failures.add(caller.get());
		}
		assertThat(failures).doesNotHaveDuplicates().extracting(GrantException::statusCode).containsOnly(503);
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@RepeatedTest(10)
	void namesNeverWaitForEachOther() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		holdNextAnswer();
		Future<TokenEndpointResponse> ada = this.callers.submit(() -> this.tokens.token("ada"));
		this.asked.await();
		assertThat(this.tokens.token("grace").accessToken()).startsWith("access-grace");
		assertThat(ada.isDone()).isFalse();
		this.released.countDown();
		assertThat(get(ada)).startsWith("access-ada");
	}

	@ParameterizedTest
	@EnumSource(value = Step.class, names = { "LOAD", "LEASE" })
	void aStoreThatHangsIsInterruptedAndNothingIsSent(Step step) throws Exception {
		ManagedTokens impatient = impatient();
		impatient.put("ada", this.rig.login("ada"));
		this.rig.expire();
		CountDownLatch interrupted = new CountDownLatch(1);
		this.store.next(step, Fault.before(() -> {
			awaitQuietly(this.released);
			if (Thread.currentThread().isInterrupted()) {
				interrupted.countDown();
			}
		}));
		assertFails(Kind.TRANSPORT, () -> impatient.token("ada")).withMessageContaining("no answer within PT0.25S");
		assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.rig.server.refreshed()).isEmpty();
		assertThat(impatient.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aSuccessorWhoseWritingHangsIsHeldAndWritten() {
		ManagedTokens impatient = impatient();
		impatient.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.next(Step.WRITE, Fault.before(() -> awaitQuietly(this.released)));
		assertThat(impatient.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(process().token("ada").accessToken()).startsWith("access-ada");
		assertThat(impatient.status().unsaved()).isZero();
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@RepeatedTest(5)
	void theEndWaitsForWhoeverIsWriting() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		this.store.always(Step.WRITE, Fault.fails());
		this.tokens.token("ada");
		this.tokens.token("grace");
		assertThat(this.tokens.status().unsaved()).isEqualTo(2);
		this.rig.expire();
		this.store.recover();
		this.store.next(Step.WRITE, Fault.before(() -> {
			this.asked.countDown();
			awaitQuietly(this.released);
		}));
		Future<TokenEndpointResponse> writing = this.callers.submit(() -> this.tokens.token("ada"));
		this.asked.await();
		Caller<Boolean> closing = new Caller<>(() -> {
			this.tokens.close();
			return true;
		});
		closing.awaitWaiting();
		this.released.countDown();
		assertThat(closing.get()).isTrue();
		assertThat(this.tokens.status().unsaved()).isZero();
		assertThat(get(writing)).startsWith("access-ada");
		assertThat(process().token("grace").accessToken()).startsWith("access-grace");
	}

	@Test
	void theEndIsNotHeldUpByAStoreThatHangs() {
		ManagedTokens impatient = impatient();
		for (int i = 0; i < 5; i++) {
			impatient.put("user-" + i, this.rig.login("user-" + i));
		}
		this.rig.expire();
		this.store.always(Step.WRITE, Fault.fails());
		for (int i = 0; i < 5; i++) {
			impatient.token("user-" + i);
		}
		AtomicInteger tried = new AtomicInteger();
		this.store.always(Step.WRITE, Fault.before(() -> {
			tried.incrementAndGet();
			awaitQuietly(this.released);
		}));
		impatient.close();
		assertThat(impatient.status().unsaved()).isEqualTo(5);
		assertThat(tried).as("while there is time").hasValueLessThan(3);
	}

	@Test
	void aStoreThatCaresForNoInterruptHoldsNoMoreThanSixtyFourThreads() throws Exception {
		AtomicInteger under = new AtomicInteger();
		ManagedTokenStore bounded = new BoundedStore(new FaultyStore(ManagedTokenStore.inMemory()) {

			@Override
			public Entry load(String key) {
				under.incrementAndGet();
				while (ManagedConcurrencyTests.this.released.getCount() > 0) {
					awaitQuietly(ManagedConcurrencyTests.this.released);
					boolean unused = Thread.interrupted();
				}
				return null;
			}

		}, Duration.ofMillis(20), this.refreshes);
		for (int i = 0; i < 70; i++) {
			String key = "key-" + i;
			assertFails(Kind.TRANSPORT, () -> bounded.load(key)).withMessageContaining("no answer within PT0.02S");
		}
		assertThat(under).hasValue(64);
	}

	@RepeatedTest(10)
	void manyCallersOfATokenThatIsToBeRefreshedCostOneRequestThatNoneWaitsFor() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofMinutes(4));
		holdNextAnswer();
		CyclicBarrier start = new CyclicBarrier(256);
		List<Future<TokenEndpointResponse>> all = new ArrayList<>();
		for (int i = 0; i < 256; i++) {
			all.add(this.callers.submit(() -> {
				start.await(20, TimeUnit.SECONDS);
				return this.tokens.token("ada");
			}));
		}
		for (Future<TokenEndpointResponse> token : all) {
			assertThat(get(token)).as("while the server has not answered").isEqualTo("access-ada-1");
		}
		this.asked.await();
		this.released.countDown();
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> this.tokens.token("ada").accessToken().equals("access-ada-2"));
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1");
	}

	@RepeatedTest(10)
	void aStoreThatHangsForOneNameHarmsNoOther() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		this.store.next(Step.LOAD, Fault.before(() -> {
			this.asked.countDown();
			awaitQuietly(this.released);
		}));
		Future<TokenEndpointResponse> ada = this.callers.submit(() -> this.tokens.token("ada"));
		this.asked.await();
		assertThat(this.tokens.token("grace").accessToken()).startsWith("access-grace");
		this.released.countDown();
		assertThat(get(ada)).startsWith("access-ada");
	}

	@RepeatedTest(10)
	void handingOverWaitsForARefreshUnderWay() throws Exception {
		this.tokens.put("main", this.rig.login("ada"));
		TokenEndpointResponse grace = this.rig.login("grace");
		this.rig.expire();
		holdNextAnswer();
		Future<TokenEndpointResponse> ada = this.callers.submit(() -> this.tokens.token("main"));
		this.asked.await();
		Caller<String> put = new Caller<>(() -> {
			this.tokens.put("main", grace);
			return this.tokens.token("main").accessToken();
		});
		put.awaitWaiting();
		this.released.countDown();
		assertThat(get(ada)).startsWith("access-ada");
		assertThat(put.get()).startsWith("access-grace");
	}

	@Test
	void whoeverHandsOverALoginIsGivenNoTokenOfTheOneBefore() throws Exception {
		AtomicBoolean going = new AtomicBoolean(true);
		this.rig.server.expiresIn = 0;
		this.tokens.put("main", this.rig.login("ada"));
		List<Future<?>> others = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			others.add(this.callers.submit(() -> {
				while (going.get()) {
					this.tokens.token("main", READ);
				}
				return null;
			}));
		}
		for (int round = 0; round < 50; round++) {
			String user = (round % 2 == 0) ? "grace" : "ada";
			this.tokens.put("main", this.rig.login(user));
			assertThat(this.tokens.token("main", READ).accessToken()).startsWith("access-" + user);
		}
		going.set(false);
		for (Future<?> other : others) {
			other.get(20, TimeUnit.SECONDS);
		}
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void manyOtherNamesDoNotLetTwoRefreshesOfOneNameRun() throws Exception {
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse other = this.rig.login("grace");
		this.rig.expire();
		holdNextAnswer();
		Future<TokenEndpointResponse> first = this.callers.submit(() -> this.tokens.token("ada"));
		this.asked.await();
		for (int i = 0; i < 10_500; i++) {
			this.tokens.put("other-" + i, other);
		}
		System.gc();
		Caller<TokenEndpointResponse> second = new Caller<>(() -> this.tokens.token("ada", READ));
		second.awaitWaiting();
		assertThat(this.rig.server.refreshed()).hasSize(1);
		this.released.countDown();
		assertThat(get(first)).startsWith("access-ada");
		assertThat(second.get().accessToken()).startsWith("access-ada");
		assertThat(this.rig.server.refused).hasValue(0);
	}

}
