package io.github.oidcgrants.idtoken;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SignatureAlgorithms;
import org.jspecify.annotations.Nullable;

/**
 * What a client has agreed on with its server about ID tokens, and what it puts up with.
 * Immutable; {@link #toString()} shows no key.
 */
public final class IdTokenRules {

	private final @Nullable JWSAlgorithm algorithm;

	private final @Nullable Supplier<? extends @Nullable String> secret;

	private final List<JWK> decryptionKeys;

	private final Duration maxAge;

	private final Duration tolerance;

	private final boolean verifySignature;

	private IdTokenRules(Builder builder) {
		this.algorithm = builder.algorithm;
		this.secret = builder.secret;
		this.decryptionKeys = List.copyOf(builder.decryptionKeys);
		this.maxAge = builder.maxAge;
		this.tolerance = builder.tolerance;
		this.verifySignature = builder.verifySignature;
		if (this.algorithm != null && SignatureAlgorithms.isSymmetric(this.algorithm) && this.secret == null) {
			throw GrantException.misconfigured("ID tokens signed with " + this.algorithm
					+ " are verified with the client secret, but there is none: set client-secret, or register another"
					+ " algorithm (id-token.signature-algorithm)");
		}
	}

	/**
	 * {@return the rules unless something else was agreed on}
	 */
	public static IdTokenRules defaults() {
		return builder().build();
	}

	/**
	 * Begins with the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	@Nullable JWSAlgorithm algorithm() {
		return this.algorithm;
	}

	String secret() {
		if (this.secret == null) {
			throw new IllegalStateException("Only asked for when there is one");
		}
		String value;
		try {
			value = this.secret.get();
		}
		catch (GrantException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			// Its message may hold what it failed to read.
			throw GrantException.misconfigured("The supplier of the client secret that ID tokens are verified with"
					+ " failed with " + ex.getClass().getName());
		}
		if (value == null) {
			throw GrantException
				.misconfigured("The supplier of the client secret that ID tokens are verified with gave none");
		}
		return value;
	}

	List<JWK> decryptionKeys() {
		return this.decryptionKeys;
	}

	Duration maxAge() {
		return this.maxAge;
	}

	Duration tolerance() {
		return this.tolerance;
	}

	boolean verifySignature() {
		return this.verifySignature;
	}

	@Override
	public String toString() {
		return "IdTokenRules[algorithm=" + this.algorithm + ", decryptionKeys=" + this.decryptionKeys.size()
				+ ", maxAge=" + this.maxAge + ", tolerance=" + this.tolerance + ", verifySignature="
				+ this.verifySignature + "]";
	}

	/**
	 * Says what was agreed on.
	 */
	public static final class Builder {

		private @Nullable JWSAlgorithm algorithm;

		private @Nullable Supplier<String> secret;

		private final List<JWK> decryptionKeys = new ArrayList<>();

		private Duration maxAge = Duration.ofHours(1);

		private Duration tolerance = Duration.ofSeconds(30);

		private boolean verifySignature = true;

		private Builder() {
		}

		/**
		 * Sets the one algorithm that the client registered
		 * ({@code id_token_signed_response_alg}); unless set, any asymmetric one that the
		 * server lists is accepted, or RS256 if it lists none.
		 * @param algorithm the algorithm's name
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} for {@code none} and for what
		 * is no signature algorithm
		 */
		public Builder signatureAlgorithm(String algorithm) {
			JWSAlgorithm parsed = JWSAlgorithm.parse(algorithm);
			boolean known = JWSAlgorithm.Family.SIGNATURE.contains(parsed) || SignatureAlgorithms.isSymmetric(parsed);
			if (!known) {
				throw GrantException.misconfigured("'" + algorithm
						+ "' is not a signature algorithm for ID tokens: use RS256, PS256, ES256, EdDSA or another one"
						+ " that the server signs with; 'none' is never accepted");
			}
			this.algorithm = parsed;
			return this;
		}

		/**
		 * Sets where the client secret comes from, with which HS256, HS384 and HS512 are
		 * verified (OpenID Connect Core 1.0 section 10.1).
		 * @param secret gives the secret, at each use
		 * @return this
		 */
		public Builder secret(Supplier<String> secret) {
			this.secret = secret;
			return this;
		}

		/**
		 * Adds a private key for encrypted ID tokens. Once there is one, an ID token that
		 * is not encrypted is refused.
		 * @param key an RSA key, or an EC key on P-256, P-384 or P-521
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it cannot decrypt
		 */
		public Builder decryptionKey(JWK key) {
			IdTokenDecrypter.requireUsable(key);
			this.decryptionKeys.add(key);
			return this;
		}

		/**
		 * Sets how long ago an ID token may have been issued; an hour unless set.
		 * @param maxAge the time, not negative
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is negative
		 */
		public Builder maxAge(Duration maxAge) {
			requireNotNegative("age", maxAge);
			this.maxAge = maxAge;
			return this;
		}

		/**
		 * Sets how far the server's clock may be off; 30 seconds unless set.
		 * @param tolerance the time, not negative
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is negative
		 */
		public Builder tolerance(Duration tolerance) {
			requireNotNegative("clock skew", tolerance);
			this.tolerance = tolerance;
			return this;
		}

		private static void requireNotNegative(String what, Duration duration) {
			if (duration.isNegative()) {
				throw GrantException.misconfigured("The " + what + " of ID tokens cannot be negative: " + duration);
			}
		}

		/**
		 * Says whether signatures are verified; they are unless switched off. OpenID
		 * Connect Core 1.0 section 3.1.3.7 allows a client to rely on TLS instead,
		 * because these ID tokens come straight from the token endpoint.
		 * @param verify whether to verify
		 * @return this
		 */
		public Builder verifySignature(boolean verify) {
			this.verifySignature = verify;
			return this;
		}

		/**
		 * Creates the rules.
		 * @return the rules
		 * @throws GrantException {@link Kind#MISCONFIGURED} if a symmetric algorithm was
		 * registered and there is no secret
		 */
		public IdTokenRules build() {
			return new IdTokenRules(this);
		}

	}

}
