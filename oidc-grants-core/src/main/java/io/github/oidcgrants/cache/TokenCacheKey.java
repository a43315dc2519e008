package io.github.oidcgrants.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What tells one kept token from another. Two requests share a token only if nothing that
 * could change the answer differs: all fields go, length first, into one SHA-256 digest,
 * so neither the order of fields nor where one ends and the next begins can be confused,
 * and nothing secret can be read back.
 */
public final class TokenCacheKey {

	private final String registrationId;

	private final String grantType;

	private final Set<String> scopes;

	private final List<String> resources;

	private final String digest;

	private TokenCacheKey(Builder builder) {
		this.registrationId = builder.registrationId;
		this.grantType = builder.grantType;
		this.scopes = builder.scopes;
		this.resources = builder.resources;
		this.digest = HexFormat.of().formatHex(builder.sha256.digest());
	}

	/**
	 * Begins a key.
	 * @param registrationId the registration that asks
	 * @param grantType the grant it asks with
	 * @return a builder
	 */
	public static Builder builder(String registrationId, String grantType) {
		return new Builder(registrationId, grantType);
	}

	String digest() {
		return this.digest;
	}

	String registrationId() {
		return this.registrationId;
	}

	String grantType() {
		return this.grantType;
	}

	Set<String> scopes() {
		return this.scopes;
	}

	List<String> resources() {
		return this.resources;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof TokenCacheKey key && this.digest.equals(key.digest));
	}

	@Override
	public int hashCode() {
		return this.digest.hashCode();
	}

	@Override
	public String toString() {
		return "TokenCacheKey[registrationId=" + this.registrationId + ", grantType=" + this.grantType + ", scopes="
				+ this.scopes + ", resources=" + this.resources + "]";
	}

	/**
	 * Collects what a key is made of.
	 */
	public static final class Builder {

		private final MessageDigest sha256 = sha256();

		private final String registrationId;

		private final String grantType;

		private Set<String> scopes = Set.of();

		private List<String> resources = List.of();

		private Builder(String registrationId, String grantType) {
			this.registrationId = registrationId;
			this.grantType = grantType;
			field("registration", List.of(registrationId));
			field("grant_type", List.of(grantType));
		}

		/**
		 * Adds the scopes; their order does not matter.
		 * @param scopes the scopes
		 * @return this
		 */
		public Builder scopes(Set<String> scopes) {
			this.scopes = Collections.unmodifiableSet(new LinkedHashSet<>(scopes));
			return field("scope", new TreeSet<>(scopes));
		}

		/**
		 * Adds the resources; their order does not matter.
		 * @param resources the resources
		 * @return this
		 */
		public Builder resources(List<String> resources) {
			this.resources = List.copyOf(resources);
			return field("resource", new TreeSet<>(resources));
		}

		/**
		 * Adds anything else. What is added in another order makes another key.
		 * @param name what it is
		 * @param values its values; only their digest is kept
		 * @return this
		 */
		public Builder field(String name, Collection<String> values) {
			update(name);
			this.sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(values.size()).array());
			values.forEach(this::update);
			return this;
		}

		private void update(String text) {
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			this.sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
			this.sha256.update(bytes);
		}

		private static MessageDigest sha256() {
			try {
				return MessageDigest.getInstance("SHA-256");
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException("Every Java platform has SHA-256", ex);
			}
		}

		/**
		 * Creates the key.
		 * @return the key
		 */
		public TokenCacheKey build() {
			return new TokenCacheKey(this);
		}

	}

}
