package io.github.oidcgrants.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What the JWT is like by which a client proves who it is (RFC 7523 section 3).
 * Immutable.
 */
public final class ClientAssertionOptions {

	private static final Set<String> OWN_HEADERS = Set.of("alg", "crit", "b64", "jwk");

	private static final Set<String> OWN_CLAIMS = Set.of("iss", "sub", "aud", "jti", "iat", "exp");

	private final @Nullable JWSAlgorithm algorithm;

	private final @Nullable String audience;

	private final boolean endpointAsAudience;

	private final Duration lifetime;

	private final Map<String, Object> header;

	private final Map<String, Object> claims;

	private ClientAssertionOptions(Builder builder) {
		this.algorithm = builder.algorithm;
		this.audience = builder.audience;
		this.endpointAsAudience = builder.endpointAsAudience;
		this.lifetime = builder.lifetime;
		this.header = Map.copyOf(builder.header);
		this.claims = Map.copyOf(builder.claims);
	}

	/**
	 * {@return the options unless something else is set}
	 */
	public static ClientAssertionOptions defaults() {
		return builder().build();
	}

	/**
	 * Begins with the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	JWSAlgorithm algorithm(JWSAlgorithm otherwise) {
		return (this.algorithm != null) ? this.algorithm : otherwise;
	}

	@Nullable JWSAlgorithm algorithm() {
		return this.algorithm;
	}

	@Nullable String audience() {
		return this.audience;
	}

	boolean endpointAsAudience() {
		return this.endpointAsAudience;
	}

	Duration lifetime() {
		return this.lifetime;
	}

	Map<String, Object> header() {
		return this.header;
	}

	Map<String, Object> claims() {
		return this.claims;
	}

	@Override
	public String toString() {
		return "ClientAssertionOptions[algorithm=" + this.algorithm + ", audience=" + this.audience
				+ ", endpointAsAudience=" + this.endpointAsAudience + ", lifetime=" + this.lifetime + ", header="
				+ this.header.keySet() + ", claims=" + this.claims.keySet() + "]";
	}

	/**
	 * Collects options. Each method throws {@link GrantException} of kind
	 * {@link Kind#MISCONFIGURED} for what cannot work.
	 */
	public static final class Builder {

		private @Nullable JWSAlgorithm algorithm;

		private @Nullable String audience;

		private boolean endpointAsAudience;

		private Duration lifetime = Duration.ofSeconds(60);

		private final Map<String, Object> header = new LinkedHashMap<>();

		private final Map<String, Object> claims = new LinkedHashMap<>();

		private Builder() {
		}

		/**
		 * Sets the signature algorithm. Unless set it is the one that the key is bound
		 * to, else for RSA PS256 if the server lists it and RS256 if not, for EC the one
		 * of the curve, for Ed25519 EdDSA, and for a secret HS256.
		 * @param algorithm the algorithm's name
		 * @return this
		 */
		public Builder algorithm(String algorithm) {
			this.algorithm = JWSAlgorithm.parse(algorithm);
			return this;
		}

		/**
		 * Sets the audience; the server's issuer identifier unless set.
		 * @param audience the audience
		 * @return this
		 */
		public Builder audience(String audience) {
			this.audience = audience;
			this.endpointAsAudience = false;
			return this;
		}

		/**
		 * Makes the address of the endpoint that is called the audience, for servers that
		 * take no other (Okta and Entra among them).
		 * @return this
		 */
		public Builder endpointAsAudience() {
			this.audience = null;
			this.endpointAsAudience = true;
			return this;
		}

		/**
		 * Sets how long the JWT is valid; 60 seconds unless set.
		 * @param lifetime the time, longer than nothing
		 * @return this
		 */
		public Builder lifetime(Duration lifetime) {
			if (lifetime.toSeconds() < 1) {
				throw GrantException
					.misconfigured("The lifetime of a client assertion must be at least a second, not " + lifetime);
			}
			this.lifetime = lifetime;
			return this;
		}

		/**
		 * Sets a header parameter, {@code typ} for one; {@code kid} and {@code x5t#S256}
		 * come from the key unless set here.
		 * @param name its name
		 * @param value its value
		 * @return this
		 */
		public Builder header(String name, Object value) {
			requireFree("header parameter", name, OWN_HEADERS);
			this.header.put(name, value);
			return this;
		}

		/**
		 * Adds a claim.
		 * @param name its name
		 * @param value its value
		 * @return this
		 */
		public Builder claim(String name, Object value) {
			requireFree("claim", name, OWN_CLAIMS);
			this.claims.put(name, value);
			return this;
		}

		private static void requireFree(String what, String name, Set<String> own) {
			if (own.contains(name)) {
				throw GrantException
					.misconfigured("The " + what + " '" + name + "' of a client assertion cannot be set: leave it out");
			}
		}

		/**
		 * Creates the options.
		 * @return the options
		 */
		public ClientAssertionOptions build() {
			return new ClientAssertionOptions(this);
		}

	}

}
