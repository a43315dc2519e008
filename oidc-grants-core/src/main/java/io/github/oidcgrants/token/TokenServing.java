package io.github.oidcgrants.token;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;

/**
 * How long tokens that are kept or managed are served. Immutable.
 *
 * @param skew how long before its expiry a token is no longer served, not negative; at
 * most a tenth of its lifetime counts
 * @param lifetimeIfUnknown how long a token is served whose lifetime the server does not
 * say: longer than nothing and at most 3650 days
 * @param refreshAhead whether tokens are refreshed in the background, ahead of their
 * expiry
 */
public record TokenServing(Duration skew, Duration lifetimeIfUnknown, boolean refreshAhead) {

	/**
	 * A skew of 60 seconds, 5 minutes where the server does not say, and refreshes ahead.
	 */
	public static final TokenServing DEFAULTS = new TokenServing(Duration.ofSeconds(60), Duration.ofMinutes(5), true);

	/**
	 * Checks what is said.
	 * @param skew how long before its expiry a token is no longer served
	 * @param lifetimeIfUnknown how long one is served that has no expiry
	 * @param refreshAhead whether it is refreshed ahead
	 * @throws GrantException {@link Kind#MISCONFIGURED} if a time is not one of those
	 */
	public TokenServing {
		if (skew.isNegative()) {
			throw GrantException.misconfigured("The skew must not be negative, as " + skew + " is");
		}
		if (lifetimeIfUnknown.isNegative() || lifetimeIfUnknown.isZero()
				|| lifetimeIfUnknown.compareTo(TimedToken.LONGEST_LIFETIME) > 0) {
			throw GrantException.misconfigured(
					"The lifetime must be longer than nothing and at most 3650 days, not " + lifetimeIfUnknown);
		}
	}

}
