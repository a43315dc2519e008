package io.github.oidcgrants.cache;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenCacheTests {

	private static final TokenCacheKey KEY = key("payments");

	private final TestClock clock = new TestClock();

	private final TokenCache cache = TokenCache.create(this.clock, this.clock::nanoTime);

	private final AtomicInteger loads = new AtomicInteger();

	@ParameterizedTest
	@CsvSource({ "3600, 3540", "601, 541", "600, 540", "500, 450", "60, 54", "10, 9" })
	void servesATokenUntilItsExpiryLessASkew(long lifetime, long served) {
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(Duration.ofSeconds(served).minusNanos(1));
		assertThat(get(lifetime)).isEqualTo("token-1");
		this.clock.advance(Duration.ofNanos(1));
		assertThat(get(lifetime)).isEqualTo("token-2");
	}

	@Test
	void servesATokenWithoutLifetimeForFiveMinutes() {
		assertThat(get(-1)).isEqualTo("token-1");
		this.clock.advance(Duration.ofMinutes(5).minusNanos(1));
		assertThat(get(-1)).isEqualTo("token-1");
		this.clock.advance(Duration.ofNanos(1));
		assertThat(get(-1)).isEqualTo("token-2");
	}

	@Test
	void neverServesATokenThatHasNoTimeLeft() {
		assertThat(get(0)).isEqualTo("token-1");
		assertThat(get(0)).isEqualTo("token-2");
	}

	@Test
	void allWhoseTokenIsRefusedGetTheNextOne() {
		assertThat(get(600)).isEqualTo("token-1");
		assertThat(this.cache.refused(KEY, "token-1")).isTrue();
		this.cache.get(KEY, () -> {
			// Another caller's call of the API is refused while the next token is asked
			// for.
			assertThat(this.cache.refused(KEY, "token-1")).isTrue();
			return token(600);
		});
		assertThat(get(600)).isEqualTo("token-2");
		assertThat(this.cache.refused(KEY, "token-1")).isTrue();
		assertThat(this.cache.refused(KEY, "token-2")).isFalse();
		assertThat(get(600)).isEqualTo("token-2");
	}

	@Test
	void countsTheLifetimeFromBeforeTheRequestWasSent() {
		this.cache.get(KEY, () -> {
			TokenEndpointResponse token = token(600);
			this.clock.advance(Duration.ofSeconds(30));
			return token;
		});
		this.clock.advance(Duration.ofSeconds(509));
		assertThat(get(600)).isEqualTo("token-1");
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(get(600)).isEqualTo("token-2");
	}

	@Test
	void expiresATokenWhenTheWallClockAloneSaysSo() {
		get(3600);
		this.clock.advanceWall(Duration.ofMinutes(59));
		assertThat(get(3600)).isEqualTo("token-2");
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
	void givesANewTokenItsOwnLifetime() {
		get(600);
		this.clock.advance(Duration.ofSeconds(500));
		assertThat(this.cache.renew(KEY, () -> token(3600)).accessToken()).isEqualTo("token-2");
		this.clock.advance(Duration.ofSeconds(3539));
		assertThat(get(3600)).isEqualTo("token-2");
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(get(3600)).isEqualTo("token-3");
	}

	@Test
	void givesANewTokenNoMoreThanItsOwnLifetimeOnTheMonotonicClockEither() {
		get(3600);
		this.cache.renew(KEY, () -> token(600));
		this.clock.advanceMonotonic(Duration.ofMinutes(9));
		assertThat(get(3600)).isEqualTo("token-3");
	}

	@Test
	void doesNotKeepFailures() {
		GrantException failure = GrantException.of(Kind.TRANSPORT, "Why");
		assertThatExceptionOfType(GrantException.class).isThrownBy(() -> this.cache.get(KEY, () -> {
			throw failure;
		})).isSameAs(failure);
		assertThat(get(3600)).isEqualTo("token-1");
	}

	@Test
	void keepsTheOldTokenWhenRenewingFails() {
		get(3600);
		assertThatExceptionOfType(GrantException.class).isThrownBy(() -> this.cache.renew(KEY, () -> {
			throw GrantException.of(Kind.TRANSPORT, "Why");
		}));
		assertThat(get(3600)).isEqualTo("token-1");
	}

	@Test
	void renewsEvenIfATokenIsKept() {
		get(3600);
		assertThat(this.cache.renew(KEY, () -> token(3600)).accessToken()).isEqualTo("token-2");
		assertThat(get(3600)).isEqualTo("token-2");
	}

	@Test
	void forgetsTheTokensOfOneRegistrationOnly() {
		TokenCacheKey scoped = TokenCacheKey.builder("payments", "client_credentials").scopes(Set.of("read")).build();
		TokenCacheKey other = key("payments2");
		for (TokenCacheKey key : List.of(KEY, scoped, other)) {
			this.cache.get(key, () -> token(3600));
		}
		this.cache.evict("payments");
		assertThat(this.cache.get(KEY, () -> token(3600)).accessToken()).isEqualTo("token-4");
		assertThat(this.cache.get(scoped, () -> token(3600)).accessToken()).isEqualTo("token-5");
		assertThat(this.cache.get(other, () -> token(3600)).accessToken()).isEqualTo("token-3");
	}

	@Test
	void isBounded() {
		for (int i = 0; i < 10_500; i++) {
			this.cache.get(key("r" + i), () -> token(3600));
		}
		assertThat(this.cache.status().entries()).hasSizeLessThanOrEqualTo(10_000).hasSizeGreaterThan(9_000);
		assertThat(this.cache.status().maximumSize()).isEqualTo(10_000);
	}

	@Test
	void tellsWhatItKeepsWithoutTheTokens() {
		TokenCacheKey key = TokenCacheKey.builder("payments", "client_credentials")
			.scopes(Set.of("read"))
			.resources(List.of("https://a.example"))
			.build();
		this.cache.get(key, () -> token(3600));
		this.cache.get(key, () -> token(3600));
		TokenCacheStatus status = this.cache.status();
		assertThat(status.hits()).isEqualTo(1);
		assertThat(status.misses()).isEqualTo(1);
		assertThat(status.entries()).containsExactly(new TokenCacheStatus.Entry("payments", "client_credentials",
				Set.of("read"), List.of("https://a.example"), "bearer", TestClock.START,
				TestClock.START.plusSeconds(3600), TestClock.START.plusSeconds(3540)));
		assertThat(status.toString() + this.cache).doesNotContain("token-1");
	}

	@Test
	void tellsNothingOfExpiredTokens() {
		get(3600);
		this.clock.advanceWall(Duration.ofMinutes(59));
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@Test
	void asksOnceForManyCallers() throws Exception {
		int callers = 16;
		CyclicBarrier together = new CyclicBarrier(callers);
		CountDownLatch done = new CountDownLatch(callers);
		ExecutorService threads = Executors.newFixedThreadPool(callers);
		try {
			List<Future<String>> tokens = IntStream.range(0, callers).mapToObj((i) -> threads.submit(() -> {
				together.await();
				String token = get(3600);
				done.countDown();
				return token;
			})).toList();
			assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
			for (Future<String> token : tokens) {
				assertThat(token.get()).isEqualTo("token-1");
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.loads).hasValue(1);
	}

	private String get(long lifetime) {
		return this.cache.get(KEY, () -> token(lifetime)).accessToken();
	}

	private TokenEndpointResponse token(long lifetime) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("access_token", "token-" + this.loads.incrementAndGet());
		body.put("token_type", "Bearer");
		if (lifetime >= 0) {
			body.put("expires_in", lifetime);
		}
		Function<String, GrantException> malformed = GrantException::misconfigured;
		return TokenEndpointResponse.of(body, false, this.clock.instant(), this.clock, malformed);
	}

	private static TokenCacheKey key(String registrationId) {
		return TokenCacheKey.builder(registrationId, "client_credentials").build();
	}

}
