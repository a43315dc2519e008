package io.github.oidcgrants.cache;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenServing;

/**
 * Which tokens of a registration are kept, and how long those and managed ones are
 * served. Immutable.
 */
public final class TokenCachePolicy {

	private static final TokenCachePolicy DEFAULTS = builder().build();

	private final boolean genericGrants;

	private final TokenServing serving;

	private TokenCachePolicy(Builder builder) {
		this.genericGrants = builder.genericGrants;
		this.serving = builder.serving;
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
	 * {@return how long tokens are served}
	 */
	public TokenServing serving() {
		return this.serving;
	}

	@Override
	public String toString() {
		return "TokenCachePolicy[genericGrants=" + this.genericGrants + ", serving=" + this.serving + "]";
	}

	/**
	 * Says how tokens are kept.
	 */
	public static final class Builder {

		private boolean genericGrants;

		private TokenServing serving = TokenServing.DEFAULTS;

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
			this.serving = new TokenServing(this.serving.skew(), this.serving.lifetimeIfUnknown(), refreshAhead);
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
			this.serving = new TokenServing(skew, this.serving.lifetimeIfUnknown(), this.serving.refreshAhead());
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
			this.serving = new TokenServing(this.serving.skew(), lifetime, this.serving.refreshAhead());
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
