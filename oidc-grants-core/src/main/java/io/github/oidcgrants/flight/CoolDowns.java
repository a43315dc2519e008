package io.github.oidcgrants.flight;

import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/**
 * Which requests are not to be sent for now because they failed a moment ago. The first
 * failure stops them for a second, each further one for twice as long, up to 30 seconds;
 * a server that says {@code Retry-After} for as long as that, up to five minutes. After
 * that one request is let through, and whoever asks meanwhile is refused: not all of them
 * find out that nothing has changed. A success ends it.
 * <p>
 * What is about the client or the way to its server stops the whole registration: it
 * would meet every other key of it too. All else stops one key. Where nothing was sent
 * ({@link Kind#MISCONFIGURED}) nothing is stopped: the server is spared already, and what
 * is mended, a file for one, is to work at once. Thread-safe.
 *
 * @param <K> what tells requests apart
 */
public final class CoolDowns<K> {

	private static final Duration FIRST = Duration.ofSeconds(1);

	private static final Duration LONGEST = Duration.ofSeconds(30);

	private static final Duration LONGEST_ASKED_FOR = Duration.ofMinutes(5);

	private static final int DOUBLINGS = 5;

	// How long after the last failure the next one counts as a further one.
	private static final Duration REMEMBERED = Duration.ofMinutes(10);

	private static final double LEAST = 0.9;

	private static final double SPREAD = 0.2;

	private final Cache<Object, CoolDown<K>> coolDowns;

	private final Function<K, String> registration;

	private final Ticker ticker;

	private final DoubleSupplier jitter;

	/**
	 * Creates it with no failure.
	 * @param registration gives the id of a key's registration
	 * @param ticker a monotonic time in nanoseconds
	 * @param jitter gives numbers from 0 to 1, which move a pause by up to a tenth
	 * @param maximumSize how many failures are remembered
	 */
	public CoolDowns(Function<K, String> registration, Ticker ticker, DoubleSupplier jitter, long maximumSize) {
		this.registration = registration;
		this.ticker = ticker;
		this.jitter = jitter;
		this.coolDowns = Caffeine.newBuilder()
			.maximumSize(maximumSize)
			.expireAfterWrite(REMEMBERED)
			.ticker(ticker)
			.executor(Runnable::run)
			.build();
	}

	/**
	 * Finds what keeps a request from being sent now.
	 * @param key what it would ask for
	 * @return the failure and its time, or {@code null} if the request may be sent
	 */
	public @Nullable CoolDown<K> find(K key) {
		CoolDown<K> last = last(key);
		return (last != null && last.isOn(this.ticker.read())) ? last : null;
	}

	/**
	 * Finds the last failure since the last success, whether or not its time is over.
	 * @param key what was asked for
	 * @return the failure, or {@code null} if there was none
	 */
	public @Nullable CoolDown<K> last(K key) {
		CoolDown<K> ofKey = this.coolDowns.getIfPresent(key);
		CoolDown<K> ofRegistration = this.coolDowns.getIfPresent(this.registration.apply(key));
		if (ofKey == null || ofRegistration == null) {
			return (ofKey != null) ? ofKey : ofRegistration;
		}
		return (ofKey.untilNanos() - ofRegistration.untilNanos() > 0) ? ofKey : ofRegistration;
	}

	/**
	 * Refuses a request that is not to be sent now.
	 * @param key what it would ask for
	 * @throws GrantException {@link Kind#COOLING_DOWN} if it is not to be sent
	 */
	public void check(K key) {
		CoolDown<K> coolDown = find(key);
		if (coolDown != null) {
			throw coolDown.refusal(this.registration.apply(key), this.ticker.read());
		}
	}

	/**
	 * Lets a request be sent, or refuses it. One that is sent ends with
	 * {@link #succeeded}, {@link #failed} or {@link #abandoned}.
	 * @param key what it would ask for
	 * @param longest how long it may take
	 * @throws GrantException {@link Kind#COOLING_DOWN} if it is not to be sent
	 */
	public void begin(K key, Duration longest) {
		while (true) {
			CoolDown<K> last = last(key);
			if (last == null) {
				return;
			}
			long now = this.ticker.read();
			if (last.isOn(now)) {
				throw last.refusal(this.registration.apply(key), now);
			}
			if (replace(last, last.until(now + longest.toNanos()))) {
				return;
			}
		}
	}

