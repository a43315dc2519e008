package io.github.oidcgrants;

import java.time.Duration;

import io.github.oidcgrants.cache.TokenCacheKey;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.cache.TokenSource;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * A grant whose token is kept.
 *
 * @param registered the registration
 * @param grantType the grant's name
 * @param parameters what it asks for, the registration's defaults included
 * @param options how it is run, the registration's DPoP key included
 * @param key what tells its token from others
 */
record CachedGrant(Registered registered, String grantType, GrantParameters parameters, GrantOptions options,
		TokenCacheKey key) implements TokenSource {

	@Override
	public TokenCachePolicy policy() {
		return this.registered.registration().cachePolicy();
	}

	@Override
	public String provider() {
		return this.registered.provider();
	}

	@Override
	public TokenEndpointResponse load() {
		return this.registered.send(this.grantType, this.parameters, this.options);
	}

	@Override
	public void found(TokenEndpointResponse token) {
		this.registered.issued(token);
	}

	@Override
	public Duration timeout() {
		Duration own = this.options.timeout();
		return (own != null) ? own : this.registered.registration().configuration().timeout();
	}

	@Override
	public boolean isImpatient() {
		return timeout().compareTo(this.registered.registration().configuration().timeout()) < 0;
	}

	@Override
	public TokenSource patient() {
		return (this.options.timeout() != null) ? new CachedGrant(this.registered, this.grantType, this.parameters,
				this.options.withoutTimeout(), this.key) : this;
	}

	// A supplier makes its value anew each time, and a stated identity says whose.
	@Override
	public boolean isRepeatable() {
		return !this.parameters.hasSuppliers() || this.options.cacheAs() != null;
	}

	@Override
	public String toString() {
		return "CachedGrant[key=" + this.key + "]";
	}

}
