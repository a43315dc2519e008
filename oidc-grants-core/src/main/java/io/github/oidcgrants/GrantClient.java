package io.github.oidcgrants;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.BackchannelAuthenticationGrant;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.CibaNotifications;
import io.github.oidcgrants.grant.ClientCredentialsGrant;
import io.github.oidcgrants.grant.DeviceAuthorizationGrant;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GenericGrant;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.Initiation;
import io.github.oidcgrants.grant.PollScheduler;
import io.github.oidcgrants.grant.RefreshTokenGrant;
import io.github.oidcgrants.grant.TokenEndpoint;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * Runs grants, each with one request to the authorization server. Nothing is kept:
 * {@link GrantTemplate} does that.
 * <p>
 * Thread-safe. One instance serves any number of configurations. Closing it closes the
 * connections it made; not those of a transport it was given.
 */
public final class GrantClient implements AutoCloseable {

	/**
	 * How many polls may be asking their servers at a time, unless something else is set.
	 */
	public static final int DEFAULT_MAX_CONCURRENT_POLLS = 64;

	private static final Duration IDLE = Duration.ofSeconds(5);

	private final @Nullable AutoCloseable ownTransport;

	private final ClientCredentialsGrant clientCredentials;

	private final RefreshTokenGrant refreshToken;

	private final GenericGrant generic;

	private final DeviceAuthorizationGrant deviceAuthorization;

	private final BackchannelAuthenticationGrant backchannelAuthentication;

	private final CibaNotifications cibaNotifications;

	private final PollScheduler polls;

	private final InstantSource clock;

	private final @Nullable ExecutorService ownExecutor;

	private GrantClient(Builder builder) {
		ClientHttpRequestFactory transport = builder.transport;
		if (transport == null) {
			transport = Transports.detect(Transports.DEFAULT_CONNECT_TIMEOUT, null);
			this.ownTransport = (transport instanceof AutoCloseable closeable) ? closeable : null;
		}
		else {
			this.ownTransport = null;
		}
		TokenEndpoint endpoint = new TokenEndpoint(transport, builder.clock);
		this.clientCredentials = new ClientCredentialsGrant(endpoint);
		this.refreshToken = new RefreshTokenGrant(endpoint);
		this.generic = new GenericGrant(endpoint);
		this.ownExecutor = (builder.executor == null) ? workers() : null;
		this.clock = builder.clock;
		this.polls = new PollScheduler(
				Objects.requireNonNull((builder.executor != null) ? builder.executor : this.ownExecutor),
				builder.maxConcurrentPolls, builder.clock);
		this.cibaNotifications = new CibaNotifications(builder.clock);
		Initiation initiation = new Initiation(transport, builder.clock);
		this.deviceAuthorization = new DeviceAuthorizationGrant(initiation, endpoint, this.polls, builder.clock);
		this.backchannelAuthentication = new BackchannelAuthenticationGrant(initiation, endpoint, this.polls,
				this.cibaNotifications, builder.clock);
	}

