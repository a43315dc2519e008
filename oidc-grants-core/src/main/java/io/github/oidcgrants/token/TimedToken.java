package io.github.oidcgrants.token;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One token and its times: until when it is served, and from when on it is to be
 * refreshed. Both are known on the wall clock and on the monotonic one, and what either
 * of them says counts.
 * <p>
 * Reading a clock is most of what a hit costs. The wall clock only says something that
 * the monotonic one does not say if it was set, or if the machine slept, so it is read
 * once in ten milliseconds.
 */
public final class TimedToken {

	static final Duration LONGEST_LIFETIME = Duration.ofDays(3650);

	private static final long BETWEEN_LOOKS_AT_WALL = Duration.ofMillis(10).toNanos();

	private static final double REFRESH_FROM = 0.75;

	private static final double REFRESH_SPREAD = 0.1;

	private final TokenEndpointResponse token;

	private final Instant until;

	private final Instant refreshAt;

	private final long untilMillis;

	private final long untilNanos;

	private final Duration skew;

	private final AtomicBoolean refreshing = new AtomicBoolean();

	private volatile long refreshNanos;

	private volatile boolean refreshTried;

	private volatile long wallReadNanos;

	private TimedToken(TokenEndpointResponse token, Instant until, Instant refreshAt, Duration skew, Instant now,
			long nanos) {
		this.token = token;
		this.until = until;
		this.refreshAt = refreshAt;
		this.skew = skew;
		this.untilMillis = until.toEpochMilli();
		// If the wall clock was set back since the request was sent, no more than the
		// whole lifetime is left.
		this.untilNanos = nanos
				+ shorter(Duration.between(now, until), Duration.between(token.issuedAt(), until)).toNanos();
		this.refreshNanos = nanos
				+ shorter(Duration.between(now, refreshAt), Duration.between(token.issuedAt(), refreshAt)).toNanos();
		this.wallReadNanos = nanos;
	}

	/**
	 * Reckons the times of a token.
	 * @param token the token
	 * @param serving how long it is served
	 * @param jitter from 0 to 1, which moves the refresh from 75 to 85 percent of the
	 * lifetime
	 * @param now the wall time
	 * @param nanos the monotonic time, in nanoseconds
	 * @return the token with its times
	 */
	public static TimedToken of(TokenEndpointResponse token, TokenServing serving, double jitter, Instant now,
			long nanos) {
		Instant issuedAt = token.issuedAt();
		Instant expiresAt = token.expiresAt();
		Duration lifetime = (expiresAt != null) ? shorter(Duration.between(issuedAt, expiresAt), LONGEST_LIFETIME)
				: serving.lifetimeIfUnknown();
		// What the server does not say has no end to keep away from.
		Duration kept = (expiresAt != null) ? shorter(serving.skew(), lifetime.dividedBy(10)) : Duration.ZERO;
		Instant until = issuedAt.plus(lifetime).minus(kept);
		double part = REFRESH_FROM + REFRESH_SPREAD * jitter;
		Instant refreshAt = serving.refreshAhead() ? issuedAt.plusMillis((long) (lifetime.toMillis() * part)) : until;
		return new TimedToken(token, until, refreshAt, kept, now, nanos);
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	/**
	 * {@return the token}
	 */
	public TokenEndpointResponse token() {
		return this.token;
	}

	/**
	 * {@return until when the token is served}
	 */
	public Instant until() {
		return this.until;
	}

	/**
	 * {@return from when on the token is to be refreshed: its end, if not ahead of it}
	 */
	public Instant refreshAt() {
		return this.refreshAt;
	}

	/**
	 * {@return whether the token may be served, asked on the way of every hit}
	 * @param clock tells the wall time, and is not always asked
	 * @param nanos the monotonic time, in nanoseconds
	 */
	public boolean isUsable(InstantSource clock, long nanos) {
		if (nanos - this.untilNanos >= 0) {
			return false;
		}
		return nanos - this.wallReadNanos < BETWEEN_LOOKS_AT_WALL || isUsableNow(clock, nanos);
	}

	/**
	 * {@return whether the token may be served, by both clocks}
	 * @param clock tells the wall time
	 * @param nanos the monotonic time, in nanoseconds
	 */
	public boolean isUsableNow(InstantSource clock, long nanos) {
		long millis = clock.millis();
		if (nanos - this.untilNanos >= 0 || millis >= this.untilMillis) {
			return false;
		}
		this.wallReadNanos = nanos;
		if (millis >= this.refreshAt.toEpochMilli() && !this.refreshTried && !isRefreshDue(nanos)) {
			this.refreshNanos = nanos;
		}
		return true;
	}

	/**
	 * {@return whether the token has expired, by either clock: it may be served no more,
	 * even if nothing better can be had}
	 * @param clock tells the wall time
	 * @param nanos the monotonic time, in nanoseconds
	 */
	public boolean isExpired(InstantSource clock, long nanos) {
		return timeLeft(clock, nanos).compareTo(this.skew.negated()) <= 0;
	}

	/**
	 * {@return whether the token is to be refreshed now}
	 * @param nanos the monotonic time, in nanoseconds
	 */
	public boolean isRefreshDue(long nanos) {
		return nanos - this.refreshNanos >= 0;
	}

	/**
	 * {@return whether the token is to be refreshed, even if not yet again}
	 * @param nanos the monotonic time, in nanoseconds
	 */
	public boolean isPastRefresh(long nanos) {
		return this.refreshTried || isRefreshDue(nanos);
	}

	/**
	 * {@return how long the token may be served still; zero or less if no more}
	 * @param clock tells the wall time
	 * @param nanos the monotonic time, in nanoseconds
	 */
	public Duration timeLeft(InstantSource clock, long nanos) {
		return shorter(Duration.ofMillis(this.untilMillis - clock.millis()), Duration.ofNanos(this.untilNanos - nanos));
	}

	/**
	 * {@return whether the caller is the one to refresh}
	 */
	public boolean beginRefresh() {
		return !this.refreshing.get() && this.refreshing.compareAndSet(false, true);
	}

	/**
	 * Takes note that the refresh is over. If this entry is still the one that is kept,
	 * it gave nothing.
	 * @param nextNanos when it may be tried again, in nanoseconds of the monotonic time
	 */
	public void refreshEnded(long nextNanos) {
		this.refreshTried = true;
		this.refreshNanos = nextNanos;
		this.refreshing.set(false);
	}

	/**
	 * {@return whether the token is being refreshed}
	 */
	public boolean isRefreshing() {
		return this.refreshing.get();
	}

	@Override
	public String toString() {
		return "TimedToken[token=" + this.token + ", until=" + this.until + "]";
	}

}
