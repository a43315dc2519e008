package io.github.oidcgrants.cache;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Where a token comes from that is not kept: one caller's way of asking for it. Those
 * with equal keys give the same token, whichever of them is asked.
 */
public interface TokenSource {

	/**
	 * {@return what tells the token from others}
	 */
	TokenCacheKey key();

	/**
	 * {@return how the token is kept}
	 */
	TokenCachePolicy policy();

	/**
	 * {@return the address of the server that is asked: refreshes ahead of one leave room
	 * for those of others. Unless said otherwise each registration has one of its own}
	 */
	default String provider() {
		return key().registrationId();
	}

	/**
	 * Asks the server, on the thread of this caller or of another one for the same key.
	 * @return the token
	 * @throws GrantException if there is none
	 */
	TokenEndpointResponse load();

	/**
	 * Is told of a token that did not come from {@link #load()} but from a
	 * {@link TokenStore}.
	 * @param token the token
	 */
	default void found(TokenEndpointResponse token) {
	}

	/**
	 * {@return how long this caller waits for the request of another}
	 */
	Duration timeout();

	/**
	 * {@return whether this caller waits less long than its registration says, so that a
	 * request that it sent and that took too long says nothing about the server}
	 */
	default boolean isImpatient() {
		return false;
	}

	/**
	 * {@return the same for when nobody waits: with as much time as the registration
	 * says}
	 */
	default TokenSource patient() {
		return this;
	}

	/**
	 * {@return whether the token can be asked for again without a caller who wants it, so
	 * that it may be refreshed ahead of its expiry}
	 */
	boolean isRepeatable();

}
