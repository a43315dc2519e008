package io.github.oidcgrants;

import java.net.URI;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * A configuration under a name of the application's own, with what its grants ask for
 * unless told otherwise, and where its tokens may go. Immutable.
 */
public final class GrantRegistration {

	private final String id;

	private final Configuration configuration;

	private final AuthorizationGrantType grantType;

	private final GrantParameters parameters;

	private final @Nullable DPoPKeyRing dpop;

	private final DPoPMode dpopMode;

	private final Set<Origin> allowedOrigins;

	private final TokenCachePolicy cachePolicy;

	private final @Nullable String keepLoginsAs;

	private GrantRegistration(Builder builder) {
		this.id = builder.id;
		this.configuration = builder.configuration;
		this.grantType = builder.grantType;
		this.parameters = builder.parameters;
		this.dpop = builder.dpop;
		this.dpopMode = builder.dpopMode;
		this.cachePolicy = builder.cachePolicy;
		this.keepLoginsAs = builder.keepLoginsAs;
		this.allowedOrigins = builder.allowedOrigins.isEmpty() ? originsOf(builder.parameters)
				: Set.copyOf(builder.allowedOrigins);
		if (this.id.isBlank()) {
			throw GrantException.misconfigured("A registration has no id: name it");
		}
		if (this.keepLoginsAs != null && this.keepLoginsAs.isBlank()) {
			throw GrantException.misconfigured("The name that logins of the registration '" + this.id
					+ "' are kept under is blank: give them one, or do not keep them (keep-logins-as)");
		}
		for (Origin origin : this.allowedOrigins) {
			if (!origin.isSecure() && !this.configuration.allowInsecureRequests()) {
				throw GrantException.misconfigured("The allowed origin '" + origin + "' of the registration '" + this.id
						+ "' is not https: use https, or set allow-insecure-requests to true where nobody else can"
						+ " listen");
			}
		}
	}

	private static Set<Origin> originsOf(GrantParameters parameters) {
		return parameters.get("resource")
			.stream()
			.map(URI::create)
			.filter((uri) -> "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null)
			.map(Origin::of)
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Begins a registration of the client credentials grant.
	 * @param id the name, not blank
	 * @param configuration the client and its server
	 * @return a builder
	 */
	public static Builder builder(String id, Configuration configuration) {
		return new Builder(id, configuration);
	}

	/**
	 * {@return the name}
	 */
	public String id() {
		return this.id;
	}

	/**
	 * {@return the client and its server}
	 */
	public Configuration configuration() {
		return this.configuration;
	}

	/**
	 * {@return the grant that {@link GrantTemplate#token(String)} runs}
	 */
	public AuthorizationGrantType grantType() {
		return this.grantType;
	}

	/**
	 * {@return what grants ask for; a call's own parameter replaces the one of the same
	 * name}
	 */
	public GrantParameters parameters() {
		return this.parameters;
	}

	/**
	 * {@return the DPoP keys, or {@code null} if tokens are not bound to any}
	 */
	public @Nullable DPoPKeyRing dpop() {
		return this.dpop;
	}

	/**
	 * {@return whether tokens are bound to a DPoP key}
	 */
	public DPoPMode dpopMode() {
		return this.dpopMode;
	}

	/**
	 * {@return how tokens are kept}
	 */
	public TokenCachePolicy cachePolicy() {
		return this.cachePolicy;
	}

	/**
	 * {@return the name under which the tokens of logins are
	 * {@linkplain GrantTemplate#managed(String) managed}, or {@code null} if they are
	 * not}
	 */
	public @Nullable String keepLoginsAs() {
		return this.keepLoginsAs;
	}

	/**
	 * {@return whether tokens may go anywhere at all}
	 */
	public boolean hasAllowedOrigins() {
		return !this.allowedOrigins.isEmpty();
	}

	/**
	 * Says whether tokens may go to an address: one whose origin is on the list of
	 * allowed origins, or without a list one whose origin is that of an {@code https}
	 * resource.
	 * @param uri the address
	 * @return whether they may
	 */
	public boolean allows(URI uri) {
		return uri.getScheme() != null && uri.getHost() != null && this.allowedOrigins.contains(Origin.of(uri));
	}

	@Override
	public String toString() {
		return "GrantRegistration[id=" + this.id + ", configuration=" + this.configuration + ", grantType="
				+ this.grantType.getValue() + ", parameters=" + this.parameters + ", dpop=" + this.dpop + ", dpopMode="
				+ this.dpopMode + ", allowedOrigins=" + this.allowedOrigins + ", cachePolicy=" + this.cachePolicy + "]";
	}

	/**
	 * Says what a registration is like.
	 */
	public static final class Builder {

		private final String id;

		private final Configuration configuration;

		private AuthorizationGrantType grantType = AuthorizationGrantType.CLIENT_CREDENTIALS;

		private GrantParameters parameters = GrantParameters.none();

		private @Nullable DPoPKeyRing dpop;

		private DPoPMode dpopMode = DPoPMode.OFF;

		private Set<Origin> allowedOrigins = Set.of();

		private TokenCachePolicy cachePolicy = TokenCachePolicy.defaults();

		private @Nullable String keepLoginsAs;

		private Builder(String id, Configuration configuration) {
			this.id = id;
			this.configuration = configuration;
		}

		/**
		 * Sets the grant that {@link GrantTemplate#token(String)} runs.
		 * @param grantType the grant
		 * @return this
		 */
		public Builder grantType(AuthorizationGrantType grantType) {
			this.grantType = grantType;
			return this;
		}

		/**
		 * Sets what grants ask for.
		 * @param parameters the parameters
		 * @return this
		 */
		public Builder parameters(GrantParameters parameters) {
			this.parameters = parameters;
			return this;
		}

		/**
		 * Binds tokens to a DPoP key (RFC 9449).
		 * @param keys the keys; registrations may share them
		 * @param mode whether tokens are bound
		 * @return this
		 */
		public Builder dpop(DPoPKeyRing keys, DPoPMode mode) {
			this.dpop = keys;
			this.dpopMode = mode;
			return this;
		}

		/**
		 * Sets where tokens may go. Unless set, they may go to the origins of the
		 * {@code https} resources among the parameters.
		 * @param origins each a scheme, a host and, unless it is the usual one, a port
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if one is not
		 */
		public Builder allowedOrigins(Collection<String> origins) {
			this.allowedOrigins = origins.stream().map(Origin::parse).collect(Collectors.toUnmodifiableSet());
			return this;
		}

		/**
		 * Sets how tokens are kept; {@link TokenCachePolicy#defaults()} unless set.
		 * @param policy the policy
		 * @return this
		 */
		public Builder cachePolicy(TokenCachePolicy policy) {
			this.cachePolicy = policy;
			return this;
		}

		/**
		 * Has the tokens of each device authorization and backchannel authentication that
		 * come with a refresh token managed from then on, the newest login in the place
		 * of the one before; {@link GrantTemplate#token(String)} gives their access token
		 * if the registration's grant is one of these. The refresh token is not in what
		 * the poll gives then: nobody else must use it.
		 * @param name the name to manage them under
		 * @return this
		 */
		public Builder keepLoginsAs(String name) {
			this.keepLoginsAs = name;
			return this;
		}

		/**
		 * Creates the registration.
		 * @return the registration
		 * @throws GrantException {@link Kind#MISCONFIGURED} if the id is blank, or the
		 * name that logins are kept under
		 */
		public GrantRegistration build() {
			return new GrantRegistration(this);
		}

	}

}