	private boolean replace(CoolDown<K> before, CoolDown<K> after) {
		return this.coolDowns.asMap().replace(scope(before.key(), before.failure()), before, after);
	}

	private Object scope(K key, GrantException failure) {
		return concernsRegistration(failure) ? this.registration.apply(key) : key;
	}

	/**
	 * Takes note of a request that was let through and tells nothing about the server.
	 * @param key what it asked for
	 */
	public void abandoned(K key) {
		letThrough(key);
		letThrough(this.registration.apply(key));
	}

	private void letThrough(Object scope) {
		this.coolDowns.asMap()
			.computeIfPresent(scope, (s, last) -> last.isTried() ? last.until(this.ticker.read()) : last);
	}

	/**
	 * Takes note of a request that failed.
	 * @param key what it asked for
	 * @param failure how it failed
	 * @param sentNanos when it was sent, in nanoseconds of the monotonic time; of
	 * requests that were under way at the same time only the first failure counts
	 */
	public void failed(K key, GrantException failure, long sentNanos) {
		if (failure.kind() == Kind.MISCONFIGURED || failure.kind() == Kind.COOLING_DOWN) {
			abandoned(key);
			return;
		}
		if (concernsRegistration(failure)) {
			letThrough(key);
		}
		else {
			// It was answered, so what was wrong with the client or the way is over.
			this.coolDowns.asMap()
				.computeIfPresent(this.registration.apply(key),
						(s, last) -> (last.sinceNanos() - sentNanos > 0) ? last : null);
		}
		this.coolDowns.asMap().compute(scope(key, failure), (s, before) -> {
			long now = this.ticker.read();
			int failures = (before == null) ? 1
					: (before.sinceNanos() - sentNanos > 0) ? before.failures() : before.failures() + 1;
			long until = now + wait(failures, failure.retryAfter()).toNanos();
			boolean sooner = before != null && !before.isTried() && before.untilNanos() - until > 0;
			return new CoolDown<>(key, failure, failures, now, (before != null && sooner) ? before.untilNanos() : until,
					false);
		});
	}

	private static boolean concernsRegistration(GrantException failure) {
		Integer status = failure.statusCode();
		return failure.kind() == Kind.TRANSPORT || failure.kind() == Kind.TIMEOUT || (status != null && status == 401)
				|| OAuth2ErrorCodes.INVALID_CLIENT.equals(failure.getError().getErrorCode());
	}

	private Duration wait(int failures, @Nullable Duration retryAfter) {
		Duration doubled = FIRST.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
		Duration bounded = (doubled.compareTo(LONGEST) > 0) ? LONGEST : doubled;
		Duration wait = Duration.ofNanos((long) (bounded.toNanos() * (LEAST + SPREAD * this.jitter.getAsDouble())));
		if (retryAfter == null || retryAfter.compareTo(wait) <= 0) {
			return wait;
		}
		return (retryAfter.compareTo(LONGEST_ASKED_FOR) > 0) ? LONGEST_ASKED_FOR : retryAfter;
	}

	/**
	 * Takes note of a request that succeeded.
	 * @param key what it asked for
	 */
	public void succeeded(K key) {
		forget(key);
	}

	/**
	 * Lets a request be sent again that someone wants to be.
	 * @param key what it asks for
	 */
	public void forget(K key) {
		this.coolDowns.invalidate(key);
		this.coolDowns.invalidate(this.registration.apply(key));
	}

	/**
	 * Lets requests be sent again that someone wants to be.
	 * @param keys says which
	 */
	public void forget(Predicate<K> keys) {
		this.coolDowns.asMap().values().removeIf((coolDown) -> keys.test(coolDown.key()));
	}

	/**
	 * {@return those that are on}
	 */
	public List<CoolDown<K>> all() {
		long now = this.ticker.read();
		return this.coolDowns.asMap().values().stream().filter((coolDown) -> coolDown.isOn(now)).toList();
	}

	@Override
	public String toString() {
		return "CoolDowns[size=" + this.coolDowns.estimatedSize() + "]";
	}

}
