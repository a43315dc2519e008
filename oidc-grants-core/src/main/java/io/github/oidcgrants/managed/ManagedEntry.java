package io.github.oidcgrants.managed;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * What is kept under a name: the refresh token, what it is bound to, whom it was given
 * for, and the access tokens that came of it, each for what was asked for. Immutable.
 *
 * @param refreshToken the refresh token
 * @param dpopThumbprint the DPoP key that the tokens are bound to, or {@code null}
 * @param identity the claims of the login's ID token that later ones must agree with, or
 * {@code null} if there was none
 * @param since when the login was handed over
 * @param tokens the access tokens, the newest last
 * @param isLost whether the server refused the refresh token. The entry stays for a
 * while, so that another process which has a newer one can still write it
 */
record ManagedEntry(String refreshToken, @Nullable String dpopThumbprint, @Nullable Map<String, Object> identity,
		Instant since, Map<String, TimedToken> tokens, boolean isLost) {

	private static final int MAXIMUM_TOKENS = 16;

	static ManagedEntry of(String refreshToken, TokenEndpointResponse login, ManagedClockwork clockwork) {
		return new ManagedEntry(refreshToken, login.dpopThumbprint(), identity(login.claims()),
				clockwork.clock().instant(), Map.of(TokenVariant.DEFAULT, clockwork.timed(login.withoutRefreshToken())),
				false);
	}

	private static @Nullable Map<String, Object> identity(@Nullable OidcIdToken claims) {
		if (claims == null) {
			return null;
		}
		Map<String, Object> identity = new LinkedHashMap<>();
		for (String name : List.of("iss", "sub", "nonce")) {
			if (claims.getClaimAsString(name) != null) {
				identity.put(name, claims.getClaimAsString(name));
			}
		}
		identity.put("aud", List.copyOf(claims.getAudience()));
		return identity;
	}

	/**
	 * {@return the same with the next refresh token}
	 */
	ManagedEntry rotated(String next) {
		return new ManagedEntry(next, this.dpopThumbprint, this.identity, this.since, this.tokens, false);
	}

	/**
	 * Adds an access token, after it was validated.
	 */
	ManagedEntry with(String variant, TokenEndpointResponse token, ManagedClockwork clockwork) {
		Map<String, TimedToken> all = new LinkedHashMap<>(this.tokens);
		all.remove(variant);
		all.put(variant, clockwork.timed(token.withoutRefreshToken()));
		if (all.size() > MAXIMUM_TOKENS) {
			all.remove(all.keySet().iterator().next());
		}
		return new ManagedEntry(this.refreshToken,
				(token.dpopThumbprint() != null) ? token.dpopThumbprint() : this.dpopThumbprint,
				(this.identity != null) ? this.identity : identity(token.claims()), this.since, all, false);
	}

	/**
	 * {@return what is left when the server refuses the refresh token}
	 */
	ManagedEntry lost() {
		return new ManagedEntry(this.refreshToken, this.dpopThumbprint, this.identity, this.since, Map.of(), true);
	}

	/**
	 * {@return the login's ID token, as far as later ones must agree with it, or
	 * {@code null}}
	 */
	@Nullable OidcIdToken previous() {
		return (this.identity != null) ? new OidcIdToken("kept", null, null, this.identity) : null;
	}

	/**
	 * {@return what an access token of this entry was asked for with, or {@code null} if
	 * it is not here}
	 */
	@Nullable String variantOf(String accessToken) {
		return this.tokens.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().token().accessToken().equals(accessToken))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse(null);
	}

	@Override
	public String toString() {
		return "ManagedEntry[dpopThumbprint=" + this.dpopThumbprint + ", tokens=" + this.tokens.size() + "]";
	}

}
