package io.github.oidcgrants;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.cache.TokenCacheKey;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * Gives tokens by registration id, and keeps those that can be used again: this is what
 * applications inject.
 * <p>
 * Thread-safe. A kept token is given without asking the server, and callers who need the
 * same one at the same time share one request for it.
 */
public final class GrantTemplate {

	private final GrantClient client;

	private final TokenCache cache;

	private final Map<String, Registered> registrations = new LinkedHashMap<>();

	/**
	 * Creates a template.
	 * @param client runs the grants
	 * @param cache keeps the tokens
	 * @param registrations the registrations, each with an id of its own
	 * @throws GrantException {@link Kind#MISCONFIGURED} if two have the same id
	 */
	public GrantTemplate(GrantClient client, TokenCache cache, Collection<GrantRegistration> registrations) {
		this.client = client;
		this.cache = cache;
		for (GrantRegistration registration : registrations) {
			Registered registered = new Registered(registration, key(registration, registration.parameters()));
			if (this.registrations.putIfAbsent(registration.id(), registered) != null) {
				throw GrantException
					.misconfigured("There are two registrations '" + registration.id() + "': rename one of them");
			}
		}
	}

	/**
	 * Gives a token by the grant that the registration names.
	 * @param registrationId the registration
	 * @return the token, kept or new
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or its grant needs more than its configuration says; else as the grant does
	 */
	public TokenEndpointResponse token(String registrationId) {
		Registered registered = registered(registrationId);
		AuthorizationGrantType grantType = registered.registration().grantType();
		if (AuthorizationGrantType.CLIENT_CREDENTIALS.equals(grantType)) {
			return clientCredentialsGrant(registered, registered.defaultKey(), registered.registration().parameters(),
					GrantOptions.none());
		}
		return genericGrantRequest(registrationId, grantType.getValue(), GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Gives a token by the client credentials grant (RFC 6749 section 4.4).
	 * @param registrationId the registration
	 * @return the token, kept or new
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(String, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse clientCredentialsGrant(String registrationId) {
		return clientCredentialsGrant(registrationId, GrantParameters.none());
	}

	/**
	 * Gives a token by the client credentials grant (RFC 6749 section 4.4).
	 * @param registrationId the registration
	 * @param parameters sets what to ask for; a parameter replaces the registration's of
	 * the same name
	 * @return the token, kept or new
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(String, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse clientCredentialsGrant(String registrationId,
			Consumer<GrantParameters.Builder> parameters) {
		return clientCredentialsGrant(registrationId, build(parameters));
	}

	/**
	 * Gives a token by the client credentials grant (RFC 6749 section 4.4).
	 * @param registrationId the registration
	 * @param parameters what to ask for; a parameter replaces the registration's of the
	 * same name
	 * @return the token, kept or new
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(String, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse clientCredentialsGrant(String registrationId, GrantParameters parameters) {
		return clientCredentialsGrant(registrationId, parameters, GrantOptions.none());
	}

	/**
	 * Gives a token by the client credentials grant (RFC 6749 section 4.4).
	 * @param registrationId the registration
	 * @param parameters what to ask for; a parameter replaces the registration's of the
	 * same name
	 * @param options how to run the grant
	 * @return the token, kept or new
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse clientCredentialsGrant(String registrationId, GrantParameters parameters,
			GrantOptions options) {
		Registered registered = registered(registrationId);
		GrantRegistration registration = registered.registration();
		GrantParameters merged = parameters.withDefaults(registration.parameters());
		TokenCacheKey key = merged.equals(registration.parameters()) ? registered.defaultKey()
				: key(registration, merged);
		return clientCredentialsGrant(registered, key, merged, options);
	}

	private TokenEndpointResponse clientCredentialsGrant(Registered registered, TokenCacheKey key,
			GrantParameters parameters, GrantOptions options) {
		Configuration configuration = registered.registration().configuration();
		if (parameters.hasSuppliers()) {
			// What it will ask for is not known yet, so neither is whose token it would
			// be.
			return this.client.clientCredentialsGrant(configuration, parameters, options);
		}
		if (options.forceNew()) {
			return this.cache.renew(key, () -> this.client.clientCredentialsGrant(configuration, parameters, options));
		}
		return this.cache.get(key, () -> this.client.clientCredentialsGrant(configuration, parameters, options));
	}

	/**
	 * Refreshes tokens (RFC 6749 section 6). Only what is given here is asked for, not
	 * what the registration asks for: a refresh must not ask for more than was granted.
	 * @param registrationId the registration
	 * @param refreshToken the refresh token
	 * @return the new tokens, never kept ones
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(String, String, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse refreshTokenGrant(String registrationId, String refreshToken) {
		return refreshTokenGrant(registrationId, refreshToken, GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Refreshes tokens (RFC 6749 section 6). Only what is given here is asked for, not
	 * what the registration asks for: a refresh must not ask for more than was granted.
	 * @param registrationId the registration
	 * @param refreshToken the refresh token
	 * @param parameters sets what to ask for
	 * @return the new tokens, never kept ones
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(String, String, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse refreshTokenGrant(String registrationId, String refreshToken,
			Consumer<GrantParameters.Builder> parameters) {
		return refreshTokenGrant(registrationId, refreshToken, build(parameters), GrantOptions.none());
	}

	/**
	 * Refreshes tokens (RFC 6749 section 6). Only what is given here is asked for, not
	 * what the registration asks for: a refresh must not ask for more than was granted.
	 * @param registrationId the registration
	 * @param refreshToken the refresh token
	 * @param parameters what to ask for
	 * @param options how to run the grant
	 * @return the new tokens, never kept ones
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse refreshTokenGrant(String registrationId, String refreshToken,
			GrantParameters parameters, GrantOptions options) {
		return this.client.refreshTokenGrant(configuration(registrationId), refreshToken, parameters, options);
	}

	/**
	 * Refreshes tokens that came from an earlier grant; a new ID token must agree with
	 * the earlier one (OpenID Connect Core 1.0 section 12.2).
	 * @param registrationId the registration
	 * @param previous the tokens to refresh
	 * @return the new tokens, never kept ones
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#refreshTokenGrant(Configuration, TokenEndpointResponse, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse refreshTokenGrant(String registrationId, TokenEndpointResponse previous) {
		return this.client.refreshTokenGrant(configuration(registrationId), previous, GrantParameters.none(),
				GrantOptions.none());
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5).
	 * @param registrationId the registration
	 * @param grantType the grant's name
	 * @param parameters sets what to ask for; a parameter replaces the registration's of
	 * the same name
	 * @return the token, never a kept one
	 * @throws GrantException as
	 * {@link #genericGrantRequest(String, String, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse genericGrantRequest(String registrationId, String grantType,
			Consumer<GrantParameters.Builder> parameters) {
		return genericGrantRequest(registrationId, grantType, build(parameters), GrantOptions.none());
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5): JWT bearer (RFC 7523),
	 * SAML 2.0 bearer (RFC 7522), token exchange (RFC 8693), or one of the server's own.
	 * @param registrationId the registration
	 * @param grantType the grant's name
	 * @param parameters what to ask for; a parameter replaces the registration's of the
	 * same name
	 * @param options how to run the grant
	 * @return the token, never a kept one
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#genericGrantRequest(Configuration, String, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse genericGrantRequest(String registrationId, String grantType,
			GrantParameters parameters, GrantOptions options) {
		GrantRegistration registration = registered(registrationId).registration();
		return this.client.genericGrantRequest(registration.configuration(), grantType,
				parameters.withDefaults(registration.parameters()), options);
	}

	private static GrantParameters build(Consumer<GrantParameters.Builder> parameters) {
		GrantParameters.Builder builder = GrantParameters.builder();
		parameters.accept(builder);
		return builder.build();
	}

	/**
	 * {@return the configuration of a registration}
	 * @param registrationId the registration
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	public Configuration configuration(String registrationId) {
		return registered(registrationId).registration().configuration();
	}

	/**
	 * {@return the ids of all registrations}
	 */
	public Set<String> registrationIds() {
		return Set.copyOf(this.registrations.keySet());
	}

	/**
	 * Forgets the kept tokens of a registration, so that the next call asks the server.
	 * @param registrationId the registration
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	public void evict(String registrationId) {
		this.cache.evict(registered(registrationId).registration().id());
	}

	private Registered registered(String registrationId) {
		Registered registered = this.registrations.get(registrationId);
		if (registered == null) {
			throw GrantException
				.misconfigured("There is no registration '" + registrationId + "', only " + this.registrations.keySet()
						+ ": add oidc-grants.registration." + registrationId + ", or use one that is there");
		}
		return registered;
	}

	private static TokenCacheKey key(GrantRegistration registration, GrantParameters parameters) {
		Configuration configuration = registration.configuration();
		TokenCacheKey.Builder key = TokenCacheKey
			.builder(registration.id(), AuthorizationGrantType.CLIENT_CREDENTIALS.getValue())
			.field("issuer", List.of(String.valueOf(configuration.server().issuer())))
			.field("client_id", List.of(configuration.clientId()))
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
		return "GrantTemplate" + this.registrations.keySet();
	}

	private record Registered(GrantRegistration registration, TokenCacheKey defaultKey) {
	}

}
