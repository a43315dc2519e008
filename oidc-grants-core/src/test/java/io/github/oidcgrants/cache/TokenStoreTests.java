package io.github.oidcgrants.cache;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Two caches, as two instances of an application have them, with one store behind them.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenStoreTests {

	private static final TokenCacheKey KEY = TestSource.key("payments");

	private final TestClock clock = new TestClock();

	private final AtomicInteger loads = new AtomicInteger();

	private final Store store = new Store();

	private final TokenCache one = cache();

	private final TokenCache two = cache();

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.log.start();
		logger().addAppender(this.log);
	}

	@AfterEach
	void stopListening() {
		logger().detachAppender(this.log);
		this.store.released.countDown();
	}

	private static Logger logger() {
		return (Logger) LoggerFactory.getLogger(TokenCache.class);
	}

	@Test
	void aTokenOfOneInstanceSavesTheOtherARequest() {
		assertThat(get(this.one)).isEqualTo("token-1");
		await(() -> this.store.puts.get() == 1);
		assertThat(get(this.two)).isEqualTo("token-1");
		assertThat(this.loads).hasValue(1);
		assertThat(this.two.status().counters()).isEqualTo(new TokenCacheStatus.Counters(0, 1, 0, 0, 0, 0));
		assertThat(this.store.timesToLive).containsExactly(Duration.ofMinutes(59));
		// What was found is not written again.
		assertThat(this.store.puts).hasValue(1);
	}

	@Test
	void aTokenThatAnotherInstanceRefreshedIsTakenInsteadOfRefreshing() {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		get(this.two);
		this.clock.advance(Duration.ofMinutes(51));
		get(this.one);
		await(() -> this.store.puts.get() == 2);
		assertThat(get(this.two)).isEqualTo("token-1");
		await(() -> get(this.two).equals("token-2"));
		assertThat(this.loads).hasValue(2);
	}

	@Test
	void anExpiredTokenIsNotTaken() {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		this.clock.advance(Duration.ofMinutes(59));
		assertThat(get(this.two)).isEqualTo("token-2");
	}

	@Test
	void anEvictedTokenIsGoneFromTheStoreToo() {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		this.clock.advance(Duration.ofSeconds(1));
		this.one.evict("payments");
		await(() -> this.store.removals.get() == 1);
		assertThat(get(this.two)).isEqualTo("token-2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "registration", "key", "access token", "refused" })
	void anEvictedTokenIsNotTakenBackEvenIfItCannotBeRemoved(String by) {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		this.store.keepsAll = true;
		switch (by) {
			case "registration" -> this.one.evict("payments");
			case "key" -> this.one.evict(KEY);
			case "access token" -> this.one.evictAccessToken("token-1");
			default -> this.one.refused(KEY, "token-1");
		}
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(get(this.one)).isEqualTo("token-2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "registration", "key", "access token" })
	void whatIsBeingReadWhileItIsEvictedIsNotKept(String by) throws Exception {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		this.store.keepsAll = true;
		this.store.reading = new CountDownLatch(1);
		TokenCache slow = TokenCache.builder()
			.clock(this.clock, this.clock::nanoTime)
			.store(this.store)
			.storeTimeout(Duration.ofSeconds(20))
			.build();
		FutureTask<String> reader = new FutureTask<>(() -> get(slow));
		new Thread(reader).start();
		await(() -> this.store.gets.get() == 2);
		switch (by) {
			case "registration" -> slow.evict("payments");
			case "key" -> slow.evict(KEY);
			default -> slow.evictAccessToken("token-1");
		}
		this.store.reading.countDown();
		assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("token-2");
		assertThat(get(slow)).isNotEqualTo("token-1");
	}

	@Test
	void anAccessTokenThatIsOnlyInTheStoreIsEvictedToo() {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		assertThat(this.two.evictAccessToken("token-1")).isFalse();
		assertThat(get(this.two)).isEqualTo("token-2");
	}

	@Test
	void aTokenOfAnotherInstanceIsTakenWhileThisOneMaySendNothing() {
		assertThat(catchThrowable(() -> this.two.get(TestSource.of(KEY, () -> {
			throw GrantException.of(Kind.TRANSPORT, "Why");
		})))).hasMessage("Why");
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		assertThat(get(this.two)).isEqualTo("token-1");
	}

	@Test
	void aWriteThatHangsIsSaidAndTheStorePassedOver() {
		assertThat(get(this.one)).isEqualTo("token-1");
		await(() -> this.store.puts.get() == 1);
		this.store.hanging = true;
		this.one.evict(KEY);
		await(() -> this.store.removing.get() == 1);
		this.clock.advance(Duration.ofSeconds(10).plusNanos(1));
		this.one.evict(KEY);
		assertThat(this.one.status().store().passedOver()).isTrue();
		assertThat(this.one.status().store().lastError()).contains("no answer for more than 10 seconds");
		assertThat(warnings()).hasSize(1);
	}

	@Test
	void aForcedRequestDoesNotAskTheStore() {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		assertThat(this.two.renew(source()).accessToken()).isEqualTo("token-2");
	}

	@Test
	void aStoreThatThrowsIsPassedOverForTenSecondsAndSaidOnceAMinute() {
		this.store.throwing = true;
		for (int i = 0; i < 5; i++) {
			assertThat(get(this.one)).isEqualTo("token-" + (i + 1));
			this.one.evict(KEY);
		}
		assertThat(this.store.gets).hasValue(1);
		TokenCacheStatus.Store status = this.one.status().store();
		assertThat(status.passedOver()).isTrue();
		assertThat(status.failures()).isPositive();
		assertThat(status.lastError()).contains("java.lang.IllegalStateException").doesNotContain("hush");
		this.clock.advance(Duration.ofSeconds(10));
		get(this.one);
		assertThat(this.store.gets).hasValue(2);
		assertThat(warnings()).singleElement().asString().contains("token store").doesNotContain("hush");
		this.clock.advance(Duration.ofSeconds(60));
		long before = this.one.status().store().failures();
		this.one.evict(KEY);
		await(() -> this.one.status().store().failures() > before && warnings().size() == 2);
		this.store.throwing = false;
		this.clock.advance(Duration.ofSeconds(10));
		this.one.evict(KEY);
		get(this.one);
		assertThat(this.one.status().store().passedOver()).isFalse();
	}

	@Test
	void aStoreThatHangsIsWaitedForOnceAndThenPassedOver() {
		this.store.hanging = true;
		assertThat(get(this.one)).isEqualTo("token-1");
		assertThat(this.one.status().store().passedOver()).isTrue();
		assertThat(this.one.status().store().lastError()).contains("PT0.05S");
		this.one.evict(KEY);
		assertThat(get(this.one)).isEqualTo("token-2");
		assertThat(this.store.gets).hasValue(1);
		assertThat(warnings()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "garbage", "\u0001{}", "\u0002{}" })
	void garbageIsAMissAndWrittenOver(String garbage) {
		this.store.garbage = garbage.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(get(this.one)).isEqualTo("token-1");
		assertThat(this.one.status().store().failures()).isEqualTo(1);
		assertThat(this.one.status().store().lastError()).contains("cannot be read");
		await(() -> this.store.puts.get() == 1);
		this.store.garbage = null;
		assertThat(get(this.two)).isEqualTo("token-1");
	}

	@Test
	void whatTheStoreHoldsSaysNothingOfItsKey() {
		get(this.one);
		await(() -> this.store.puts.get() == 1);
		assertThat(this.store.keys).singleElement().asString().matches("payments/[0-9a-f]{64}");
		assertThat(TokenStore.inMemory().toString()).isEqualTo("InMemoryTokenStore[size=0]");
	}

	private List<String> warnings() {
		return new ArrayList<>(this.log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	private static void await(BooleanSupplier condition) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(2))
			.until(condition::getAsBoolean);
	}

	private TokenCache cache() {
		return TokenCache.builder()
			.clock(this.clock, this.clock::nanoTime)
			.jitter(() -> 0.5)
			.store(this.store)
			.storeTimeout(Duration.ofMillis(50))
			.build();
	}

	private String get(TokenCache cache) {
		return cache.get(source()).accessToken();
	}

	private TestSource source() {
		return TestSource.of(KEY, TestSource.tokens(this.clock, this.loads, 3600));
	}

	/**
	 * A store that goes wrong when it is told to.
	 */
	private static final class Store implements TokenStore {

		private final TokenStore values = TokenStore.inMemory();

		private final AtomicInteger gets = new AtomicInteger();

		private final AtomicInteger puts = new AtomicInteger();

		private final AtomicInteger removing = new AtomicInteger();

		private final AtomicInteger removals = new AtomicInteger();

		private final List<Duration> timesToLive = new CopyOnWriteArrayList<>();

		private final List<String> keys = new CopyOnWriteArrayList<>();

		private final CountDownLatch released = new CountDownLatch(1);

		private volatile CountDownLatch reading = new CountDownLatch(0);

		private volatile boolean throwing;

		private volatile boolean hanging;

		private volatile boolean keepsAll;

		private volatile byte @Nullable [] garbage;

		private void misbehave() {
			if (this.throwing) {
				throw new IllegalStateException("hush");
			}
			while (this.hanging && this.released.getCount() > 0) {
				try {
					this.released.await();
				}
				catch (InterruptedException ex) {
					// As bad as it gets: it cannot be interrupted either.
				}
			}
		}

		@Override
		public byte @Nullable [] get(String registrationId, String key) {
			this.gets.incrementAndGet();
			misbehave();
			byte[] wrong = this.garbage;
			byte[] value = (wrong != null) ? wrong : this.values.get(registrationId, key);
			try {
				this.reading.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return value;
		}

		@Override
		public void put(String registrationId, String key, byte[] value, Duration timeToLive) {
			misbehave();
			this.values.put(registrationId, key, value, timeToLive);
			this.keys.add(registrationId + "/" + key);
			this.timesToLive.add(timeToLive);
			this.puts.incrementAndGet();
		}

		@Override
		public void remove(String registrationId, String key) {
			this.removing.incrementAndGet();
			misbehave();
			if (!this.keepsAll) {
				this.values.remove(registrationId, key);
			}
			this.removals.incrementAndGet();
		}

		@Override
		public void removeAll(String registrationId) {
			misbehave();
			if (!this.keepsAll) {
				this.values.removeAll(registrationId);
			}
			this.removals.incrementAndGet();
		}

	}

}
