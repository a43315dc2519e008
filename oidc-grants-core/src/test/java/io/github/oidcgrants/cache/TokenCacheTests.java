package io.github.oidcgrants.cache;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.oidcgrants.cache.TokenCacheStatus.State;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestSource;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * One entry on virtual time, from each of its states to the next.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenCacheTests {

	private static final TokenCacheKey KEY = TestSource.key("payments");

	private static final Duration NANO = Duration.ofNanos(1);

	// The wall clock is read again after this much of the monotonic one.
	private static final Duration LOOK = Duration.ofMillis(10);

	private final TestClock clock = new TestClock();

	private final Deque<Runnable> background = new ArrayDeque<>();

	private final AtomicInteger loads = new AtomicInteger();

	private double jitter = 0.5;

	private final TokenCache cache = TokenCache.builder()
		.clock(this.clock, this.clock::nanoTime)
		.jitter(() -> this.jitter)
		.executor(this.background::add)
		.build();

	@ParameterizedTest
	@CsvSource({ "315360000, 315359940", "3600, 3540", "601, 541", "600, 540", "500, 450", "60, 54", "10, 9" })
	void servesATokenUntilItsExpiryLessASkew(long lifetime, long served) {
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(Duration.ofSeconds(served).minus(NANO));
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(NANO);
		assertThat(get(lifetime)).isEqualTo("token-2");
	}

	@ParameterizedTest
	@CsvSource({ "1, 900", "5, 4500" })
	void servesShortLivedTokensForNineTenthsOfTheirLife(long lifetime, long servedMillis) {
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(Duration.ofMillis(servedMillis).minus(NANO));
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(NANO);
		assertThat(get(lifetime)).isEqualTo("token-2");
	}

	@Test
	void servesATokenWithoutLifetimeForFiveMinutes() {
		assertThat(get(-1)).isEqualTo("token-1");
		this.clock.advance(Duration.ofMinutes(5).minus(NANO));
		assertThat(get(-1)).isEqualTo("token-1");
		this.clock.advance(NANO);
		assertThat(get(-1)).isEqualTo("token-2");
	}

	@Test
	void servesATokenWithoutLifetimeAsLongAsThePolicySays() {
		TestSource source = source(-1)
			.policy(TokenCachePolicy.builder().lifetimeIfUnknown(Duration.ofSeconds(20)).build());
		assertThat(get(source)).isEqualTo("token-1");
		this.clock.advance(Duration.ofSeconds(20).minus(NANO));
		assertThat(get(source)).isEqualTo("token-1");
		this.clock.advance(NANO);
		assertThat(get(source)).isEqualTo("token-2");
	}

	@ParameterizedTest
	@CsvSource({ "0, 600", "10, 590", "300, 540" })
	void keepsTheSkewOfThePolicyButNoMoreThanATenth(long skew, long served) {
		TestSource source = source(600).policy(TokenCachePolicy.builder().skew(Duration.ofSeconds(skew)).build());
		assertThat(get(source)).isEqualTo("token-1");
		this.clock.advance(Duration.ofSeconds(served).minus(NANO));
		assertThat(get(source)).isEqualTo("token-1");
		this.clock.advance(NANO);
		assertThat(get(source)).isEqualTo("token-2");
	}

	@Test
	void neverServesATokenThatHasNoTimeLeft() {
		assertThat(get(0)).isEqualTo("token-1");
		assertThat(get(0)).isEqualTo("token-2");
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "1000, 0, 750000", "1000, 0.5, 800000", "1000, 1, 850000", "1, 0.5, 800", "5, 0.5, 4000",
			"315360000, 0.5, 252288000000", "-1, 0.5, 240000" })
	void refreshesInTheBackgroundFromEightyPercentOfTheLifetimeMoreOrLess(long lifetime, double jitter, long millis) {
		this.jitter = jitter;
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(Duration.ofMillis(millis).minus(NANO));
		assertThat(get(lifetime)).isEqualTo("token-1");
		assertThat(this.background).isEmpty();
		assertThat(state()).isEqualTo(State.FRESH);
		this.clock.advance(NANO);
		assertThat(state()).isEqualTo(State.STALE);
		assertThat(get(lifetime)).isEqualTo("token-1");
		assertThat(get(lifetime)).isEqualTo("token-1");
		assertThat(state()).isEqualTo(State.REFRESHING);
		assertThat(this.background).hasSize(1);
		work();
		assertThat(this.loads).hasValue(2);
		assertThat(state()).isEqualTo(State.FRESH);
		assertThat(get(lifetime)).isEqualTo("token-2");
		assertThat(this.background).isEmpty();
	}

	@Test
	void refreshesNothingThatNobodyAsksFor() {
		get(1000);
		this.clock.advance(Duration.ofSeconds(899));
		assertThat(state()).isEqualTo(State.STALE);
		assertThat(this.background).isEmpty();
	}

	@Test
	void refreshesNothingThatCannotBeAskedForAgainOrIsNotToBe() {
		for (TestSource source : List.of(source(1000).unrepeatable(),
				source(1000).policy(TokenCachePolicy.builder().refreshAhead(false).build()))) {
			get(source);
			this.clock.advance(Duration.ofSeconds(899));
			get(source);
			assertThat(this.background).isEmpty();
			this.cache.evict(KEY);
		}
	}

	@Test
	void whatIsNotRefreshedAheadIsFreshToItsEnd() {
		get(source(1000).policy(TokenCachePolicy.builder().refreshAhead(false).build()));
		this.clock.advance(Duration.ofSeconds(940).minus(NANO));
		assertThat(state()).isEqualTo(State.FRESH);
		TokenCacheStatus.Token token = this.cache.status().entries().get(0).token();
		assertThat(token.refreshAt()).isEqualTo(token.keptUntil());
		this.clock.advance(NANO);
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@Test
	void doesNotRefreshWhatWasEvictedBeforeItsTurn() {
		get(1000);
		this.clock.advance(Duration.ofSeconds(800));
		get(1000);
		this.cache.evict("payments");
		work();
		assertThat(this.loads).hasValue(1);
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@Test
	void doesNotRefreshWhatACallerHasRenewedMeanwhile() {
		get(1000);
		this.clock.advance(Duration.ofSeconds(800));
		get(1000);
		this.cache.renew(source(1000));
		work();
		assertThat(this.loads).hasValue(2);
		assertThat(get(1000)).isEqualTo("token-2");
	}

	@Test
	void servesOnWhenTheExecutorTakesNoMoreWorkAndTriesAgainAfterASecond() {
		AtomicInteger offers = new AtomicInteger();
		TokenCache full = TokenCache.builder().clock(this.clock, this.clock::nanoTime).executor((work) -> {
			offers.incrementAndGet();
			throw new RejectedExecutionException();
		}).build();
		full.get(source(1000));
		this.clock.advance(Duration.ofSeconds(860));
		for (int i = 0; i < 5; i++) {
			assertThat(full.get(source(1000)).accessToken()).isEqualTo("token-1");
		}
		assertThat(offers).hasValue(1);
		this.clock.advance(Duration.ofSeconds(1));
		full.get(source(1000));
		assertThat(offers).hasValue(2);
	}

	@Test
	void countsTheLifetimeFromBeforeTheRequestWasSent() {
		this.cache.get(TestSource.of(KEY, () -> {
			TokenEndpointResponse token = token(600);
			this.clock.advance(Duration.ofSeconds(30));
			return token;
		}));
		this.clock.advance(Duration.ofSeconds(509));
		assertThat(get(600)).isEqualTo("token-1");
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(get(600)).isEqualTo("token-2");
	}

	@Test
	void expiresATokenWhenTheWallClockSaysSo() {
		get(3600);
		this.clock.advanceWall(Duration.ofMinutes(59));
		this.clock.advanceMonotonic(LOOK);
		assertThat(get(3600)).isEqualTo("token-2");
	}

	@Test
	void servesATokenAgainWhenTheWallClockWasWrongForAWhile() {
		get(3600);
		this.clock.advanceWall(Duration.ofDays(1));
		this.clock.advanceMonotonic(LOOK);
		assertThat(this.cache.status().entries()).isEmpty();
		this.clock.advanceWall(Duration.ofDays(-1));
		assertThat(get(3600)).isEqualTo("token-1");
	}

	@Test
	void refreshesATokenWhenTheWallClockAloneSaysSo() {
		get(1000);
		this.clock.advanceWall(Duration.ofSeconds(800));
		this.clock.advanceMonotonic(LOOK);
		assertThat(get(1000)).isEqualTo("token-1");
		assertThat(this.background).hasSize(1);
	}

	@Test
	void expiresATokenWhenTheMonotonicClockAloneSaysSo() {
		get(3600);
		this.clock.advanceMonotonic(Duration.ofMinutes(59));
		assertThat(get(3600)).isEqualTo("token-2");
	}

	@Test
	void expiresATokenThoughTheWallClockWasSetBack() {
		get(3600);
		this.clock.advanceWall(Duration.ofDays(-1));
		this.clock.advanceMonotonic(Duration.ofMinutes(59));
		assertThat(get(3600)).isEqualTo("token-2");
	}

	@Test
	void givesNoMoreThanItsLifetimeIfTheWallClockIsSetBackDuringTheRequest() {
		this.cache.get(TestSource.of(KEY, () -> {
			TokenEndpointResponse token = token(600);
			this.clock.advanceWall(Duration.ofDays(-1));
			return token;
		}));
		this.clock.advanceMonotonic(Duration.ofMinutes(9).minus(NANO));
		assertThat(get(600)).isEqualTo("token-1");
		this.clock.advanceMonotonic(NANO);
		assertThat(get(600)).isEqualTo("token-2");
	}

	@Test
	void givesANewTokenItsOwnLifetimeOnBothClocks() {
		get(600);
		this.clock.advance(Duration.ofSeconds(400));
		assertThat(this.cache.renew(source(3600)).accessToken()).isEqualTo("token-2");
		this.clock.advance(Duration.ofSeconds(3539));
		assertThat(get(3600)).isEqualTo("token-2");
		this.cache.renew(source(600));
		this.clock.advanceMonotonic(Duration.ofMinutes(9));
		assertThat(get(3600)).isEqualTo("token-4");
	}

	@Test
	void keepsTheOldTokenWhenRenewingFails() {
		get(3600);
		assertThat(catchThrowable(() -> this.cache.renew(failing(Kind.TRANSPORT)))).isInstanceOf(GrantException.class);
		assertThat(get(3600)).isEqualTo("token-1");
	}

	@Test
	void renewsEvenIfATokenIsKept() {
		get(3600);
		assertThat(this.cache.renew(source(3600)).accessToken()).isEqualTo("token-2");
		assertThat(get(3600)).isEqualTo("token-2");
	}

	@Test
	void allWhoseTokenIsRefusedGetTheNextOne() {
		assertThat(get(600)).isEqualTo("token-1");
		assertThat(this.cache.refused(KEY, "token-1")).isTrue();
		this.cache.get(TestSource.of(KEY, () -> {
			// Another caller's call of the API is refused while the next token is asked
			// for.
			assertThat(this.cache.refused(KEY, "token-1")).isTrue();
			return token(600);
		}));
		assertThat(get(600)).isEqualTo("token-2");
		assertThat(this.cache.refused(KEY, "token-1")).isTrue();
		assertThat(this.cache.refused(KEY, "token-2")).isFalse();
		assertThat(get(600)).isEqualTo("token-2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "registration", "key", "access token" })
	void forgetsWhatItIsToldToAndNothingElse(String by) {
		TokenCacheKey scoped = TokenCacheKey.builder("payments", "client_credentials").scopes(Set.of("read")).build();
		TokenCacheKey other = TestSource.key("payments2");
		for (TokenCacheKey key : List.of(KEY, scoped, other)) {
			get(source(key, 3600));
		}
		switch (by) {
			case "registration" -> this.cache.evict("payments");
			case "key" -> this.cache.evict(KEY);
			default -> {
				assertThat(this.cache.evictAccessToken("token-1")).isTrue();
				assertThat(this.cache.evictAccessToken("token-1")).isFalse();
			}
		}
		boolean all = by.equals("registration");
		assertThat(get(source(other, 3600))).isEqualTo("token-3");
		assertThat(get(source(KEY, 3600))).isEqualTo("token-4");
		assertThat(get(source(scoped, 3600))).isEqualTo(all ? "token-5" : "token-2");
		assertThat(this.cache.status().counters().evictions()).isEqualTo(all ? 2 : 1);
	}

	@Test
	void isBounded() {
		for (int i = 0; i < 10_500; i++) {
			get(source(TestSource.key("r" + i), 3600));
		}
		TokenCacheStatus status = this.cache.status();
		assertThat(status.entries()).hasSizeLessThanOrEqualTo(10_000).hasSizeGreaterThan(9_000);
		assertThat(status.maximumSize()).isEqualTo(10_000);
		assertThat(status.counters().evictions()).isEqualTo(10_500 - status.entries().size());
	}

	@Test
	void throwsOutWhatHasExpiredWithoutBeingAskedForIt() {
		for (int i = 0; i < 100; i++) {
			get(source(TestSource.key("r" + i), 60));
		}
		this.clock.advance(Duration.ofMinutes(10));
		get(source(TestSource.key("last"), 60));
		get(source(TestSource.key("last but really"), 60));
		assertThat(this.cache.toString()).isEqualTo("TokenCache[size=2]");
		assertThat(this.cache.status().counters().evictions()).isZero();
	}

	@Test
	void tellsWhatItKeepsWithoutTheTokens() {
		TokenCacheKey key = TokenCacheKey.builder("payments", "client_credentials")
			.scopes(Set.of("read"))
			.resources(List.of("https://a.example"))
			.build();
		get(source(key, 3600));
		get(source(key, 3600));
		TokenCacheStatus status = this.cache.status();
		assertThat(status.counters()).isEqualTo(new TokenCacheStatus.Counters(1, 1, 1, 0, 0, 0));
		assertThat(status.store()).isNull();
		assertThat(status.entries()).containsExactly(new TokenCacheStatus.Entry(State.FRESH, "payments",
				"client_credentials", Set.of("read"), List.of("https://a.example"),
				new TokenCacheStatus.Token("bearer", TestClock.START, TestClock.START.plusSeconds(3600),
						TestClock.START.plusSeconds(2880), TestClock.START.plusSeconds(3540)),
				null, null));
		assertThat(status.toString() + this.cache).doesNotContain("token-1");
	}

	@Test
	void tellsNothingOfExpiredTokens() {
		get(3600);
		this.clock.advanceWall(Duration.ofMinutes(59));
		assertThat(this.cache.status().entries()).isEmpty();
	}

	private State state() {
		return this.cache.status().entries().get(0).state();
	}

	private void work() {
		while (!this.background.isEmpty()) {
			this.background.remove().run();
		}
	}

	private String get(long lifetime) {
		return get(source(lifetime));
	}

	private String get(TestSource source) {
		return this.cache.get(source).accessToken();
	}

	private TestSource source(long lifetime) {
		return source(KEY, lifetime);
	}

	private TestSource source(TokenCacheKey key, long lifetime) {
		return TestSource.of(key, TestSource.tokens(this.clock, this.loads, lifetime));
	}

	private TokenEndpointResponse token(long lifetime) {
		return TestSource.tokens(this.clock, this.loads, lifetime).get();
	}

	private static TestSource failing(Kind kind) {
		return TestSource.of(KEY, () -> {
			throw GrantException.of(kind, "Why");
		});
	}

}
