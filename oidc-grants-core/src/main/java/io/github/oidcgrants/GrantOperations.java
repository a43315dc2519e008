package io.github.oidcgrants;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * The grants, in all the forms that they are asked for in: of a {@link GrantClient} for a
 * configuration, of a {@link GrantTemplate} for the id of a registration.
 *
 * @param <C> what names the client that asks
 */
public interface GrantOperations<C> {

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4) without parameters.
	 * @param client the client that asks
	 * @return the token
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Object, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse clientCredentialsGrant(C client) {
		return clientCredentialsGrant(client, GrantParameters.none());
	}

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4).
	 * @param client the client that asks
	 * @param parameters sets what it asks for
	 * @return the token
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Object, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse clientCredentialsGrant(C client, Consumer<GrantParameters.Builder> parameters) {
		return clientCredentialsGrant(client, GrantParameters.of(parameters));
	}

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4).
	 * @param client the client that asks
	 * @param parameters what it asks for
	 * @return the token
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Object, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse clientCredentialsGrant(C client, GrantParameters parameters) {
		return clientCredentialsGrant(client, parameters, GrantOptions.none());
	}

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4).
	 * @param client the client that asks
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException {@link Kind#OAUTH_ERROR} if the server refuses,
	 * {@link Kind#UNEXPECTED_STATUS} or {@link Kind#MALFORMED_RESPONSE} if its answer is
	 * not one of the protocol, {@link Kind#TRANSPORT} or {@link Kind#TIMEOUT} if there is
	 * none, {@link Kind#MISCONFIGURED} if nothing could be sent
	 */
	TokenEndpointResponse clientCredentialsGrant(C client, GrantParameters parameters, GrantOptions options);

	/**
	 * Runs the refresh token grant (RFC 6749 section 6) without parameters.
	 * @param client the client that asks
	 * @param refreshToken the refresh token
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Object, String, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse refreshTokenGrant(C client, String refreshToken) {
		return refreshTokenGrant(client, refreshToken, GrantParameters.none());
	}

	/**
	 * Runs the refresh token grant (RFC 6749 section 6).
	 * @param client the client that asks
	 * @param refreshToken the refresh token
	 * @param parameters sets what it asks for, a smaller scope for one
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Object, String, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse refreshTokenGrant(C client, String refreshToken,
			Consumer<GrantParameters.Builder> parameters) {
		return refreshTokenGrant(client, refreshToken, GrantParameters.of(parameters));
	}

	/**
	 * Runs the refresh token grant (RFC 6749 section 6).
	 * @param client the client that asks
	 * @param refreshToken the refresh token
	 * @param parameters what it asks for, a smaller scope for one
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Object, String, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse refreshTokenGrant(C client, String refreshToken, GrantParameters parameters) {
		return refreshTokenGrant(client, refreshToken, parameters, GrantOptions.none());
	}

	/**
	 * Runs the refresh token grant (RFC 6749 section 6).
	 * @param client the client that asks
	 * @param refreshToken the refresh token
	 * @param parameters what it asks for, a smaller scope for one
	 * @param options how to run it
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Object, GrantParameters, GrantOptions)} does, and
	 * {@link Kind#ID_TOKEN_REFUSED} if the server sent an ID token that is not to be
	 * believed
	 */
	TokenEndpointResponse refreshTokenGrant(C client, String refreshToken, GrantParameters parameters,
			GrantOptions options);

	/**
	 * Refreshes tokens that came from an earlier grant, without parameters.
	 * @param client the client that asks
	 * @param previous the tokens to refresh
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Object, TokenEndpointResponse, GrantParameters, GrantOptions)}
	 * does
	 */
	default TokenEndpointResponse refreshTokenGrant(C client, TokenEndpointResponse previous) {
		return refreshTokenGrant(client, previous, GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Refreshes tokens that came from an earlier grant. Unlike with the bare refresh
	 * token, a new ID token must agree with the earlier one (OpenID Connect Core 1.0
	 * section 12.2), and that of a public client is sent with a proof of the DPoP key
	 * that it is bound to, or not at all (RFC 9449 section 5).
	 * @param client the client that asks
	 * @param previous the tokens to refresh
	 * @param parameters what it asks for, a smaller scope for one
	 * @param options how to run it
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Object, String, GrantParameters, GrantOptions)} does;
	 * {@link Kind#MISCONFIGURED} also if there is no refresh token among the tokens, or
	 * it is bound to a DPoP key that is not here
	 */
	TokenEndpointResponse refreshTokenGrant(C client, TokenEndpointResponse previous, GrantParameters parameters,
			GrantOptions options);

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5).
	 * @param client the client that asks
	 * @param grantType the grant's name
	 * @param parameters sets what it asks for
	 * @return the token
	 * @throws GrantException as
	 * {@link #genericGrantRequest(Object, String, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse genericGrantRequest(C client, String grantType,
			Consumer<GrantParameters.Builder> parameters) {
		return genericGrantRequest(client, grantType, GrantParameters.of(parameters));
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5).
	 * @param client the client that asks
	 * @param grantType the grant's name
	 * @param parameters what it asks for
	 * @return the token
	 * @throws GrantException as
	 * {@link #genericGrantRequest(Object, String, GrantParameters, GrantOptions)} does
	 */
	default TokenEndpointResponse genericGrantRequest(C client, String grantType, GrantParameters parameters) {
		return genericGrantRequest(client, grantType, parameters, GrantOptions.none());
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5): JWT bearer (RFC 7523),
	 * SAML 2.0 bearer (RFC 7522), token exchange (RFC 8693), or one of the server's own.
	 * @param client the client that asks
	 * @param grantType the grant's name
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Object, String, GrantParameters, GrantOptions)} does;
	 * {@link Kind#MISCONFIGURED} also if a parameter is missing that the grant requires
	 */
	TokenEndpointResponse genericGrantRequest(C client, String grantType, GrantParameters parameters,
			GrantOptions options);

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1),
	 * without parameters.
	 * @param client the client that asks
	 * @return the code, and where to enter it
	 * @throws GrantException as
	 * {@link #initiateDeviceAuthorization(Object, GrantParameters, GrantOptions)} does
	 */
	default DeviceAuthorizationResponse initiateDeviceAuthorization(C client) {
		return initiateDeviceAuthorization(client, GrantParameters.none());
	}

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1).
	 * @param client the client that asks
	 * @param parameters sets what it asks for
	 * @return the code, and where to enter it
	 * @throws GrantException as
	 * {@link #initiateDeviceAuthorization(Object, GrantParameters, GrantOptions)} does
	 */
	default DeviceAuthorizationResponse initiateDeviceAuthorization(C client,
			Consumer<GrantParameters.Builder> parameters) {
		return initiateDeviceAuthorization(client, GrantParameters.of(parameters));
	}

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1).
	 * @param client the client that asks
	 * @param parameters what it asks for
	 * @return the code, and where to enter it
	 * @throws GrantException as
	 * {@link #initiateDeviceAuthorization(Object, GrantParameters, GrantOptions)} does
	 */
	default DeviceAuthorizationResponse initiateDeviceAuthorization(C client, GrantParameters parameters) {
		return initiateDeviceAuthorization(client, parameters, GrantOptions.none());
	}

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1).
	 * @param client the client that asks
	 * @param parameters what it asks for
	 * @param options how to ask; where DPoP is required, a server that cannot do it is
	 * not asked
	 * @return the code, and where to enter it
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Object, GrantParameters, GrantOptions)} does
	 */
	DeviceAuthorizationResponse initiateDeviceAuthorization(C client, GrantParameters parameters, GrantOptions options);

	/**
	 * Asks for the token of a device authorization until the user has decided (RFC 8628
	 * section 3.4).
	 * @param client the client that asks
	 * @param pending the code that the user enters
	 * @return the token, as
	 * {@link #pollDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * gives it
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the {@link GrantClient} is
	 * closed
	 */
	default CompletableFuture<TokenEndpointResponse> pollDeviceAuthorizationGrant(C client,
			DeviceAuthorizationResponse pending) {
		return pollDeviceAuthorizationGrant(client, pending, GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Asks for the token of a device authorization until the user has decided (RFC 8628
	 * sections 3.4 and 3.5), in the intervals that the server wants, through time-outs,
	 * broken connections and a server that is down. No thread is held meanwhile.
	 * @param client the client that asks
	 * @param pending the code that the user enters
	 * @param parameters what is asked for besides; not {@code device_code}
	 * @param options how to ask
	 * @return the token. The future ends with a {@link GrantException}:
	 * {@code access_denied} if the user refused, {@code expired_token} if they did not
	 * decide in time, else as
	 * {@link #refreshTokenGrant(Object, String, GrantParameters, GrantOptions)} does.
	 * Whatever completes it ends the poll: {@link CompletableFuture#cancel cancel},
	 * {@link CompletableFuture#orTimeout orTimeout} or {@link CompletableFuture#complete
	 * complete}. What depends on it runs on the executor's threads and holds one of the
	 * places of {@link GrantClient.Builder#maxConcurrentPolls maxConcurrentPolls}
	 * meanwhile; what depends on polls whose time is up holds one of as many more
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the parameters cannot be, or
	 * the {@link GrantClient} is closed
	 */
	CompletableFuture<TokenEndpointResponse> pollDeviceAuthorizationGrant(C client, DeviceAuthorizationResponse pending,
			GrantParameters parameters, GrantOptions options);

	/**
	 * Waits for the token of a device authorization on the caller's thread (RFC 8628
	 * section 3.4), for as long as the code can be entered.
	 * @param client the client that asks
	 * @param pending the code that the user enters
	 * @return the token
	 * @throws GrantException as
	 * {@link #awaitDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions, Duration)}
	 * does
	 */
	default TokenEndpointResponse awaitDeviceAuthorizationGrant(C client, DeviceAuthorizationResponse pending) {
		return awaitDeviceAuthorizationGrant(client, pending, ChronoUnit.FOREVER.getDuration());
	}

	/**
	 * Waits for the token of a device authorization on the caller's thread (RFC 8628
	 * section 3.4).
	 * @param client the client that asks
	 * @param pending the code that the user enters
	 * @param max the longest wait
	 * @return the token
	 * @throws GrantException as
	 * {@link #awaitDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions, Duration)}
	 * does
	 */
	default TokenEndpointResponse awaitDeviceAuthorizationGrant(C client, DeviceAuthorizationResponse pending,
			Duration max) {
		return awaitDeviceAuthorizationGrant(client, pending, GrantParameters.none(), GrantOptions.none(), max);
	}

	/**
	 * Waits for the token of a device authorization on the caller's thread (RFC 8628
	 * section 3.4).
	 * @param client the client that asks
	 * @param pending the code that the user enters
	 * @param parameters what is asked for besides; not {@code device_code}
	 * @param options how to ask
	 * @param max the longest wait; a shorter one than
	 * {@link DeviceAuthorizationResponse#expiresIn()} ends the poll before the user's
	 * time is up
	 * @return the token
	 * @throws GrantException as
	 * {@link #pollDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * has the future end; {@link Kind#TIMEOUT} after the longest wait, and
	 * {@link Kind#TRANSPORT} for a thread that was interrupted, its interrupt status set.
	 * The poll has ended then
	 */
	default TokenEndpointResponse awaitDeviceAuthorizationGrant(C client, DeviceAuthorizationResponse pending,
			GrantParameters parameters, GrantOptions options, Duration max) {
		return Awaiting.await(pollDeviceAuthorizationGrant(client, pending, parameters, options), max);
	}

	/**
	 * Has a user asked on a device of theirs (OpenID Connect CIBA Core 1.0 section 7.1).
	 * @param client the client that asks
	 * @param parameters sets whom to ask, and for what
	 * @return what the token is asked for with
	 * @throws GrantException as
	 * {@link #initiateBackchannelAuthentication(Object, GrantParameters, GrantOptions)}
	 * does
	 */
	default BackchannelAuthenticationResponse initiateBackchannelAuthentication(C client,
			Consumer<GrantParameters.Builder> parameters) {
		return initiateBackchannelAuthentication(client, GrantParameters.of(parameters));
	}

	/**
	 * Has a user asked on a device of theirs (OpenID Connect CIBA Core 1.0 section 7.1).
	 * @param client the client that asks
	 * @param parameters whom to ask, and for what
	 * @return what the token is asked for with
	 * @throws GrantException as
	 * {@link #initiateBackchannelAuthentication(Object, GrantParameters, GrantOptions)}
	 * does
	 */
	default BackchannelAuthenticationResponse initiateBackchannelAuthentication(C client, GrantParameters parameters) {
		return initiateBackchannelAuthentication(client, parameters, GrantOptions.none());
	}

	/**
	 * Has a user asked on a device of theirs (OpenID Connect CIBA Core 1.0 section 7.1).
	 * @param client the client that asks
	 * @param parameters whom to ask, by exactly one of {@code login_hint},
	 * {@code id_token_hint} and {@code login_hint_token}, and for what; {@code openid} is
	 * among the scopes
	 * @param options how to send the request; where DPoP is required, a server that
	 * cannot do it is not asked
	 * @return what the token is asked for with
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Object, GrantParameters, GrantOptions)} does;
	 * {@link Kind#MISCONFIGURED} also if the parameters are not as they must be
	 */
	BackchannelAuthenticationResponse initiateBackchannelAuthentication(C client, GrantParameters parameters,
			GrantOptions options);

	/**
	 * Asks for the token of a backchannel authentication until the user has decided
	 * (OpenID Connect CIBA Core 1.0 section 10.1).
	 * @param client the client that asks
	 * @param pending the authentication request
	 * @return the token, as
	 * {@link #pollBackchannelAuthenticationGrant(Object, BackchannelAuthenticationResponse, GrantParameters, GrantOptions)}
	 * gives it
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the {@link GrantClient} is
	 * closed
	 */
	default CompletableFuture<TokenEndpointResponse> pollBackchannelAuthenticationGrant(C client,
			BackchannelAuthenticationResponse pending) {
		return pollBackchannelAuthenticationGrant(client, pending, GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Asks for the token of a backchannel authentication until the user has decided
	 * (OpenID Connect CIBA Core 1.0 sections 10.1 and 11), in ping mode also at once when
	 * the server says that they have. No thread is held meanwhile.
	 * @param client the client that asks
	 * @param pending the authentication request
	 * @param parameters what is asked for besides; not {@code auth_req_id}
	 * @param options how to ask
	 * @return the token, with an ID token that is about this request; else the future
	 * ends as that of
	 * {@link #pollDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * does
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the parameters cannot be, or
	 * the {@link GrantClient} is closed
	 */
	CompletableFuture<TokenEndpointResponse> pollBackchannelAuthenticationGrant(C client,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options);

	/**
	 * Waits for the token of a backchannel authentication on the caller's thread (OpenID
	 * Connect CIBA Core 1.0 section 10.1), for as long as the user has time.
	 * @param client the client that asks
	 * @param pending the authentication request
	 * @return the token
	 * @throws GrantException as
	 * {@link #awaitDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions, Duration)}
	 * does
	 */
	default TokenEndpointResponse awaitBackchannelAuthenticationGrant(C client,
			BackchannelAuthenticationResponse pending) {
		return awaitBackchannelAuthenticationGrant(client, pending, ChronoUnit.FOREVER.getDuration());
	}

	/**
	 * Waits for the token of a backchannel authentication on the caller's thread (OpenID
	 * Connect CIBA Core 1.0 section 10.1).
	 * @param client the client that asks
	 * @param pending the authentication request
	 * @param max the longest wait
	 * @return the token
	 * @throws GrantException as
	 * {@link #awaitDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions, Duration)}
	 * does
	 */
	default TokenEndpointResponse awaitBackchannelAuthenticationGrant(C client,
			BackchannelAuthenticationResponse pending, Duration max) {
		return awaitBackchannelAuthenticationGrant(client, pending, GrantParameters.none(), GrantOptions.none(), max);
	}

	/**
	 * Waits for the token of a backchannel authentication on the caller's thread (OpenID
	 * Connect CIBA Core 1.0 section 10.1).
	 * @param client the client that asks
	 * @param pending the authentication request
	 * @param parameters what is asked for besides; not {@code auth_req_id}
	 * @param options how to ask
	 * @param max the longest wait; a shorter one than
	 * {@link BackchannelAuthenticationResponse#expiresIn()} ends the poll before the
	 * user's time is up
	 * @return the token
	 * @throws GrantException as
	 * {@link #awaitDeviceAuthorizationGrant(Object, DeviceAuthorizationResponse, GrantParameters, GrantOptions, Duration)}
	 * does
	 */
	default TokenEndpointResponse awaitBackchannelAuthenticationGrant(C client,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options, Duration max) {
		return Awaiting.await(pollBackchannelAuthenticationGrant(client, pending, parameters, options), max);
	}

}
