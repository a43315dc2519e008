package io.github.oidcgrants.boot.actuate;

import io.github.oidcgrants.cache.TokenCache;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Tells which tokens are kept, and forgets those of a registration. No answer holds a
 * token or a secret.
 */
@Endpoint(id = "oidcgrants")
public final class OidcGrantsEndpoint {

	private final TokenCache cache;

	/**
	 * Creates the endpoint.
	 * @param cache keeps the tokens
	 */
	public OidcGrantsEndpoint(TokenCache cache) {
		this.cache = cache;
	}

	/**
	 * {@return what is kept at the moment}
	 */
	@ReadOperation
	public TokenCacheDescriptor tokens() {
		return TokenCacheDescriptor.of(this.cache.status());
	}

	/**
	 * Forgets the tokens of a registration, so that the next call asks the server. Does
	 * nothing if there are none.
	 * @param registration the registration's id
	 */
	@DeleteOperation
	public void evict(@Selector String registration) {
		this.cache.evict(registration);
	}

}
