package io.github.oidcgrants.grant;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * How one grant is to be run, other than its parameters. Immutable.
 */
public final class GrantOptions {

	private static final GrantOptions NONE = builder().build();

	private final boolean forceNew;

	private final @Nullable Duration timeout;

	private GrantOptions(Builder builder) {
		this.forceNew = builder.forceNew;
		this.timeout = builder.timeout;
	}

	/**
	 * {@return the defaults}
	 */
	public static GrantOptions none() {
		return NONE;
	}

	/**
	 * Begins with the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * {@return whether a kept token is to be left aside and replaced}
	 */
	public boolean forceNew() {
		return this.forceNew;
	}

	/**
	 * {@return how long an exchange with the server may take, or {@code null} for what
	 * the configuration says}
	 */
	public @Nullable Duration timeout() {
		return this.timeout;
	}

	@Override
	public String toString() {
		return "GrantOptions[forceNew=" + this.forceNew + ", timeout=" + this.timeout + "]";
	}

	/**
	 * Collects options.
	 */
	public static final class Builder {

		private boolean forceNew;

		private @Nullable Duration timeout;

		private Builder() {
		}

		/**
		 * Asks the server for a new token even if one is kept; the new one is kept
		 * instead.
		 * @return this
		 */
		public Builder forceNew() {
			this.forceNew = true;
			return this;
		}

		/**
		 * Bounds each exchange with the server, body included.
		 * @param timeout the time, longer than nothing
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is zero or negative
		 */
		public Builder timeout(Duration timeout) {
			if (timeout.isNegative() || timeout.isZero()) {
				throw GrantException.misconfigured("The timeout must be longer than nothing, not " + timeout);
			}
			this.timeout = timeout;
			return this;
		}

		/**
		 * Creates the options.
		 * @return the options
		 */
		public GrantOptions build() {
			return new GrantOptions(this);
		}

	}

}
