package io.github.oidcgrants.cache;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;

/**
 * How the tokens of a registration are kept. Immutable.
 */
public final class TokenCachePolicy {

	private static final Duration LONGEST = Duration.ofDays(3650);

	private static final TokenCachePolicy DEFAULTS = builder().build();

	private final boolean genericGrants;

	private final boolean refreshAhead;

	private final Duration skew;

	private final Duration lifetimeIfUnknown;

	private TokenCachePolicy(Builder builder) {
		this.genericGrants = builder.genericGrants;
		this.refreshAhead = builder.refreshAhead;
		this.skew = builder.skew;
		this.lifetimeIfUnknown = builder.lifetimeIfUnknown;
	}

	/**
	 * {@return what holds unless something else is said}
	 */
	public static TokenCachePolicy defaults() {
		return DEFAULTS;
	}

	/**
	 * Begins with the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * {@return whether the tokens of generic grants are kept, not only those of client
	 * credentials}
	 */
	public boolean genericGrants() {
		return this.genericGrants;
	}

	/**
	 * {@return whether tokens are refreshed ahead of their expiry}
	 */
	public boolean refreshAhead() {
		return this.refreshAhead;
	}

	/**
	 * {@return how long before its expiry a token is no longer served; at most a tenth of
	 * its lifetime counts}
	 */
	public Duration skew() {
		return this.skew;
	}

	/**
	 * {@return how long a token is served whose lifetime the server does not say}
	 */
	public Duration lifetimeIfUnknown() {
		return this.lifetimeIfUnknown;
	}

	@Override
	public String toString() {
		return "TokenCachePolicy[genericGrants=" + this.genericGrants + ", refreshAhead=" + this.refreshAhead
				+ ", skew=" + this.skew + ", lifetimeIfUnknown=" + this.lifetimeIfUnknown + "]";
	}

	/**
	 * Says how tokens are kept.
	 */
	public static final class Builder {

		private boolean genericGrants;

		private boolean refreshAhead = true;

		private Duration skew = Duration.ofSeconds(60);

		private Duration lifetimeIfUnknown = Duration.ofMinutes(5);

		private Builder() {
		}

		/**
		 * Says whether the tokens of generic grants are kept; they are not unless set.
		 * @param genericGrants whether they are
		 * @return this
		 */
		public Builder genericGrants(boolean genericGrants) {
			this.genericGrants = genericGrants;
			return this;
		}

		/**
		 * Says whether tokens are refreshed ahead of their expiry; they are unless set.
		 * @param refreshAhead whether they are
		 * @return this
		 */
		public Builder refreshAhead(boolean refreshAhead) {
			this.refreshAhead = refreshAhead;
			return this;
		}

		/**
		 * Sets how long before its expiry a token is no longer served; 60 seconds unless
		 * set. At most a tenth of a token's lifetime counts.
		 * @param skew the time, not negative
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is negative
		 */
		public Builder skew(Duration skew) {
			if (skew.isNegative()) {
				throw GrantException.misconfigured("The skew must not be negative, as " + skew + " is");
			}
			this.skew = skew;
			return this;
		}

		/**
		 * Sets how long a token is served whose lifetime the server does not say; 5
		 * minutes unless set.
		 * @param lifetime the time, longer than nothing and at most 3650 days
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is not
		 */
		public Builder lifetimeIfUnknown(Duration lifetime) {
			if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(LONGEST) > 0) {
				throw GrantException
					.misconfigured("The lifetime must be longer than nothing and at most 3650 days, not " + lifetime);
			}
			this.lifetimeIfUnknown = lifetime;
			return this;
		}

		/**
		 * Creates the policy.
		 * @return the policy
		 */
		public TokenCachePolicy build() {
			return new TokenCachePolicy(this);
		}

	}

}
