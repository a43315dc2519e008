package io.github.oidcgrants;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.oidcgrants.cache.TokenCacheKey;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationGrant;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The grants of a registration whose tokens are kept. Making the key of a token costs far
 * more than finding the token by it, so what was asked for is remembered with its key:
 * the registration's own grant always, and others where no secret is among what they ask
 * for.
 */
final class KeptGrants {

	private static final long REMEMBERED = 256;

	// Each answer of these is for one caller, or has a refresh token that works once.
	private static final Set<String> NEVER_KEPT = Set.of(AuthorizationGrantType.REFRESH_TOKEN.getValue(),
			AuthorizationGrantType.AUTHORIZATION_CODE.getValue(), AuthorizationGrantType.DEVICE_CODE.getValue(),
			BackchannelAuthenticationGrant.GRANT_TYPE.getValue());

	private final Registered registered;

	private final GrantRegistration registration;

	private final Cache<Ask, CachedGrant> remembered = Caffeine.newBuilder()
		.maximumSize(REMEMBERED)
		.executor(Runnable::run)
		.build();

	private volatile @Nullable Current current;

	KeptGrants(Registered registered) {
		this.registered = registered;
		this.registration = registered.registration();
	}

	/**
	 * {@return the grant that the registration names, with what it asks for by itself, on
	 * the way of every hit; {@code null} if its token is not kept}
	 */
	@Nullable CachedGrant ownGrant() {
		return current().grant();
	}

	private Current current() {
		DPoPHandle handle = this.registered.currentDPoP();
		String certificate = this.registration.configuration().certificateThumbprint();
		Current current = this.current;
		if (current == null || current.handle() != handle || !Objects.equals(current.certificate(), certificate)) {
			current = new Current(handle, certificate,
					create(this.registration.grantType().getValue(), GrantParameters.none(), GrantOptions.none()),
					new ConcurrentHashMap<>());
			this.current = current;
		}
		return current;
	}

	/**
	 * {@return what counts how often a token of the registration's own grant was given up
	 * because an API did not take it, even if it is not kept}
	 */
	TokenCacheKey refusableKey() {
		CachedGrant own = ownGrant();
		return (own != null) ? own.key()
				: TokenCacheKey.builder(this.registration.id(), this.registration.grantType().getValue()).build();
	}

	/**
	 * Finds the grant that a call means.
	 * @return the grant, or {@code null} if its token is not kept
	 * @throws GrantException if the call states an identity to keep the token under, but
	 * it is not kept
	 */
	@Nullable CachedGrant find(String grantType, GrantParameters parameters, GrantOptions options) {
		if (options == GrantOptions.none() && grantType.equals(this.registration.grantType().getValue())) {
			return find(current(), parameters);
		}
		if (!parameters.isPublic() || options.cacheAs() != null || !isKept(grantType)) {
			return create(grantType, parameters, options);
		}
		GrantOptions bound = this.registered.options(options);
		Ask ask = new Ask(grantType, parameters, bound.dpop(), bound.dpopMode(), bound.timeout(),
				this.registration.configuration().certificateThumbprint());
		CachedGrant grant = this.remembered.getIfPresent(ask);
		if (grant == null) {
			grant = create(grantType, parameters, options);
			if (grant != null) {
				this.remembered.put(ask, grant);
			}
		}
		return grant;
	}

	// On the way of every hit with parameters of its own, so nothing is made for a look.
	private @Nullable CachedGrant find(Current current, GrantParameters parameters) {
		if (parameters.equals(GrantParameters.none())) {
			return current.grant();
		}
		CachedGrant grant = current.others().get(parameters);
		if (grant == null) {
			grant = create(this.registration.grantType().getValue(), parameters, GrantOptions.none());
			if (grant != null && parameters.isPublic()) {
				current.remember(parameters, grant);
			}
		}
		return grant;
	}

	private boolean isKept(String grantType) {
		return AuthorizationGrantType.CLIENT_CREDENTIALS.getValue().equals(grantType)
				|| (this.registration.cachePolicy().genericGrants() && !NEVER_KEPT.contains(grantType));
	}

	private @Nullable CachedGrant create(String grantType, GrantParameters parameters, GrantOptions options) {
		if (!isKept(grantType)) {
			if (options.cacheAs() != null) {
				throw notKept(grantType);
			}
			return null;
		}
		GrantParameters merged = parameters.withDefaults(this.registration.parameters());
		if (merged.hasSuppliers() && options.cacheAs() == null) {
			// What it will ask for is not known yet, so neither is whose token it would
			// be.
			return null;
		}
		GrantOptions bound = this.registered.options(options);
		return new CachedGrant(this.registered, grantType, merged, bound, key(grantType, merged, bound));
	}

	private GrantException notKept(String grantType) {
		return GrantException.misconfigured("The registration '" + this.registration.id()
				+ "' keeps no token of this grant, so there is no identity to keep it under (cacheAs): "
				+ (NEVER_KEPT.contains(grantType) ? "leave it out" : "leave it out, or set oidc-grants.registration."
						+ this.registration.id() + ".cache.generic-grants to true"));
	}

	private TokenCacheKey key(String grantType, GrantParameters parameters, GrantOptions options) {
		DPoPHandle handle = options.dpop();
		List<String> dpop = (handle != null && options.dpopMode() != DPoPMode.OFF)
				? List.of(handle.thumbprint(), options.dpopMode().name()) : List.of();
		Configuration configuration = this.registration.configuration();
		TokenCacheKey.Builder key = TokenCacheKey.builder(this.registration.id(), grantType)
			.field("server", List.of(configuration.server().id()))
			.field("client_id", List.of(configuration.clientId()))
			.field("dpop", dpop)
			.field("certificate", listOf(configuration.certificateThumbprint()))
			.field("cache_as", listOf(options.cacheAs()))
			.field("supplied", new TreeSet<>(parameters.suppliedNames()))
			.scopes(parameters.scopes());
		Map<String, List<String>> others = new TreeMap<>(parameters.asMap());
		others.remove(OAuth2ParameterNames.SCOPE);
		List<String> resources = others.remove("resource");
		key.resources((resources != null) ? resources : List.of());
		others.forEach((name, values) -> key.field("parameter " + name, new TreeSet<>(values)));
		return key.build();
	}

	private static List<String> listOf(@Nullable String value) {
		return (value != null) ? List.of(value) : List.of();
	}

	@Override
	public String toString() {
		return "KeptGrants[" + this.registration + "]";
	}

	/**
	 * The registration's own grant with a key and a certificate, for what it asks for by
	 * itself and for other parameters.
	 */
	private record Current(@Nullable DPoPHandle handle, @Nullable String certificate, @Nullable CachedGrant grant,
			Map<GrantParameters, CachedGrant> others) {

		void remember(GrantParameters parameters, CachedGrant grant) {
			if (this.others.size() >= REMEMBERED) {
				this.others.clear();
			}
			this.others.put(parameters, grant);
		}

	}

	private record Ask(String grantType, GrantParameters parameters, @Nullable DPoPHandle handle, DPoPMode mode,
			@Nullable Duration timeout, @Nullable String certificate) {
	}

}