	// As many threads as there are questions under way, and none when there are none.
	private static ExecutorService workers() {
		AtomicInteger number = new AtomicInteger();
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE.toMillis(), TimeUnit.MILLISECONDS,
				new SynchronousQueue<>(), (work) -> {
					Thread thread = new Thread(null, work, "oidc-grants-poll-" + number.incrementAndGet(), 0, false);
					thread.setDaemon(true);
					return thread;
				});
	}

	/**
	 * Creates a client with a transport of its own and the system's clock.
	 * @return the client
	 */
	public static GrantClient create() {
		return builder().build();
	}

	/**
	 * Begins a client.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4) without parameters.
	 * @param configuration the client that asks
	 * @return the token
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse clientCredentialsGrant(Configuration configuration) {
		return clientCredentialsGrant(configuration, GrantParameters.none());
	}

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4).
	 * @param configuration the client that asks
	 * @param parameters what it asks for
	 * @return the token
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)} does
	 */
	public TokenEndpointResponse clientCredentialsGrant(Configuration configuration, GrantParameters parameters) {
		return clientCredentialsGrant(configuration, parameters, GrantOptions.none());
	}

	/**
	 * Runs the client credentials grant (RFC 6749 section 4.4).
	 * @param configuration the client that asks
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException {@link Kind#OAUTH_ERROR} if the server refuses,
	 * {@link Kind#UNEXPECTED_STATUS} or {@link Kind#MALFORMED_RESPONSE} if its answer is
	 * not one of the protocol, {@link Kind#TRANSPORT} or {@link Kind#TIMEOUT} if there is
	 * none, {@link Kind#MISCONFIGURED} if nothing could be sent
	 */
	public TokenEndpointResponse clientCredentialsGrant(Configuration configuration, GrantParameters parameters,
			GrantOptions options) {
		return this.clientCredentials.request(configuration, parameters, options);
	}

	/**
	 * Runs the refresh token grant (RFC 6749 section 6) without parameters.
	 * @param configuration the client that asks
	 * @param refreshToken the refresh token
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse refreshTokenGrant(Configuration configuration, String refreshToken) {
		return refreshTokenGrant(configuration, refreshToken, GrantParameters.none());
	}

	/**
	 * Runs the refresh token grant (RFC 6749 section 6).
	 * @param configuration the client that asks
	 * @param refreshToken the refresh token
	 * @param parameters what it asks for, a smaller scope for one
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse refreshTokenGrant(Configuration configuration, String refreshToken,
			GrantParameters parameters) {
		return refreshTokenGrant(configuration, refreshToken, parameters, GrantOptions.none());
	}

	/**
	 * Runs the refresh token grant (RFC 6749 section 6).
	 * @param configuration the client that asks
	 * @param refreshToken the refresh token
	 * @param parameters what it asks for, a smaller scope for one
	 * @param options how to run it
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)} does,
	 * and {@link Kind#ID_TOKEN_REFUSED} if the server sent an ID token that is not to be
	 * believed
	 */
	public TokenEndpointResponse refreshTokenGrant(Configuration configuration, String refreshToken,
			GrantParameters parameters, GrantOptions options) {
		return refresh(configuration, refreshToken, null, parameters, options, (rotated) -> {
		});
	}

	TokenEndpointResponse refresh(Configuration configuration, String refreshToken, @Nullable OidcIdToken previous,
			GrantParameters parameters, GrantOptions options, Consumer<String> rotated) {
		return this.refreshToken.request(configuration, refreshToken, previous, parameters, options, rotated);
	}

	/**
	 * Refreshes tokens that came from an earlier grant. Unlike with the bare refresh
	 * token, a new ID token must agree with the earlier one (OpenID Connect Core 1.0
	 * section 12.2).
	 * @param configuration the client that asks
	 * @param previous the tokens to refresh
	 * @param parameters what it asks for, a smaller scope for one
	 * @param options how to run it
	 * @return the new tokens; {@link TokenEndpointResponse#refreshToken()} is
	 * {@code null} if the old one goes on
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)}
	 * does; {@link Kind#MISCONFIGURED} if there is no refresh token among the tokens
	 */
	public TokenEndpointResponse refreshTokenGrant(Configuration configuration, TokenEndpointResponse previous,
			GrantParameters parameters, GrantOptions options) {
		String token = previous.refreshToken();
		if (token == null) {
			throw GrantException.misconfigured("There is no refresh token to refresh with: the server sent none");
		}
		return refresh(configuration, token, previous.claims(), parameters, options, (rotated) -> {
		});
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5) with default options.
	 * @param configuration the client that asks
	 * @param grantType the grant's name
	 * @param parameters what it asks for
	 * @return the token
	 * @throws GrantException as
	 * {@link #genericGrantRequest(Configuration, String, GrantParameters, GrantOptions)}
	 * does
	 */
	public TokenEndpointResponse genericGrantRequest(Configuration configuration, String grantType,
			GrantParameters parameters) {
		return genericGrantRequest(configuration, grantType, parameters, GrantOptions.none());
	}

	/**
	 * Runs any grant that is one request (RFC 6749 section 4.5): JWT bearer (RFC 7523),
	 * SAML 2.0 bearer (RFC 7522), token exchange (RFC 8693), or one of the server's own.
	 * @param configuration the client that asks
	 * @param grantType the grant's name
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException as
	 * {@link #refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)}
	 * does; {@link Kind#MISCONFIGURED} also if a parameter is missing that the grant
	 * requires
	 */
	public TokenEndpointResponse genericGrantRequest(Configuration configuration, String grantType,
			GrantParameters parameters, GrantOptions options) {
		return this.generic.request(configuration, grantType, parameters, options);
	}

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1).
	 * @param configuration the client that asks
	 * @param parameters what it asks for
	 * @return the code, and where to enter it
	 * @throws GrantException as
	 * {@link #initiateDeviceAuthorization(Configuration, GrantParameters, GrantOptions)}
	 * does
	 */
	public DeviceAuthorizationResponse initiateDeviceAuthorization(Configuration configuration,
			GrantParameters parameters) {
		return initiateDeviceAuthorization(configuration, parameters, GrantOptions.none());
	}

	/**
	 * Asks for a code that a user is to enter on another device (RFC 8628 section 3.1).
	 * @param configuration the client that asks
	 * @param parameters what it asks for
	 * @param options how to ask; where DPoP is required, a server that cannot do it is
	 * not asked
	 * @return the code, and where to enter it
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)} does
	 */
	public DeviceAuthorizationResponse initiateDeviceAuthorization(Configuration configuration,
			GrantParameters parameters, GrantOptions options) {
		return this.deviceAuthorization.initiate(configuration, parameters, options);
	}

	/**
	 * Asks for the token of a device authorization until the user has decided (RFC 8628
	 * section 3.4).
	 * @param configuration the client that asks
	 * @param pending the code that the user enters
	 * @return the token, as
	 * {@link #pollDeviceAuthorizationGrant(Configuration, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * gives it
	 */
	public CompletableFuture<TokenEndpointResponse> pollDeviceAuthorizationGrant(Configuration configuration,
			DeviceAuthorizationResponse pending) {
		return pollDeviceAuthorizationGrant(configuration, pending, GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Asks for the token of a device authorization until the user has decided (RFC 8628
	 * sections 3.4 and 3.5), in the intervals that the server wants, through time-outs,
	 * broken connections and a server that is down. No thread is held meanwhile.
	 * @param configuration the client that asks
	 * @param pending the code that the user enters
	 * @param parameters what is asked for besides; not {@code device_code}
	 * @param options how to ask
	 * @return the token. The future ends with a {@link GrantException}:
	 * {@code access_denied} if the user refused, {@code expired_token} if they did not
	 * decide in time, else as
	 * {@link #refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)}
	 * does. Whatever completes it ends the poll: {@link CompletableFuture#cancel cancel},
	 * {@link CompletableFuture#orTimeout orTimeout} or {@link CompletableFuture#complete
	 * complete}; what depends on it runs on the executor's threads, and holds one of the
	 * places of {@link Builder#maxConcurrentPolls maxConcurrentPolls} meanwhile
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the parameters cannot be, or
	 * this client is closed
	 */
	public CompletableFuture<TokenEndpointResponse> pollDeviceAuthorizationGrant(Configuration configuration,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options) {
		return pollDevice(configuration, pending, parameters, options, UnaryOperator.identity());
	}

	CompletableFuture<TokenEndpointResponse> pollDevice(Configuration configuration,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options,
			UnaryOperator<TokenEndpointResponse> received) {
		return this.deviceAuthorization.poll(configuration, pending, parameters, options, received);
	}

	/**
	 * Waits for the token of a device authorization on the caller's thread (RFC 8628
	 * section 3.4).
	 * @param configuration the client that asks
	 * @param pending the code that the user enters
	 * @param parameters what is asked for besides; not {@code device_code}
	 * @param options how to ask
	 * @param max the longest wait; a shorter one than
	 * {@link DeviceAuthorizationResponse#expiresIn()} ends the poll before the user's
	 * time is up
	 * @return the token
	 * @throws GrantException as
	 * {@link #pollDeviceAuthorizationGrant(Configuration, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * has the future end; {@link Kind#TIMEOUT} after the longest wait, and
	 * {@link Kind#TRANSPORT} for a thread that was interrupted, its interrupt status set.
	 * The poll has ended then
	 */
	public TokenEndpointResponse awaitDeviceAuthorizationGrant(Configuration configuration,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options, Duration max) {
		return Awaiting.await(pollDeviceAuthorizationGrant(configuration, pending, parameters, options), max);
	}

	/**
	 * Has a user asked on a device of theirs (OpenID Connect CIBA Core 1.0 section 7.1).
	 * @param configuration the client that asks
	 * @param parameters whom to ask, by exactly one of {@code login_hint},
	 * {@code id_token_hint} and {@code login_hint_token}, and for what; {@code openid} is
	 * among the scopes
	 * @return what the token is asked for with
	 * @throws GrantException as
	 * {@link #initiateBackchannelAuthentication(Configuration, GrantParameters, GrantOptions)}
	 * does
	 */
	public BackchannelAuthenticationResponse initiateBackchannelAuthentication(Configuration configuration,
			GrantParameters parameters) {
		return initiateBackchannelAuthentication(configuration, parameters, GrantOptions.none());
	}

	/**
	 * Has a user asked on a device of theirs (OpenID Connect CIBA Core 1.0 section 7.1).
	 * @param configuration the client that asks
	 * @param parameters whom to ask, by exactly one of {@code login_hint},
	 * {@code id_token_hint} and {@code login_hint_token}, and for what; {@code openid} is
	 * among the scopes
	 * @param options how to send the request; where DPoP is required, a server that
	 * cannot do it is not asked
	 * @return what the token is asked for with
	 * @throws GrantException as
	 * {@link #clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)} does;
	 * {@link Kind#MISCONFIGURED} also if the parameters are not as they must be
	 */
	public BackchannelAuthenticationResponse initiateBackchannelAuthentication(Configuration configuration,
			GrantParameters parameters, GrantOptions options) {
		return this.backchannelAuthentication.initiate(configuration, parameters, options);
	}

	/**
	 * Asks for the token of a backchannel authentication until the user has decided
	 * (OpenID Connect CIBA Core 1.0 section 10.1).
	 * @param configuration the client that asks
	 * @param pending the authentication request
	 * @return the token, as
	 * {@link #pollBackchannelAuthenticationGrant(Configuration, BackchannelAuthenticationResponse, GrantParameters, GrantOptions)}
	 * gives it
	 */
	public CompletableFuture<TokenEndpointResponse> pollBackchannelAuthenticationGrant(Configuration configuration,
			BackchannelAuthenticationResponse pending) {
		return pollBackchannelAuthenticationGrant(configuration, pending, GrantParameters.none(), GrantOptions.none());
	}

	/**
	 * Asks for the token of a backchannel authentication until the user has decided
	 * (OpenID Connect CIBA Core 1.0 sections 10.1 and 11), in ping mode also at once when
	 * the server says that they have. No thread is held meanwhile.
	 * @param configuration the client that asks
	 * @param pending the authentication request
	 * @param parameters what is asked for besides; not {@code auth_req_id}
	 * @param options how to ask
	 * @return the token, with an ID token that is about this request; else the future
	 * ends as that of
	 * {@link #pollDeviceAuthorizationGrant(Configuration, DeviceAuthorizationResponse, GrantParameters, GrantOptions)}
	 * does
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the parameters cannot be, or
	 * this client is closed
	 */
	public CompletableFuture<TokenEndpointResponse> pollBackchannelAuthenticationGrant(Configuration configuration,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options) {
		return pollBackchannel(configuration, pending, parameters, options, UnaryOperator.identity());
	}

	CompletableFuture<TokenEndpointResponse> pollBackchannel(Configuration configuration,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options,
			UnaryOperator<TokenEndpointResponse> received) {
		return this.backchannelAuthentication.poll(configuration, pending, parameters, options, received);
	}

	/**
	 * Waits for the token of a backchannel authentication on the caller's thread (OpenID
	 * Connect CIBA Core 1.0 section 10.1).
	 * @param configuration the client that asks
	 * @param pending the authentication request
	 * @param parameters what is asked for besides; not {@code auth_req_id}
	 * @param options how to ask
	 * @param max the longest wait; a shorter one than
	 * {@link BackchannelAuthenticationResponse#expiresIn()} ends the poll before the
	 * user's time is up
	 * @return the token
	 * @throws GrantException as
	 * {@link #awaitDeviceAuthorizationGrant(Configuration, DeviceAuthorizationResponse, GrantParameters, GrantOptions, Duration)}
	 * does
	 */
	public TokenEndpointResponse awaitBackchannelAuthenticationGrant(Configuration configuration,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options, Duration max) {
		return Awaiting.await(pollBackchannelAuthenticationGrant(configuration, pending, parameters, options), max);
	}

	/**
	 * {@return what takes the notifications of ping mode (OpenID Connect CIBA Core 1.0
	 * section 10.2) for the polls of this client}
	 */
	public CibaNotifications cibaNotifications() {
		return this.cibaNotifications;
	}

	InstantSource clock() {
		return this.clock;
	}

	/**
	 * Cancels all polls, and closes the connections that this client made.
	 */
	@Override
	public void close() {
		this.polls.close();
		if (this.ownExecutor != null) {
			this.ownExecutor.shutdown();
		}
		if (this.ownTransport != null) {
			try {
				this.ownTransport.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException("The transport could not be closed", ex);
			}
		}
	}

	@Override
	public String toString() {
		return "GrantClient[ownTransport=" + (this.ownTransport != null) + "]";
	}

	/**
	 * Says what a client is made of.
	 */
	public static final class Builder {

		private @Nullable ClientHttpRequestFactory transport;

		private InstantSource clock = InstantSource.system();

		private @Nullable Executor executor;

		private int maxConcurrentPolls = DEFAULT_MAX_CONCURRENT_POLLS;

		private Builder() {
		}

		/**
		 * Sets the transport for configurations that have none of their own. It must not
		 * retry, redirect, keep cookies or authenticate by itself; whoever created it
		 * closes it.
		 * @param transport the transport
		 * @return this
		 */
		public Builder transport(ClientHttpRequestFactory transport) {
			this.transport = transport;
			return this;
		}

		/**
		 * Sets the clock that lifetimes count on.
		 * @param clock the clock
		 * @return this
		 */
		public Builder clock(InstantSource clock) {
			this.clock = clock;
			return this;
		}

		/**
		 * Sets what runs the questions of polls, which block, and completes their
		 * futures: for one, an executor of virtual threads. Unless set they run on
		 * threads of the client's own, which end when there is nothing to ask. Whoever
		 * created it shuts it down.
		 * @param executor the executor
		 * @return this
		 */
		public Builder executor(Executor executor) {
			this.executor = executor;
			return this;
		}

		/**
		 * Sets how many polls may be asking their servers at a time, 64 unless set. One
		 * server is never asked by more than half of them.
		 * @param polls the number, at least 1
		 * @return this
		 */
		public Builder maxConcurrentPolls(int polls) {
			this.maxConcurrentPolls = polls;
			return this;
		}

		/**
		 * Creates the client.
		 * @return the client
		 */
		public GrantClient build() {
			return new GrantClient(this);
		}

	}

}
