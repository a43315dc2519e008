package io.github.oidcgrants;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.oidcgrants.cache.TokenCacheKey;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * A registration with the keys of its tokens in the cache. The key of what it asks for by
 * itself is made once, and again when its DPoP key changes.
 */
final class Registered {

	private final GrantRegistration registration;

	private volatile DefaultKey defaultKey;

	Registered(GrantRegistration registration) {
		this.registration = registration;
		this.defaultKey = defaultKey(currentDPoP());
	}

	GrantRegistration registration() {
		return this.registration;
	}

	/**
	 * Adds the registration's DPoP key to what a call says.
	 */
	GrantOptions options(GrantOptions options) {
		DPoPHandle handle = currentDPoP();
		return (handle != null) ? options.withDefaultDPoP(handle, this.registration.dpopMode()) : options;
	}

	/**
	 * Adds the DPoP key that tokens are bound to: the refresh token of a public client is
	 * bound to it too (RFC 9449 section 5).
	 */
	GrantOptions optionsFor(TokenEndpointResponse previous) {
		DPoPKeyRing keys = this.registration.dpop();
		String thumbprint = previous.dpopThumbprint();
		DPoPHandle handle = (keys != null && thumbprint != null) ? keys.find(thumbprint) : null;
		return (handle != null) ? GrantOptions.builder().dpop(handle, this.registration.dpopMode()).build()
				: options(GrantOptions.none());
	}

	TokenCacheKey defaultKey() {
		DPoPHandle handle = currentDPoP();
		DefaultKey current = this.defaultKey;
		if (current.handle() != handle) {
			current = defaultKey(handle);
			this.defaultKey = current;
		}
		return current.key();
	}

	TokenCacheKey key(GrantParameters parameters, GrantOptions options) {
		if (options.dpop() == currentDPoP() && options.dpopMode() == this.registration.dpopMode()
				&& parameters.equals(this.registration.parameters())) {
			return defaultKey();
		}
		return key(parameters, options.dpop(), options.dpopMode());
	}

	private @Nullable DPoPHandle currentDPoP() {
		DPoPKeyRing keys = this.registration.dpop();
		return (keys != null && this.registration.dpopMode() != DPoPMode.OFF) ? keys.current() : null;
	}

	private DefaultKey defaultKey(@Nullable DPoPHandle handle) {
		return new DefaultKey(handle, key(this.registration.parameters(), handle, this.registration.dpopMode()));
	}

	private TokenCacheKey key(GrantParameters parameters, @Nullable DPoPHandle handle, DPoPMode mode) {
		List<String> dpop = (handle != null && mode != DPoPMode.OFF) ? List.of(handle.thumbprint(), mode.name())
				: List.of();
		Configuration configuration = this.registration.configuration();
		TokenCacheKey.Builder key = TokenCacheKey
			.builder(this.registration.id(), AuthorizationGrantType.CLIENT_CREDENTIALS.getValue())
			.field("issuer", List.of(String.valueOf(configuration.server().issuer())))
			.field("client_id", List.of(configuration.clientId()))
			.field("dpop", dpop)
			.scopes(parameters.scopes());
		Map<String, List<String>> others = new TreeMap<>(parameters.asMap());
		others.remove(OAuth2ParameterNames.SCOPE);
		List<String> resources = others.remove("resource");
		key.resources((resources != null) ? resources : List.of());
		others.forEach(key::field);
		return key.build();
	}

	@Override
	public String toString() {
		return this.registration.toString();
	}

	private record DefaultKey(@Nullable DPoPHandle handle, TokenCacheKey key) {
	}

}
