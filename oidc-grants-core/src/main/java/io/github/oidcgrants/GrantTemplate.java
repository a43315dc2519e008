package io.github.oidcgrants;

import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.grant.BackchannelAuthenticationGrant;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.managed.ManagedTokens;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * Gives tokens by registration id, and keeps those that can be used again: this is what
 * applications inject.
 * <p>
 * Thread-safe. A kept token is given without asking the server, and callers who need the
 * same one at the same time share one request for it. The tokens of client credentials
 * are kept, and those of other grants where the registration says so
 * ({@link GrantRegistration#cachePolicy()}).
 */
public final class GrantTemplate implements GrantOperations<String>, AutoCloseable {

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
		this(client, cache, registrations, ManagedTokenStore.inMemory());
	}

	/**
	 * Creates a template whose managed tokens are in a store of the application's own.
	 * @param client runs the grants
	 * @param cache keeps the tokens
	 * @param registrations the registrations, each with an id of its own
	 * @param managedTokenStore where {@linkplain #managed(String) managed tokens} are
	 * @throws GrantException {@link Kind#MISCONFIGURED} if two have the same id
	 */
	public GrantTemplate(GrantClient client, TokenCache cache, Collection<GrantRegistration> registrations,
			ManagedTokenStore managedTokenStore) {
		this.client = client;
		this.cache = cache;
		for (GrantRegistration registration : registrations) {
			Registered registered = new Registered(registration, client, managedTokenStore);
			if (this.registrations.putIfAbsent(registration.id(), registered) != null) {
				throw GrantException
					.misconfigured("There are two registrations '" + registration.id() + "': rename one of them");
			}
		}
	}

	/**
	 * Gives the tokens of a registration that are refreshed and kept, each set under a
	 * name: hand them over once, and ask for a valid access token ever after.
	 * @param registrationId the registration
	 * @return its managed tokens
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	public ManagedTokens managed(String registrationId) {
		return registered(registrationId).managed();
	}

	/**
	 * Gives a token by the grant that the registration names.
	 * @param registrationId the registration
	 * @return the token, kept or new
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or its grant needs more than its configuration says; else as the grant does, or
	 * {@link ManagedTokens#token(String)} where logins are kept
	 */
	public TokenEndpointResponse token(String registrationId) {
		Registered registered = registered(registrationId);
		CachedGrant own = registered.grants().ownGrant();
		if (own != null) {
			return this.cache.get(own);
		}
		if (isLogin(registered.registration())) {
			return login(registered);
		}
		return run(registered, registered.registration().grantType().getValue(), GrantParameters.none(),
				GrantOptions.none());
	}

	private static boolean isLogin(GrantRegistration registration) {
		return BackchannelAuthenticationGrant.GRANT_TYPE.equals(registration.grantType())
				|| AuthorizationGrantType.DEVICE_CODE.equals(registration.grantType());
	}

	private TokenEndpointResponse login(Registered registered) {
		GrantRegistration registration = registered.registration();
		if (registration.keepLoginsAs() != null) {
			return registered.managed().token(registration.keepLoginsAs());
		}
		throw GrantException.misconfigured("The registration '" + registration.id() + "' has no token of its own: its"
				+ " grant needs a user. Begin with initiateDeviceAuthorization or initiateBackchannelAuthentication, and"
				+ " keep their logins (keep-logins-as) to have their token here");
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
	 * does, and {@link Kind#COOLING_DOWN} if the last request failed a moment ago
	 */
	@Override
	public TokenEndpointResponse clientCredentialsGrant(String registrationId, GrantParameters parameters,
			GrantOptions options) {
		return run(registered(registrationId), AuthorizationGrantType.CLIENT_CREDENTIALS.getValue(), parameters,
				options);
	}

	private TokenEndpointResponse run(Registered registered, String grantType, GrantParameters parameters,
			GrantOptions options) {
		CachedGrant kept = registered.grants().find(grantType, parameters, options);
		if (kept == null) {
			return registered.send(grantType, parameters.withDefaults(registered.registration().parameters()),
					registered.options(options));
		}
		return options.forceNew() ? this.cache.renew(kept) : this.cache.get(kept);
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
	@Override
	public TokenEndpointResponse refreshTokenGrant(String registrationId, String refreshToken,
			GrantParameters parameters, GrantOptions options) {
		Registered registered = registered(registrationId);
		return registered.issued(this.client.refreshTokenGrant(registered.registration().configuration(), refreshToken,
				parameters, registered.options(options)));
	}

	/**
	 * Refreshes tokens that came from an earlier grant; a new ID token must agree with
	 * the earlier one (OpenID Connect Core 1.0 section 12.2). Bound tokens are refreshed
	 * with their own DPoP key as long as the registration has it; without it those of a
	 * public client are not, for the refresh token is bound to it (RFC 9449 section 5).
	 * @param registrationId the registration
	 * @param previous the tokens to refresh
	 * @param parameters what to ask for; not what the registration asks for
	 * @param options how to run the grant
	 * @return the new tokens, never kept ones
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or the refresh token may be bound to a DPoP key that is not here; else as
	 * {@link GrantClient#refreshTokenGrant(Configuration, TokenEndpointResponse, GrantParameters, GrantOptions)}
	 * does
	 */
	@Override
	public TokenEndpointResponse refreshTokenGrant(String registrationId, TokenEndpointResponse previous,
			GrantParameters parameters, GrantOptions options) {
		Registered registered = registered(registrationId);
		return registered.issued(this.client.refreshTokenGrant(registered.registration().configuration(), previous,
				parameters, registered.options(options, previous.dpopThumbprint())));
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5): JWT bearer (RFC 7523),
	 * SAML 2.0 bearer (RFC 7522), token exchange (RFC 8693), or one of the server's own.
	 * @param registrationId the registration
	 * @param grantType the grant's name
	 * @param parameters what to ask for; a parameter replaces the registration's of the
	 * same name
	 * @param options how to run the grant; with
	 * {@link GrantOptions.Builder#cacheAs(String)} for whom to keep the token if a
	 * parameter comes from a supplier
	 * @return the token, new unless the registration keeps the tokens of such grants
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#genericGrantRequest(Configuration, String, GrantParameters, GrantOptions)}
	 * does, and {@link Kind#COOLING_DOWN} if the token would be kept and the last request
	 * failed a moment ago
	 */
	@Override
	public TokenEndpointResponse genericGrantRequest(String registrationId, String grantType,
			GrantParameters parameters, GrantOptions options) {
		return run(registered(registrationId), grantType, parameters, options);
	}

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1).
	 * @param registrationId the registration
	 * @param parameters what to ask for; a parameter replaces the registration's of the
	 * same name
	 * @param options how to ask
	 * @return the code, and where to enter it
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#initiateDeviceAuthorization(Configuration, GrantParameters, GrantOptions)}
	 * does
	 */
	@Override
	public DeviceAuthorizationResponse initiateDeviceAuthorization(String registrationId, GrantParameters parameters,
			GrantOptions options) {
		Registered registered = registered(registrationId);
		return this.client.initiateDeviceAuthorization(registered.registration().configuration(),
				parameters.withDefaults(registered.registration().parameters()), registered.options(options));
	}

	/**
	 * Asks for the token of a device authorization until the user has decided (RFC 8628
	 * sections 3.4 and 3.5).
	 * @param registrationId the registration
	 * @param pending the code that the user enters
	 * @param parameters what is asked for besides, a resource for one: not what the
	 * registration asks for, which the user sees when they decide
	 * @param options how to ask
	 * @return the token, never a kept one; whatever completes the future ends the poll,
	 * and it fails as that of
	 * {@link GrantClient#pollDeviceAuthorizationGrant(Configuration, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * does
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	@Override
	public CompletableFuture<TokenEndpointResponse> pollDeviceAuthorizationGrant(String registrationId,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options) {
		Registered registered = registered(registrationId);
		return this.client.pollDevice(registered.registration().configuration(), pending, parameters,
				kept(registered, options, pending.expiresAt()), registered.login());
	}

	/**
	 * Has a user asked on a device of theirs (OpenID Connect CIBA Core 1.0 section 7.1).
	 * @param registrationId the registration
	 * @param parameters whom to ask, by exactly one of {@code login_hint},
	 * {@code id_token_hint} and {@code login_hint_token}, and for what; a parameter
	 * replaces the registration's of the same name
	 * @param options how to ask
	 * @return what the token is asked for with
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration;
	 * else as
	 * {@link GrantClient#initiateBackchannelAuthentication(Configuration, GrantParameters, GrantOptions)}
	 * does
	 */
	@Override
	public BackchannelAuthenticationResponse initiateBackchannelAuthentication(String registrationId,
			GrantParameters parameters, GrantOptions options) {
		Registered registered = registered(registrationId);
		return this.client.initiateBackchannelAuthentication(registered.registration().configuration(),
				parameters.withDefaults(registered.registration().parameters()), registered.options(options));
	}

	/**
	 * Asks for the token of a backchannel authentication until the user has decided
	 * (OpenID Connect CIBA Core 1.0 sections 10.1 and 11).
	 * @param registrationId the registration
	 * @param pending the authentication request
	 * @param parameters what is asked for besides; not what the registration asks for
	 * @param options how to ask
	 * @return the token, never a kept one; whatever completes the future ends the poll,
	 * and it fails as that of
	 * {@link GrantClient#pollBackchannelAuthenticationGrant(Configuration, BackchannelAuthenticationResponse, GrantParameters, GrantOptions)}
	 * does
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	@Override
	public CompletableFuture<TokenEndpointResponse> pollBackchannelAuthenticationGrant(String registrationId,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options) {
		Registered registered = registered(registrationId);
		return this.client.pollBackchannel(registered.registration().configuration(), pending, parameters,
				kept(registered, options, pending.expiresAt()), registered.login());
	}

	// A key that retires while a user decides must be there still when the token comes.
	private static GrantOptions kept(Registered registered, GrantOptions options, Instant until) {
		GrantOptions bound = registered.options(options);
		DPoPKeyRing keys = registered.registration().dpop();
		if (keys != null && bound.dpop() != null) {
			keys.issued(bound.dpop().thumbprint(), until);
		}
		return bound;
	}

	/**
	 * Authorizes one call of a protected API with the registration's token. Whoever sends
	 * it must follow no redirect, or the token goes where that leads.
	 * @param registrationId the registration
	 * @param method the call's method
	 * @param uri the call's address
	 * @return the headers to send, {@code Authorization} and for a bound token
	 * {@code DPoP}
	 * @throws GrantException as {@link #authorize(String, HttpMethod, URI)} does
	 */
	public HttpHeaders authorizationHeaders(String registrationId, HttpMethod method, URI uri) {
		return authorize(registrationId, method, uri).headers();
	}

	/**
	 * Begins one call of a protected API with the registration's token. Unlike the bare
	 * {@link #authorizationHeaders(String, HttpMethod, URI) headers}, this can also say
	 * what to do about the answer.
	 * @param registrationId the registration
	 * @param method the call's method
	 * @param uri the call's address
	 * @return the authorization of this one call
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or its tokens may not go to that address; else as {@link #token(String)} does
	 */
	public ResourceAuthorization authorize(String registrationId, HttpMethod method, URI uri) {
		requireAllowedOrigins(registrationId);
		Registered registered = registered(registrationId);
		if (!registered.registration().allows(uri)) {
			throw GrantException.misconfigured("The token of the registration '" + registrationId + "' may not go to '"
					+ Redactor.describe(uri) + "': nothing was sent. Add its origin to oidc-grants.registration."
					+ registrationId + ".allowed-origins if it may");
		}
		return new ResourceAuthorization(this, registered, method, uri);
	}

	/**
	 * Refuses a registration whose tokens may go nowhere, before anything is to be sent.
	 * @param registrationId the registration
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or it has neither allowed origins nor an {@code https} resource
	 */
	public void requireAllowedOrigins(String registrationId) {
		if (!registered(registrationId).registration().hasAllowedOrigins()) {
			throw GrantException.misconfigured("The registration '" + registrationId
					+ "' does not say where its token may go: set oidc-grants.registration." + registrationId
					+ ".allowed-origins, or an https resource");
		}
	}

	/**
	 * Gives connections to the APIs that a registration's token is for. They follow no
	 * redirect, keep no cookies and log no header. A registration that presents a
	 * certificate presents it there too (RFC 8705 section 3), by its own transport;
	 * others trust whom the JDK trusts. An answer is waited for as long as it takes.
	 * @param registrationId the registration
	 * @return its own transport if it presents a certificate, else a new one, which holds
	 * its connections as long as it is in use
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	public ClientHttpRequestFactory transport(String registrationId) {
		Configuration configuration = configuration(registrationId);
		ClientHttpRequestFactory own = configuration.mutualTls() ? configuration.transport() : null;
		return (own != null) ? own : Transports.detect(Transports.DEFAULT_CONNECT_TIMEOUT, null);
	}

	boolean replaceRefused(Registered registered, TokenEndpointResponse token) {
		String login = registered.registration().keepLoginsAs();
		if (login != null && isLogin(registered.registration())) {
			return registered.managed().refused(login, token);
		}
		return this.cache.refused(registered.grants().refusableKey(), token.accessToken());
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
	 * Gives the DPoP keys of a registration, to {@linkplain DPoPKeyRing#rotate rotate}
	 * them.
	 * @param registrationId the registration
	 * @return its keys
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or its tokens are not bound to any key
	 */
	public DPoPKeyRing dpopKeys(String registrationId) {
		DPoPKeyRing keys = registered(registrationId).registration().dpop();
		if (keys == null) {
			throw GrantException.misconfigured("The tokens of the registration '" + registrationId
					+ "' are not bound to a DPoP key: set oidc-grants.registration." + registrationId + ".dpop.mode");
		}
		return keys;
	}

	/**
	 * {@return the ids of all registrations}
	 */
	public Set<String> registrationIds() {
		return Set.copyOf(this.registrations.keySet());
	}

	/**
	 * Forgets the kept tokens of a registration, so that the next call asks the server,
	 * even if the last request failed a moment ago. What a request brings that is under
	 * way is not kept. {@linkplain #managed(String) Managed tokens} stay: a login that is
	 * forgotten cannot be had again without its user.
	 * @param registrationId the registration
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	public void evict(String registrationId) {
		this.cache.evict(registered(registrationId).registration().id());
	}

	/**
	 * Forgets the one kept token that the registration's grant gives for some parameters.
	 * @param registrationId the registration
	 * @param parameters what was asked for; a parameter replaces the registration's of
	 * the same name
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration
	 */
	public void evict(String registrationId, GrantParameters parameters) {
		evict(registrationId, registered(registrationId).registration().grantType().getValue(), parameters,
				GrantOptions.none());
	}

	/**
	 * Forgets the one kept token that a grant gives for some parameters and options: for
	 * one, that of the subject that it was {@linkplain GrantOptions#cacheAs() kept for}.
	 * @param registrationId the registration
	 * @param grantType the grant's name
	 * @param parameters what was asked for; a parameter replaces the registration's of
	 * the same name
	 * @param options how the grant was run
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or it keeps no token for a stated identity
	 */
	public void evict(String registrationId, String grantType, GrantParameters parameters, GrantOptions options) {
		CachedGrant kept = registered(registrationId).grants().find(grantType, parameters, options);
		if (kept != null) {
			this.cache.evict(kept.key());
		}
	}

	/**
	 * Forgets a kept token, whichever registration it is of: one that was revoked, or
	 * seen where it should not be.
	 * @param accessToken the access token
	 * @return whether it was kept
	 */
	public boolean evictAccessToken(String accessToken) {
		return this.cache.evictAccessToken(accessToken);
	}

	/**
	 * Writes what there is of {@linkplain #managed(String) managed tokens} that could not
	 * be written yet, before the process ends, one registration after the other. Nothing
	 * else is closed: client, cache and store belong to who made them.
	 */
	@Override
	public void close() {
		this.registrations.values().forEach((registered) -> registered.managed().close());
	}

	private Registered registered(String registrationId) {
		Registered registered = this.registrations.get(registrationId);
		if (registered == null) {
			String id = new Redactor().clean(registrationId);
			throw GrantException.misconfigured("There is no registration '" + id + "'"
					+ (this.registrations.isEmpty() ? ", nor any other: add oidc-grants.registration." + id
							: ", only " + this.registrations.keySet() + ": add oidc-grants.registration." + id
									+ ", or use one that is there"));
		}
		return registered;
	}

	@Override
	public String toString() {
		return "GrantTemplate" + this.registrations.keySet();
	}

}
