package io.github.oidcgrants.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestSource;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Many callers at the same time.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenCacheConcurrencyTests {

	private static final int CALLERS = 256;

	private final TestClock clock = new TestClock();

	private final ExecutorService callers = Executors.newCachedThreadPool();

	private final ExecutorService background = Executors.newFixedThreadPool(2);

	private final AtomicInteger loads = new AtomicInteger();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private final TokenCache cache = TokenCache.builder()
		.clock(this.clock, this.clock::nanoTime)
		.jitter(() -> 0.5)
		.executor(this.background)
		.build();

	@AfterEach
	void stop() {
		this.released.countDown();
		this.callers.shutdownNow();
		this.background.shutdownNow();
	}

	@RepeatedTest(20)
	void manyCallersOfAnEmptyCacheCostOneRequest() throws Exception {
		List<Future<String>> all = together(CALLERS, () -> get("payments", this::slowly));
		this.begun.await();
		await().until(() -> this.cache.status().counters().joined() == CALLERS - 1);
		this.released.countDown();
		for (Future<String> one : all) {
			assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		}
		assertThat(this.loads).hasValue(1);
		assertThat(this.cache.status().counters())
			.isEqualTo(new TokenCacheStatus.Counters(0, CALLERS, 1, CALLERS - 1, 0, 0));
	}

	@RepeatedTest(50)
	void manyCallersOfAnEmptyCacheThatAnswersAtOnceCostOneRequest() throws Exception {
		for (Future<String> one : together(16, () -> get("payments", this::next))) {
			assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		}
		assertThat(this.loads).hasValue(1);
	}

	@RepeatedTest(20)
	void manyCallersOfAStaleTokenCostOneRequestThatNoneWaitsFor() throws Exception {
		get("payments", this::next);
		this.clock.advance(Duration.ofMinutes(48));
		// The refresh does not end before all callers have their token.
		List<Future<Duration>> all = together(CALLERS, () -> {
			long since = System.nanoTime();
			assertThat(get("payments", this::slowly)).isEqualTo("token-1");
			return Duration.ofNanos(System.nanoTime() - since);
		});
		List<Duration> latencies = new ArrayList<>();
		for (Future<Duration> one : all) {
			latencies.add(one.get(20, TimeUnit.SECONDS));
		}
		assertThat(Collections.max(latencies)).isLessThan(TestSource.TIMEOUT.dividedBy(4));
		this.begun.await();
		assertThat(this.cache.status().entries().get(0).state()).isEqualTo(TokenCacheStatus.State.REFRESHING);
		assertThat(get("payments", this::slowly)).isEqualTo("token-1");
		this.released.countDown();
		await().until(() -> get("payments", this::slowly).equals("token-2"));
		assertThat(this.loads).hasValue(2);
		assertThat(this.cache.status().counters().joined()).isZero();
	}

	@RepeatedTest(20)
	void aFailureReachesEachCallerOnceAsAnExceptionOfItsOwn() throws Exception {
		List<Future<GrantException>> all = together(CALLERS,
				() -> catchThrowableOfType(GrantException.class, () -> get("payments", () -> {
					slowly();
					throw GrantException.of(Kind.TRANSPORT, "Why");
				})));
		await().until(() -> this.cache.status().counters().joined() == CALLERS - 1);
		this.released.countDown();
		IdentityHashMap<GrantException, Boolean> different = new IdentityHashMap<>();
		for (Future<GrantException> one : all) {
			GrantException failure = one.get(20, TimeUnit.SECONDS);
			assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
			different.put(failure, true);
		}
		assertThat(different).hasSize(CALLERS);
		assertThat(this.loads).hasValue(1);
	}

	@RepeatedTest(20)
	void twoKeysNeverWaitForEachOther() throws Exception {
		Future<String> slow = this.callers.submit(() -> get("payments", this::slowly));
		this.begun.await();
		assertThat(get("reports", this::next)).isEqualTo("token-2");
		this.cache.evict("reports");
		assertThat(this.cache.renew(TestSource.of("reports", this::next)).accessToken()).isEqualTo("token-3");
		assertThat(this.cache.status().entries()).hasSize(1);
		this.released.countDown();
		assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
	}

	@RepeatedTest(20)
	void whoHasNoTokenDoesNotWaitForARefreshThatStandsInAQueue() throws Exception {
		for (int i = 0; i < 2; i++) {
			this.background.execute(() -> awaitQuietly(this.released));
		}
		get("payments", this::next);
		this.clock.advance(Duration.ofMinutes(48));
		get("payments", this::next);
		this.clock.advance(Duration.ofMinutes(12));
		assertThat(get("payments", this::next)).isEqualTo("token-2");
	}

	@RepeatedTest(5)
	void aRegistrationWhoseServerHangsLeavesRoomForTheRefreshesOfOthers() {
		TokenCache own = TokenCache.builder().clock(this.clock, this.clock::nanoTime).jitter(() -> 0.5).build();
		Set<Thread> hanging = ConcurrentHashMap.newKeySet();
		List<TokenCacheKey> hung = IntStream.range(0, 20)
			.mapToObj(
					(i) -> TokenCacheKey.builder("hung", "client_credentials").field("number", List.of("" + i)).build())
			.toList();
		hung.forEach((key) -> own.get(TestSource.of(key, this::next)));
		own.get(TestSource.of("reports", this::next));
		this.clock.advance(Duration.ofMinutes(48));
		hung.forEach((key) -> own.get(TestSource.of(key, () -> {
			hanging.add(Thread.currentThread());
			return slowly();
		})));
		assertThat(own.get(TestSource.of("reports", this::next)).accessToken()).isEqualTo("token-21");
		await().until(() -> !own.get(TestSource.of("reports", this::next)).accessToken().equals("token-21"));
		await().until(() -> hanging.size() == 4);
		assertThat(own.status().entries()).filteredOn((entry) -> entry.registrationId().equals("hung"))
			.hasSize(20)
			.allMatch((entry) -> entry.state() == TokenCacheStatus.State.REFRESHING);
	}

	@RepeatedTest(50)
	void whatAFlightBringsAfterAnEvictionIsNotKept() throws Exception {
		Future<String> before = this.callers.submit(() -> get("payments", this::slowly));
		this.begun.await();
		this.cache.evict("payments");
		// Nor is it waited for any more.
		assertThat(get("payments", this::next)).isEqualTo("token-2");
		this.released.countDown();
		assertThat(before.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		assertThat(get("payments", this::next)).isEqualTo("token-2");
		assertThat(this.loads).hasValue(2);
	}

	@RepeatedTest(200)
	void anEvictionThatMeetsALandingLeavesNothingFromBeforeIt() throws Exception {
		CyclicBarrier together = new CyclicBarrier(2);
		Future<String> flight = this.callers.submit(() -> get("payments", () -> {
			TokenEndpointResponse token = next();
			awaitQuietly(together);
			return token;
		}));
		awaitQuietly(together);
		this.cache.evict("payments");
		assertThat(this.cache.status().entries()).isEmpty();
		assertThat(flight.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@RepeatedTest(20)
	void aRefreshThatComesTooLateToItsTurnGivesNobodyTheOldToken() throws Exception {
		CountDownLatch turn = new CountDownLatch(1);
		for (int i = 0; i < 2; i++) {
			this.background.execute(() -> awaitQuietly(turn));
		}
		get("payments", this::next);
		this.clock.advance(Duration.ofMinutes(48));
		get("payments", this::next);
		this.cache.evict("payments");
		turn.countDown();
		this.background.shutdown();
		assertThat(this.background.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.loads).as("nobody needs one").hasValue(1);
		assertThat(get("payments", this::next)).isEqualTo("token-2");
	}

	@RepeatedTest(20)
	void aRefreshThatAnImpatientCallerStartedHasAllTheTimeOfItsRegistration() throws Exception {
		get("payments", this::next);
		this.clock.advance(Duration.ofMinutes(48));
		AtomicInteger impatient = new AtomicInteger();
		TokenSource patient = TestSource.of("payments", this::next);
		assertThat(this.cache.get(new TokenSource() {

			@Override
			public TokenCacheKey key() {
				return patient.key();
			}

			@Override
			public TokenCachePolicy policy() {
				return patient.policy();
			}

			@Override
			public TokenEndpointResponse load() {
				impatient.incrementAndGet();
				throw GrantException.of(Kind.TIMEOUT, "Too soon");
			}

			@Override
			public Duration timeout() {
				return Duration.ofMillis(1);
			}

			@Override
			public TokenSource patient() {
				return patient;
			}

			@Override
			public boolean isRepeatable() {
				return true;
			}

		}).accessToken()).isEqualTo("token-1");
		await().until(() -> get("payments", this::next).equals("token-2"));
		assertThat(impatient).hasValue(0);
	}

	@RepeatedTest(20)
	void anEvictionReachesABackgroundRefreshToo() throws Exception {
		get("payments", this::next);
		this.clock.advance(Duration.ofMinutes(48));
		get("payments", this::slowly);
		this.begun.await();
		this.cache.evict("payments");
		assertThat(get("payments", this::next)).isEqualTo("token-3");
		this.released.countDown();
		this.background.shutdown();
		assertThat(this.background.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(get("payments", this::next)).isEqualTo("token-3");
	}

	@RepeatedTest(20)
	void aForcedRequestReplacesOneThatIsUnderWay() throws Exception {
		Future<String> before = this.callers.submit(() -> get("payments", this::slowly));
		this.begun.await();
		assertThat(this.cache.renew(TestSource.of("payments", this::next)).accessToken()).isEqualTo("token-2");
		this.released.countDown();
		assertThat(before.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		assertThat(get("payments", this::next)).isEqualTo("token-2");
	}

	@RepeatedTest(10)
	void anInterruptedLeaderHandsOverAndCoolsNothingDown() throws Exception {
		CountDownLatch interrupted = new CountDownLatch(1);
		Thread leader = new Thread(() -> {
			assertThat(catchThrowable(() -> get("payments", this::slowly))).isNotNull();
			if (Thread.currentThread().isInterrupted()) {
				interrupted.countDown();
			}
		});
		leader.start();
		this.begun.await();
		List<Future<String>> others = together(8, () -> get("payments", this::next));
		await().until(() -> this.cache.status().counters().joined() == 8);
		leader.interrupt();
		for (Future<String> other : others) {
			assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("token-2");
		}
		assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.loads).hasValue(2);
	}

	@RepeatedTest(20)
	void anInterruptedFollowerHarmsNobody() throws Exception {
		Future<String> leader = this.callers.submit(() -> get("payments", this::slowly));
		this.begun.await();
		Future<String> other = this.callers.submit(() -> get("payments", this::next));
		Future<String> follower = this.callers.submit(() -> get("payments", this::next));
		await().until(() -> this.cache.status().counters().joined() == 2);
		follower.cancel(true);
		this.released.countDown();
		assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		assertThat(this.loads).hasValue(1);
	}

	@RepeatedTest(5)
	void aFollowerWaitsNoLongerThanItsOwnTimeout() throws Exception {
		Future<String> leader = this.callers.submit(() -> get("payments", this::slowly));
		this.begun.await();
		GrantException failure = catchThrowableOfType(GrantException.class,
				() -> this.cache.get(TestSource.of("payments", this::next).impatient(Duration.ofMillis(50))));
		assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
		assertThat(failure).hasMessageContaining("PT0.05S");
		this.released.countDown();
		assertThat(leader.get(20, TimeUnit.SECONDS)).isEqualTo("token-1");
		assertThat(this.cache.status().counters().failures()).isZero();
	}

	@RepeatedTest(20)
	void anImpatientLeaderHandsOverAndCoolsNothingDown() throws Exception {
		Future<Throwable> leader = this.callers
			.submit(() -> catchThrowable(() -> this.cache.get(TestSource.of("payments", () -> {
				slowly();
				throw GrantException.of(Kind.TIMEOUT, "Why");
			}).impatient(Duration.ofMillis(50)))));
		this.begun.await();
		Future<String> follower = this.callers.submit(() -> get("payments", this::next));
		await().until(() -> this.cache.status().counters().joined() == 1);
		this.released.countDown();
		assertThat(leader.get(20, TimeUnit.SECONDS)).isInstanceOf(GrantException.class);
		assertThat(follower.get(20, TimeUnit.SECONDS)).isEqualTo("token-2");
	}

	@RepeatedTest(20)
	void anApiThatTakesNoTokenCostsOneFetchInThirtySeconds() throws Exception {
		TokenCacheKey key = TestSource.key("payments");
		String first = get("payments", this::next);
		List<Future<Boolean>> all = together(CALLERS, () -> {
			assertThat(this.cache.refused(key, first)).as("each is to ask for the next").isTrue();
			return this.cache.refused(key, get("payments", this::next));
		});
		for (Future<Boolean> one : all) {
			assertThat(one.get(20, TimeUnit.SECONDS)).isFalse();
		}
		assertThat(this.loads).hasValue(2);
		for (int second = 0; second < 29; second++) {
			this.clock.advance(Duration.ofSeconds(1));
			assertThat(this.cache.refused(key, get("payments", this::next))).isFalse();
		}
		assertThat(this.loads).hasValue(2);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.cache.refused(key, get("payments", this::next))).isTrue();
		get("payments", this::next);
		assertThat(this.loads).hasValue(3);
	}

	private <T> List<Future<T>> together(int count, Callable<T> call) {
		CyclicBarrier start = new CyclicBarrier(count);
		return IntStream.range(0, count).mapToObj((i) -> this.callers.submit(() -> {
			start.await();
			return call.call();
		})).collect(Collectors.toCollection(ArrayList::new));
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(2));
	}

	private String get(String registrationId, Supplier<TokenEndpointResponse> loader) {
		return this.cache.get(TestSource.of(registrationId, loader)).accessToken();
	}

	private TokenEndpointResponse next() {
		return TestSource.tokens(this.clock, this.loads, 3600).get();
	}

	private TokenEndpointResponse slowly() {
		TokenEndpointResponse token = next();
		this.begun.countDown();
		awaitQuietly(this.released);
		return token;
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw GrantException.of(Kind.TRANSPORT, "Interrupted");
		}
	}

	private static void awaitQuietly(CyclicBarrier barrier) {
		try {
			barrier.await(20, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
