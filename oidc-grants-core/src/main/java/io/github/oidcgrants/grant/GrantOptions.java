package io.github.oidcgrants.grant;

import java.time.Duration;

import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

/**
 * How one grant is to be run, other than its parameters. Immutable.
 */
public final class GrantOptions {

	private static final GrantOptions NONE = builder().build();

	private final boolean forceNew;

	private final @Nullable String cacheAs;

	private final @Nullable Duration timeout;

	private final @Nullable DPoPHandle dpop;

	private final DPoPMode dpopMode;

	private final boolean boundDPoP;

	private final @Nullable PollingListener pollingListener;

	private GrantOptions(Builder builder) {
		this.dpop = builder.dpop;
		this.dpopMode = builder.dpopMode;
		this.boundDPoP = builder.boundDPoP;
		this.forceNew = builder.forceNew;
		this.cacheAs = builder.cacheAs;
		this.timeout = builder.timeout;
		this.pollingListener = builder.pollingListener;
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
	 * {@return the identity that the token is kept under, or {@code null}}
	 */
	public @Nullable String cacheAs() {
		return this.cacheAs;
	}

	/**
	 * {@return how long an exchange with the server may take, or {@code null} for what
	 * the configuration says}
	 */
	public @Nullable Duration timeout() {
		return this.timeout;
	}

	/**
	 * {@return the DPoP key to bind tokens to, or {@code null}}
	 */
	public @Nullable DPoPHandle dpop() {
		return this.dpop;
	}

	/**
	 * {@return whether tokens are to be bound to that key}
	 */
	public DPoPMode dpopMode() {
		return this.dpopMode;
	}

	/**
	 * {@return what is told how far a poll is, or {@code null}}
	 */
	public @Nullable PollingListener pollingListener() {
		return this.pollingListener;
	}

	boolean boundDPoP() {
		return this.boundDPoP;
	}

	/**
	 * Binds tokens to a key unless these options already say something about it.
	 * @param handle the key
	 * @param mode whether they are to be bound
	 * @return these options, with a key
	 */
	public GrantOptions withDefaultDPoP(DPoPHandle handle, DPoPMode mode) {
		if (this.dpop != null) {
			return this;
		}
		return new Builder(this).dpop(handle, mode).build();
	}

	/**
	 * Proves the key that the tokens are bound to which are to be refreshed: with a proof
	 * in any case, even if the server does not list the key's algorithm any more.
	 * @param handle the key
	 * @param mode whether a Bearer token is accepted in their place
	 * @return these options, with that key
	 */
	public GrantOptions withBoundDPoP(DPoPHandle handle, DPoPMode mode) {
		Builder builder = new Builder(this).dpop(handle, mode);
		builder.boundDPoP = true;
		return builder.build();
	}

	/**
	 * {@return the same with the timeout of the configuration}
	 */
	public GrantOptions withoutTimeout() {
		Builder builder = new Builder(this);
		builder.timeout = null;
		return builder.build();
	}

	@Override
	public String toString() {
		return "GrantOptions[forceNew=" + this.forceNew + ", cacheAs=" + ((this.cacheAs != null) ? Redactor.MASK : null)
				+ ", timeout=" + this.timeout + ", dpop=" + this.dpop + ", dpopMode=" + this.dpopMode + "]";
	}

	/**
	 * Collects options.
	 */
	public static final class Builder {

		private boolean forceNew;

		private @Nullable String cacheAs;

		private @Nullable Duration timeout;

		private @Nullable DPoPHandle dpop;

		private DPoPMode dpopMode = DPoPMode.OFF;

		private boolean boundDPoP;

		private @Nullable PollingListener pollingListener;

		private Builder() {
		}

		private Builder(GrantOptions options) {
			this.forceNew = options.forceNew;
			this.cacheAs = options.cacheAs;
			this.timeout = options.timeout;
			this.dpop = options.dpop;
			this.dpopMode = options.dpopMode;
			this.boundDPoP = options.boundDPoP;
			this.pollingListener = options.pollingListener;
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
		 * States whose token it is, so that it can be kept although a parameter comes
		 * from a supplier: what the supplier gives never tells tokens apart. The supplier
		 * must give what belongs to this identity on any thread, for the token may be
		 * refreshed in the background.
		 * @param subject the identity, such as a user's subject; nothing but its digest
		 * is kept
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is blank
		 */
		public Builder cacheAs(String subject) {
			if (subject.isBlank()) {
				throw GrantException.misconfigured("The identity to keep a token under (cacheAs) is blank: state it");
			}
			this.cacheAs = subject;
			return this;
		}

		/**
		 * Bounds each exchange with the server, body included, and how long to wait for
		 * the request of another caller.
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
		 * Binds the access token to a key if the server does that (RFC 9449).
		 * @param handle the key
		 * @return this
		 */
		public Builder dpop(DPoPHandle handle) {
			return dpop(handle, DPoPMode.PREFERRED);
		}

		/**
		 * Says whether the access token is bound to a key (RFC 9449).
		 * @param handle the key
		 * @param mode whether it is bound
		 * @return this
		 */
		public Builder dpop(DPoPHandle handle, DPoPMode mode) {
			this.dpop = handle;
			this.dpopMode = mode;
			return this;
		}

		/**
		 * Has somebody told how far a poll is, for the grants that ask until a user has
		 * decided.
		 * @param listener the one to tell
		 * @return this
		 */
		public Builder pollingListener(PollingListener listener) {
			this.pollingListener = listener;
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
