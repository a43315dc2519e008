package io.github.oidcgrants;

import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.managed.ManagedTokens;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * A registration at work: its tokens that are kept or managed, whose DPoP key goes with
 * what, and how long a key is needed.
 */
final class Registered {

	// How long it is, no server says.
	private static final Duration REFRESH_TOKEN_LIFETIME = Duration.ofDays(30);

	private static final Log logger = LogFactory.getLog(GrantTemplate.class);

	private final GrantRegistration registration;

	private final GrantClient client;

	private final KeptGrants grants;

	private final ManagedTokens managed;

	private final UnaryOperator<TokenEndpointResponse> login;

	/**
	 * Sets it to work.
	 * @param registration the registration
	 * @param client runs its grants
	 * @param store where its managed tokens are
	 */
	Registered(GrantRegistration registration, GrantClient client, ManagedTokenStore store) {
		this.registration = registration;
		this.client = client;
		this.grants = new KeptGrants(this);
		this.managed = manage(store);
		this.login = this::loggedIn;
	}

	private ManagedTokens manage(ManagedTokenStore store) {
		Configuration configuration = this.registration.configuration();
		DPoPKeyRing keys = this.registration.dpop();
		if (keys != null && store.isPersistent()) {
			// There may be logins in it that nobody has asked for since the start.
			refreshTokenKept(keys.current().thumbprint(), this.client.clock().instant());
		}
		return new ManagedTokens(this.registration.id(), configuration.server().id() + " " + configuration.clientId(),
				store, new RegisteredRefresher(this.client, this), configuration.timeout(), this.client.clock(),
				this.registration.cachePolicy().serving());
	}

	GrantRegistration registration() {
		return this.registration;
	}

	/**
	 * {@return the address of the server that gives its tokens}
	 */
	String provider() {
		Configuration configuration = this.registration.configuration();
		return configuration.server().tokenOrigin(configuration.mutualTls());
	}

	/**
	 * {@return its grants whose tokens are kept}
	 */
	KeptGrants grants() {
		return this.grants;
	}

	/**
	 * {@return its tokens that are refreshed and kept}
	 */
	ManagedTokens managed() {
		return this.managed;
	}

	/**
	 * {@return what sees the token of a user who has decided: one for all who wait}
	 */
	UnaryOperator<TokenEndpointResponse> login() {
		return this.login;
	}

	private TokenEndpointResponse loggedIn(TokenEndpointResponse token) {
		issued(token);
		String name = this.registration.keepLoginsAs();
		if (name == null) {
			return token;
		}
		if (token.refreshToken() == null) {
			// Whoever asks from now on must not be given the tokens of the user before.
			logger.warn("The registration '" + this.registration.id() + "' keeps its logins, but the newest came"
					+ " without a refresh token: it is not kept. Ask for one (the scope offline_access, for many"
					+ " servers)");
			this.managed.forget(name);
			return token;
		}
		this.managed.put(name, token);
		// Two who use one refresh token would be taken for thieves of it.
		return token.withoutRefreshToken();
	}

	/**
	 * Asks the server.
	 * @param grantType the grant's name
	 * @param parameters what to ask for, the registration's defaults included
	 * @param options how to run the grant, the registration's DPoP key included
	 */
	TokenEndpointResponse send(String grantType, GrantParameters parameters, GrantOptions options) {
		Configuration configuration = this.registration.configuration();
		return issued(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue().equals(grantType)
				? this.client.clientCredentialsGrant(configuration, parameters, options)
				: this.client.genericGrantRequest(configuration, grantType, parameters, options));
	}

	/**
	 * Adds the registration's DPoP key to what a call says.
	 */
	GrantOptions options(GrantOptions options) {
		DPoPHandle handle = currentDPoP();
		return (handle != null) ? options.withDefaultDPoP(handle, this.registration.dpopMode()) : options;
	}

	/**
	 * Adds the DPoP key that tokens to refresh are bound to, or the next one where theirs
	 * is gone.
	 */
	GrantOptions options(GrantOptions options, @Nullable String thumbprint) {
		DPoPHandle handle = (thumbprint != null) ? key(thumbprint) : null;
		return (handle != null) ? options.withDefaultDPoP(handle, this.registration.dpopMode()) : options(options);
	}

	/**
	 * Finds the DPoP key that a token is bound to: it is used with that one only.
	 * @throws GrantException if that key is not here
	 */
	DPoPHandle requireKey(@Nullable String thumbprint) {
		DPoPHandle handle = (thumbprint != null) ? key(thumbprint) : null;
		if (handle == null) {
			throw GrantException.misconfigured("The token of the registration '" + this.registration.id()
					+ "' is bound to a DPoP key that is not here: nothing was sent. Configure that key (dpop.mode, and"
					+ " dpop.key or dpop.retired-keys), or get a new token, by a new login if it came of one");
		}
		return handle;
	}

	/**
	 * {@return the DPoP key with that thumbprint, or {@code null} if it is not here or
	 * none is to be used}
	 */
	@Nullable DPoPHandle key(String thumbprint) {
		DPoPKeyRing keys = this.registration.dpop();
		return (keys != null && this.registration.dpopMode() != DPoPMode.OFF) ? keys.find(thumbprint) : null;
	}

	/**
	 * Has the key stay that a new token is bound to.
	 */
	TokenEndpointResponse issued(TokenEndpointResponse token) {
		DPoPKeyRing keys = this.registration.dpop();
		if (keys != null && token.dpopThumbprint() != null) {
			keys.issued(token.dpopThumbprint(), neededUntil(token));
		}
		return token;
	}

	private @Nullable Instant neededUntil(TokenEndpointResponse token) {
		return (token.refreshToken() != null && bindsRefreshTokens()) ? token.issuedAt().plus(REFRESH_TOKEN_LIFETIME)
				: token.expiresAt();
	}

	/**
	 * Has the key stay that a refresh token may be bound to.
	 */
	void refreshTokenKept(String thumbprint, Instant now) {
		DPoPKeyRing keys = this.registration.dpop();
		if (keys != null && bindsRefreshTokens()) {
			keys.issued(thumbprint, now.plus(REFRESH_TOKEN_LIFETIME));
		}
	}

	// Those of a public client are bound to the key too (RFC 9449 section 5).
	private boolean bindsRefreshTokens() {
		return this.registration.configuration().isPublic();
	}

	/**
	 * {@return the DPoP key that new tokens are bound to, or {@code null}}
	 */
	@Nullable DPoPHandle currentDPoP() {
		DPoPKeyRing keys = this.registration.dpop();
		return (keys != null && this.registration.dpopMode() != DPoPMode.OFF) ? keys.current() : null;
	}

	@Override
	public String toString() {
		return this.registration.toString();
	}

}
