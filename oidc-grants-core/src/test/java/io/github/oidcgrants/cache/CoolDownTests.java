package io.github.oidcgrants.cache;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.oidcgrants.cache.TokenCacheStatus.State;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.flight.CoolDowns;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestSource;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import org.springframework.security.oauth2.core.OAuth2Error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * A server that gives no token, on virtual time.
 */
class CoolDownTests {

	private static final TokenCacheKey KEY = TestSource.key("payments");

	private static final TokenCacheKey SIBLING = TokenCacheKey.builder("payments", "other").build();

	private static final TokenCacheKey STRANGER = TestSource.key("reports");

	private static final Duration NANO = Duration.ofNanos(1);

	private final TestClock clock = new TestClock();

	private final Deque<Runnable> background = new ArrayDeque<>();

	private final TokenCache cache = TokenCache.builder()
		.clock(this.clock, this.clock::nanoTime)
		.jitter(() -> 0.5)
		.executor(this.background::add)
		.build();

	private final AtomicInteger requests = new AtomicInteger();

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private @Nullable GrantException failure;

	@BeforeEach
	void listen() {
		this.log.start();
		logger().addAppender(this.log);
	}

	@AfterEach
	void stopListening() {
		logger().detachAppender(this.log);
	}

	private static Logger logger() {
		return (Logger) LoggerFactory.getLogger(TokenCache.class);
	}

