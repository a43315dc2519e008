package io.github.oidcgrants;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.managed.ManagedTokens;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * A registration at work: its tokens that are kept or managed, whose DPoP key goes with
 * what, and how long a key is needed.
 */
final class Registered {

	// How long it is, no server says.
	private static final Duration REFRESH_TOKEN_LIFETIME = Duration.ofDays(30);

	private final GrantRegistration registration;

	private final KeptGrants grants;

	private final ManagedTokens managed;

	private final UnaryOperator<TokenEndpointResponse> login;

	/**
	 * Creates it.
	 * @param registration the registration
	 * @param runner runs a grant whose token is kept
	 * @param manager makes its managed tokens
	 * @param login is given the token of a user who has decided
	 */
	Registered(GrantRegistration registration, Function<CachedGrant, TokenEndpointResponse> runner,
			Function<Registered, ManagedTokens> manager,
			BiFunction<Registered, TokenEndpointResponse, TokenEndpointResponse> login) {
		this.registration = registration;
		this.grants = new KeptGrants(this, runner);
		this.managed = manager.apply(this);
		this.login = (token) -> login.apply(this, token);
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

	/**
	 * Adds the registration's DPoP key to what a call says.
	 */
	GrantOptions options(GrantOptions options) {
		DPoPHandle handle = currentDPoP();
		return (handle != null) ? options.withDefaultDPoP(handle, this.registration.dpopMode()) : options;
	}

	/**
	 * Adds the DPoP key that tokens to refresh are bound to. The refresh token of a
	 * public client is bound to it too (RFC 9449 section 5); that of another client is
	 * good for the next key where theirs is gone.
	 * @throws GrantException if the refresh token may be bound to a key that is not here
	 */
	GrantOptions options(GrantOptions options, @Nullable String thumbprint) {
		if (thumbprint == null) {
			return options(options);
		}
		boolean own = options.dpop() != null;
		DPoPHandle handle = own ? options.dpop() : key(thumbprint);
		DPoPMode mode = own ? options.dpopMode() : this.registration.dpopMode();
		if (handle != null && mode != DPoPMode.OFF && handle.thumbprint().equals(thumbprint)) {
			return options.withBoundDPoP(handle, mode);
		}
		if (bindsRefreshTokens()) {
			throw keyIsGone();
		}
		return options(options);
	}

	/**
	 * Finds the DPoP key that a token is bound to: it is used with that one only.
	 * @throws GrantException if that key is not here
	 */
	DPoPHandle requireKey(@Nullable String thumbprint) {
		DPoPHandle handle = (thumbprint != null) ? key(thumbprint) : null;
		if (handle == null) {
			throw keyIsGone();
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

	private GrantException keyIsGone() {
		return GrantException.misconfigured("The token of the registration '" + this.registration.id()
				+ "' is bound to a DPoP key that is not here: nothing was sent. Configure that key (dpop.mode, and"
				+ " dpop.key or dpop.retired-keys), or get a new token, by a new login if it came of one");
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
