package io.github.oidcgrants.flight;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;

/**
 * A failure, and until when it keeps others from happening.
 *
 * @param <K> what tells requests apart
 * @param key what was asked for
 * @param failure how it failed
 * @param failures how many there were without a success
 * @param sinceNanos when it failed, in nanoseconds of the monotonic time
 * @param untilNanos when the next request may be sent, in nanoseconds of the monotonic
 * time
 * @param isTried whether one has been sent by now whose outcome is not known yet
 */
public record CoolDown<K>(K key, GrantException failure, int failures, long sinceNanos, long untilNanos,
		boolean isTried) {

	private static final Duration SOON = Duration.ofSeconds(1);

	CoolDown<K> until(long nanos) {
		return new CoolDown<>(this.key, this.failure, this.failures, this.sinceNanos, nanos, true);
	}

	/**
	 * {@return whether its time is not over yet}
	 * @param now the monotonic time, in nanoseconds
	 */
	public boolean isOn(long now) {
		return now - this.untilNanos < 0;
	}

	/**
	 * {@return how long it goes on}
	 * @param now the monotonic time, in nanoseconds
	 */
	public Duration left(long now) {
		return Duration.ofNanos(this.untilNanos - now);
	}

	GrantException refusal(String registrationId, long now) {
		Duration left = this.isTried ? SOON : left(now);
		return GrantException.coolingDown("Nothing was sent for the registration '" + registrationId + "', "
				+ (this.isTried ? "for one request is under way that tells whether that helps"
						: "and nothing will be for " + left.toMillis() + " ms")
				+ ": the last request failed, " + this.failure.getMessage(), left, this.failure);
	}

	@Override
	public String toString() {
		return "CoolDown[failures=" + this.failures + ", failure=" + this.failure.getMessage() + "]";
	}

}