	static Stream<Arguments> failures() {
		return Stream.of(argumentSet("invalid_client", oauth("invalid_client", 400, null), true),
				argumentSet("any 401", oauth("unauthorized_client", 401, null), true),
				argumentSet("a 401 without OAuth error",
						GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", 401, null), true),
				argumentSet("transport", GrantException.of(Kind.TRANSPORT, "Why"), true),
				argumentSet("timeout", GrantException.of(Kind.TIMEOUT, "Why"), true),
				argumentSet("invalid_scope", oauth("invalid_scope", 400, null), false),
				argumentSet("429", GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", 429, null), false),
				argumentSet("500", GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", 500, null), false),
				argumentSet("malformed", GrantException.answer(Kind.MALFORMED_RESPONSE, "Why", 200, null), false),
				argumentSet("ID token", GrantException.of(Kind.ID_TOKEN_REFUSED, "Why"), false));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void stopsTheRegistrationOrTheKeyAloneForASecond(GrantException failure, boolean registration) {
		this.failure = failure;
		assertThat(catchThrowable(() -> get(KEY))).isSameAs(failure);
		GrantException refusal = catchThrowableOfType(GrantException.class, () -> get(KEY));
		assertThat(refusal.kind()).isEqualTo(Kind.COOLING_DOWN);
		assertThat(refusal).hasCause(failure).hasMessageContaining("payments").hasMessageContaining("Why");
		assertThat(refusal.retryAfter()).hasSeconds(1);
		assertThat(catchThrowable(() -> get(KEY))).isNotSameAs(refusal).isInstanceOf(GrantException.class);
		assertThat(this.requests).hasValue(1);
		this.failure = null;
		if (registration) {
			assertThat(kind(SIBLING)).isEqualTo(Kind.COOLING_DOWN);
		}
		else {
			assertThat(get(SIBLING)).isEqualTo("token-2");
		}
		assertThat(get(STRANGER)).startsWith("token-");
		this.clock.advance(Duration.ofSeconds(1).minus(NANO));
		assertThat(kind(KEY)).isEqualTo(Kind.COOLING_DOWN);
		this.clock.advance(NANO);
		assertThat(get(KEY)).startsWith("token-");
	}

	@Test
	void whyThereIsNoTokenIsSaidOnceAMinuteNotOnceACall() {
		this.failure = GrantException.answer(Kind.MALFORMED_RESPONSE, "The lifetime is nonsense", 200, null);
		for (int second = 0; second < 60; second++) {
			assertThat(catchThrowable(() -> get(KEY))).isInstanceOf(GrantException.class);
			this.clock.advance(Duration.ofSeconds(1));
		}
		assertThat(this.requests.get()).isGreaterThan(1);
		assertThat(warnings())
			.containsExactly("There is no token of the registration 'payments': The lifetime is nonsense");
		assertThat(this.cache.status().entries()).singleElement()
			.satisfies((entry) -> assertThat(entry.lastError()).isEqualTo("The lifetime is nonsense"));
	}

	@Test
	void doesNotStopWhereNothingWasSent() {
		this.failure = GrantException.misconfigured("Why");
		assertThat(kind(KEY)).isEqualTo(Kind.MISCONFIGURED);
		assertThat(kind(KEY)).isEqualTo(Kind.MISCONFIGURED);
		this.failure = null;
		assertThat(get(KEY)).isEqualTo("token-3");
	}

	@Test
	void doublesUpToThirtySecondsUntilASuccess() {
		this.failure = GrantException.of(Kind.TRANSPORT, "Why");
		for (long wait : new long[] { 1, 2, 4, 8, 16, 30, 30 }) {
			assertThat(kind(KEY)).isEqualTo(Kind.TRANSPORT);
			this.clock.advance(Duration.ofSeconds(wait).minus(NANO));
			assertThat(kind(KEY)).isEqualTo(Kind.COOLING_DOWN);
			this.clock.advance(NANO);
		}
		this.failure = null;
		get(KEY);
		this.cache.evict("payments");
		this.failure = GrantException.of(Kind.TRANSPORT, "Why");
		assertThat(kind(KEY)).isEqualTo(Kind.TRANSPORT);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(kind(KEY)).isEqualTo(Kind.TRANSPORT);
	}

	@Test
	void spreadsPausesByATenthEachWay() {
		for (double jitter : new double[] { 0, 1 }) {
			TokenCache spread = TokenCache.builder()
				.clock(this.clock, this.clock::nanoTime)
				.jitter(() -> jitter)
				.executor(this.background::add)
				.build();
			this.failure = GrantException.of(Kind.TRANSPORT, "Why");
			assertThat(catchThrowable(() -> spread.get(source(KEY)))).isSameAs(this.failure);
			assertThat(catchThrowableOfType(GrantException.class, () -> spread.get(source(KEY))).retryAfter())
				.isEqualTo(Duration.ofMillis((jitter == 0) ? 900 : 1100));
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, 1", "1, 1", "20, 20", "299, 299", "300, 300", "3600, 300" })
	void waitsAsLongAsTheServerAsksButNoMoreThanFiveMinutes(long asked, long waited) {
		this.failure = GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", 429, Duration.ofSeconds(asked));
		assertThat(kind(KEY)).isEqualTo(Kind.UNEXPECTED_STATUS);
		this.clock.advance(Duration.ofSeconds(waited).minus(NANO));
		assertThat(kind(KEY)).isEqualTo(Kind.COOLING_DOWN);
		this.clock.advance(NANO);
		assertThat(kind(KEY)).isEqualTo(Kind.UNEXPECTED_STATUS);
	}

	@Test
	void evictionLetsTheNextCallAskAtOnce() {
		this.failure = oauth("invalid_client", 401, null);
		kind(KEY);
		this.cache.evict("reports");
		assertThat(kind(KEY)).isEqualTo(Kind.COOLING_DOWN);
		this.cache.evict("payments");
		this.failure = null;
		assertThat(get(KEY)).isEqualTo("token-2");
	}

	@Test
	void evictionOfAKeyDoesToo() {
		this.failure = oauth("invalid_client", 401, null);
		kind(SIBLING);
		this.cache.evict(KEY);
		this.failure = null;
		assertThat(get(KEY)).isEqualTo("token-2");
	}

	/**
	 * Else all subjects of a client that is refused would find that out at once.
	 */
	@Test
	void oneRequestFindsOutForAllKeysWhetherItHelpsToAskAgain() {
		this.failure = GrantException.of(Kind.TIMEOUT, "Why");
		assertThat(kind(KEY)).isEqualTo(Kind.TIMEOUT);
		this.clock.advance(Duration.ofSeconds(1));
		Throwable failure = catchThrowable(() -> this.cache.get(TestSource.of(KEY, () -> {
			for (int i = 0; i < 100; i++) {
				TokenCacheKey other = TokenCacheKey.builder("payments", "other-" + i).build();
				GrantException refusal = catchThrowableOfType(GrantException.class, () -> get(other));
				assertThat(refusal.kind()).isEqualTo(Kind.COOLING_DOWN);
				assertThat(refusal).hasMessageContaining("one request is under way that tells whether that helps");
				assertThat(refusal.retryAfter()).hasSeconds(1);
			}
			this.requests.incrementAndGet();
			throw GrantException.of(Kind.TIMEOUT, "Why");
		})));
		assertThat(failure).hasMessage("Why");
		assertThat(this.requests).hasValue(2);
		assertThat(kind(SIBLING)).isEqualTo(Kind.COOLING_DOWN);
		this.clock.advance(Duration.ofSeconds(2));
		this.failure = null;
		assertThat(get(SIBLING)).isEqualTo("token-3");
		assertThat(get(KEY)).isEqualTo("token-4");
	}

	@Test
	void aRequestThatFindsNothingOutLetsTheNextOneThrough() {
		for (GrantException nothing : List.of(GrantException.misconfigured("Why"),
				GrantException.of(Kind.TIMEOUT, "Too soon"))) {
			this.failure = GrantException.of(Kind.TIMEOUT, "Why");
			kind(KEY);
			this.clock.advance(Duration.ofSeconds(30));
			this.failure = nothing;
			assertThat(catchThrowable(() -> this.cache.get(source(KEY).impatient(Duration.ofMillis(50)))))
				.isSameAs(nothing);
			this.failure = null;
			assertThat(get(SIBLING)).startsWith("token-");
			this.cache.evict("payments");
		}
	}

	@Test
	void aRequestThatIsNeverHeardOfLetsTheNextOneThroughAfterItsTimeout() {
		this.failure = GrantException.of(Kind.TIMEOUT, "Why");
		kind(KEY);
		this.clock.advance(Duration.ofSeconds(1));
		this.failure = null;
		this.cache.get(TestSource.of(KEY, () -> {
			this.clock.advance(TestSource.TIMEOUT.minus(NANO));
			assertThat(kind(SIBLING)).isEqualTo(Kind.COOLING_DOWN);
			this.clock.advance(NANO);
			assertThat(get(SIBLING)).startsWith("token-");
			return TestSource.token("late", this.clock, 3600);
		}));
	}

	@Test
	void anAnswerAboutOneKeyEndsWhatStoppedTheRegistration() {
		this.failure = GrantException.of(Kind.TRANSPORT, "Why");
		kind(KEY);
		this.clock.advance(Duration.ofSeconds(1));
		this.failure = oauth("invalid_scope", 400, null);
		assertThat(kind(KEY)).isEqualTo(Kind.OAUTH_ERROR);
		this.failure = null;
		assertThat(get(SIBLING)).startsWith("token-");
		assertThat(kind(KEY)).isEqualTo(Kind.COOLING_DOWN);
	}

	@Test
	void aForcedRequestWaitsToo() {
		this.failure = oauth("invalid_client", 401, null);
		kind(KEY);
		assertThat(catchThrowableOfType(GrantException.class, () -> this.cache.renew(source(KEY))).kind())
			.isEqualTo(Kind.COOLING_DOWN);
		assertThat(this.requests).hasValue(1);
	}

	@Test
	void nobodyNoticesAServerThatIsDownForHalfALifetime() {
		assertThat(get(KEY)).isEqualTo("token-1");
		this.clock.advance(Duration.ofMinutes(25));
		this.failure = GrantException.of(Kind.TRANSPORT, "Why");
		// Down from 1500 to 3300 s of 3600, and a call each second.
		for (int second = 1500; second < 3300; second++) {
			assertThat(get(KEY)).isEqualTo("token-1");
			work();
			this.clock.advance(Duration.ofSeconds(1));
		}
		// 420 s of trying: 1 + 2 + 4 + 8 + 16 s, then each 30 s, at the next whole
		// second.
		assertThat(this.requests.get() - 1).isBetween(14, 19);
		assertThat(state(KEY)).isEqualTo(State.COOLING_DOWN);
		assertThat(warnings()).hasSizeBetween(5, 8)
			.allSatisfy((warning) -> assertThat(warning).contains("payments", "Why"));
		this.failure = null;
		int before = this.requests.get();
		for (int second = 3300; second < 3340; second++) {
			assertThat(get(KEY)).startsWith("token-");
			work();
			this.clock.advance(Duration.ofSeconds(1));
		}
		assertThat(this.requests).hasValue(before + 1);
		assertThat(get(KEY)).isEqualTo("token-" + (before + 1));
		assertThat(state(KEY)).isEqualTo(State.FRESH);
		assertThat(this.cache.status().counters().misses()).isEqualTo(1);
	}

	@Test
	void aServerThatIsDownIsAskedAtTheRateOfThePauses() {
		this.failure = GrantException.of(Kind.TRANSPORT, "Why");
		for (int i = 0; i < 3000; i++) {
			kind(KEY);
			kind(SIBLING);
			this.clock.advance(Duration.ofMillis(100));
		}
		// 300 s: five short pauses of 31 s together, then one request in 30 s.
		assertThat(this.requests.get()).isBetween(13, 16);
	}

	@Test
	void failuresOfRequestsThatWereUnderWayTogetherCountOnce() {
		CoolDowns<TokenCacheKey> coolDowns = new CoolDowns<>(TokenCacheKey::registrationId, this.clock::nanoTime,
				() -> 0.5, 100);
		GrantException failure = GrantException.of(Kind.TRANSPORT, "Why");
		long sent = this.clock.nanoTime();
		this.clock.advance(Duration.ofSeconds(5));
		for (int i = 0; i < 50; i++) {
			coolDowns.failed(KEY, failure, sent);
		}
		assertThat(coolDowns.last(KEY).failures()).isEqualTo(1);
		assertThat(coolDowns.last(KEY).left(this.clock.nanoTime())).hasSeconds(1);
	}

	@Test
	void tellsWhatCannotBeAskedForNow() {
		this.failure = oauth("invalid_scope", 400, null);
		kind(KEY);
		kind(KEY);
		assertThat(this.cache.status().entries()).singleElement().satisfies((entry) -> {
			assertThat(entry.state()).isEqualTo(State.COOLING_DOWN);
			assertThat(entry.registrationId()).isEqualTo("payments");
			assertThat(entry.token()).isNull();
			assertThat(entry.lastError()).isEqualTo("Why");
			assertThat(entry.coolingDownFor()).hasSeconds(1);
		});
		assertThat(this.cache.status().counters()).isEqualTo(new TokenCacheStatus.Counters(0, 2, 1, 0, 1, 0));
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.cache.status().entries()).isEmpty();
	}

	@Test
	void tellsWhyAStaleTokenIsNotRefreshedYetAndWhenItMayBe() {
		get(KEY);
		this.clock.advance(Duration.ofMinutes(48));
		this.failure = oauth("invalid_scope", 400, null);
		get(KEY);
		assertThat(entry(KEY).lastError()).isNull();
		work();
		this.clock.advance(Duration.ofSeconds(1).minus(NANO));
		assertThat(state(KEY)).isEqualTo(State.COOLING_DOWN);
		assertThat(entry(KEY).lastError()).isEqualTo("Why");
		assertThat(entry(KEY).coolingDownFor()).isEqualTo(NANO);
		assertThat(entry(KEY).token()).isNotNull();
		this.clock.advance(NANO);
		assertThat(state(KEY)).isEqualTo(State.STALE);
		assertThat(entry(KEY).lastError()).isEqualTo("Why");
		assertThat(entry(KEY).coolingDownFor()).isNull();
		assertThat(get(KEY)).isEqualTo("token-1");
		assertThat(state(KEY)).isEqualTo(State.REFRESHING);
		this.failure = null;
		work();
		assertThat(state(KEY)).isEqualTo(State.FRESH);
		assertThat(entry(KEY).lastError()).isNull();
	}

	@Test
	void remembersNoMoreFailuresThanItIsToldTo() {
		CoolDowns<TokenCacheKey> coolDowns = new CoolDowns<>(TokenCacheKey::registrationId, this.clock::nanoTime,
				() -> 0.5, 100);
		for (int i = 0; i < 500; i++) {
			coolDowns.failed(TestSource.key("r" + i), GrantException.of(Kind.TRANSPORT, "Why"), this.clock.nanoTime());
			coolDowns.failed(TestSource.key("k" + i), oauth("invalid_scope", 400, null), this.clock.nanoTime());
			assertThat(coolDowns.all()).hasSizeLessThanOrEqualTo(100);
		}
		assertThat(coolDowns.all()).hasSizeGreaterThan(90);
	}

	@Test
	void aCacheRemembersTenThousandFailures() {
		this.failure = oauth("invalid_scope", 400, null);
		for (int i = 0; i < 10_500; i++) {
			kind(TestSource.key("r" + i));
		}
		assertThat(this.cache.status().entries()).hasSizeLessThanOrEqualTo(10_000).hasSizeGreaterThan(9_000);
	}

	private static GrantException oauth(String error, int status, @Nullable Duration retryAfter) {
		return GrantException.oauthError(new OAuth2Error(error), "Why", status, retryAfter);
	}

	private List<String> warnings() {
		return new ArrayList<>(this.log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	private State state(TokenCacheKey key) {
		return entry(key).state();
	}

	private TokenCacheStatus.Entry entry(TokenCacheKey key) {
		return this.cache.status()
			.entries()
			.stream()
			.filter((entry) -> entry.grantType().equals(key.grantType()))
			.findFirst()
			.orElseThrow();
	}

	private void work() {
		while (!this.background.isEmpty()) {
			this.background.remove().run();
		}
	}

	private Kind kind(TokenCacheKey key) {
		return catchThrowableOfType(GrantException.class, () -> get(key)).kind();
	}

	private String get(TokenCacheKey key) {
		return this.cache.get(source(key)).accessToken();
	}

	private TestSource source(TokenCacheKey key) {
		return TestSource.of(key, this::load);
	}

	private TokenEndpointResponse load() {
		int request = this.requests.incrementAndGet();
		if (this.failure != null) {
			throw this.failure;
		}
		return TestSource.token("token-" + request, this.clock, 3600);
	}

}
