package io.github.oidcgrants.client;

import java.time.Duration;
import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SignatureAlgorithms;
import io.github.oidcgrants.jose.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * What a client has agreed on with its server about CIBA (OpenID Connect CIBA Core 1.0
 * section 4): how it learns that the user has decided, and whether its authentication
 * requests are signed. Immutable; {@link #toString()} shows no key.
 */
public final class CibaOptions {

	// A JWT counts in seconds: one of half a second would have expired when it is made.
	private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);

	private static final Duration LONGEST_LIFETIME = Duration.ofMinutes(60);

	private final TokenDeliveryMode tokenDeliveryMode;

	private final @Nullable Supplier<SigningKey> requestSigningKey;

	private final @Nullable JWSAlgorithm requestSigningAlgorithm;

	private final Duration requestLifetime;

	private CibaOptions(Builder builder) {
		this.tokenDeliveryMode = builder.tokenDeliveryMode;
		this.requestSigningKey = builder.requestSigningKey;
		this.requestSigningAlgorithm = builder.requestSigningAlgorithm;
		this.requestLifetime = builder.requestLifetime;
		if (this.requestSigningAlgorithm != null && this.requestSigningKey == null) {
			throw GrantException.misconfigured("There is an algorithm for signed authentication requests, but no key:"
					+ " set the key, or remove the algorithm");
		}
	}

	/**
	 * {@return polling, with requests that are not signed}
	 */
	public static CibaOptions defaults() {
		return builder().build();
	}

	/**
	 * Begins with the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * {@return how the client learns that the user has decided}
	 */
	public TokenDeliveryMode tokenDeliveryMode() {
		return this.tokenDeliveryMode;
	}

	/**
	 * {@return whether authentication requests are signed}
	 */
	public boolean signsRequests() {
		return this.requestSigningKey != null;
	}

	/**
	 * Reads the key that authentication requests are signed with, as it is now.
	 * @param clientId the client
	 * @return the key
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is none
	 */
	public SigningKey requestSigningKey(String clientId) {
		if (this.requestSigningKey == null) {
			throw GrantException.misconfigured("Client '" + clientId + "' has no key for authentication requests");
		}
		return Supplied.value("authentication request key", clientId, this.requestSigningKey);
	}

	/**
	 * {@return the algorithm that authentication requests are signed with, or
	 * {@code null} for one of the key's}
	 */
	public @Nullable JWSAlgorithm requestSigningAlgorithm() {
		return this.requestSigningAlgorithm;
	}

	/**
	 * {@return how long a signed authentication request is valid}
	 */
	public Duration requestLifetime() {
		return this.requestLifetime;
	}

	@Override
	public String toString() {
		return "CibaOptions[tokenDeliveryMode=" + this.tokenDeliveryMode + ", signsRequests=" + signsRequests()
				+ ", requestSigningAlgorithm=" + this.requestSigningAlgorithm + ", requestLifetime="
				+ this.requestLifetime + "]";
	}

	/**
	 * Collects what was agreed on. Each method throws {@link GrantException} of kind
	 * {@link Kind#MISCONFIGURED} for what cannot work.
	 */
	public static final class Builder {

		private TokenDeliveryMode tokenDeliveryMode = TokenDeliveryMode.POLL;

		private @Nullable Supplier<SigningKey> requestSigningKey;

		private @Nullable JWSAlgorithm requestSigningAlgorithm;

		private Duration requestLifetime = Duration.ofMinutes(5);

		private Builder() {
		}

		/**
		 * Sets how the client learns that the user has decided, as the server has it
		 * registered.
		 * @param mode the mode
		 * @return this
		 */
		public Builder tokenDeliveryMode(TokenDeliveryMode mode) {
			this.tokenDeliveryMode = mode;
			return this;
		}

		/**
		 * Signs authentication requests (section 7.1.1).
		 * @param key the key
		 * @return this
		 */
		public Builder requestSigningKey(SigningKey key) {
			return requestSigningKey(() -> key);
		}

		/**
		 * Signs authentication requests (section 7.1.1).
		 * @param key gives the key, at each use
		 * @return this
		 */
		public Builder requestSigningKey(Supplier<SigningKey> key) {
			this.requestSigningKey = key;
			return this;
		}

		/**
		 * Sets the algorithm that authentication requests are signed with
		 * ({@code backchannel_authentication_request_signing_alg}). Unless set it is
		 * chosen as for a client assertion.
		 * @param algorithm the algorithm's name; none that signs with a secret
		 * @return this
		 */
		public Builder requestSigningAlgorithm(String algorithm) {
			JWSAlgorithm parsed = JWSAlgorithm.parse(algorithm);
			if (SignatureAlgorithms.isSymmetric(parsed) || "none".equalsIgnoreCase(algorithm)) {
				throw GrantException.misconfigured("An authentication request cannot be signed with '" + parsed
						+ "': use an asymmetric algorithm, such as ES256 (OpenID Connect CIBA Core 1.0 section 7.1.1)");
			}
			this.requestSigningAlgorithm = parsed;
			return this;
		}

		/**
		 * Sets how long a signed authentication request is valid; 5 minutes unless set.
		 * @param lifetime the time, at least a second and at most 60 minutes
		 * @return this
		 */
		public Builder requestLifetime(Duration lifetime) {
			if (lifetime.compareTo(SHORTEST_LIFETIME) < 0 || lifetime.compareTo(LONGEST_LIFETIME) > 0) {
				throw GrantException.misconfigured("The lifetime of an authentication request must be at least "
						+ SHORTEST_LIFETIME + " and at most " + LONGEST_LIFETIME + ", not " + lifetime);
			}
			this.requestLifetime = lifetime;
			return this;
		}

		/**
		 * Creates the options.
		 * @return the options
		 */
		public CibaOptions build() {
			return new CibaOptions(this);
		}

	}

}
