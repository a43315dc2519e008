package io.github.oidcgrants;

import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.flight.Workers;
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
import io.github.oidcgrants.managed.TokenRefresher.RefreshRequest;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Runs grants, each with one request to the authorization server. Nothing is kept:
 * {@link GrantTemplate} does that.
 * <p>
 * Thread-safe. One instance serves any number of configurations. Closing it closes the
 * connections it made; not those of a transport it was given.
 */
public final class GrantClient implements GrantOperations<Configuration>, AutoCloseable {

	/**
	 * How many polls may be asking their servers at a time, unless something else is set.
	 */
	public static final int DEFAULT_MAX_CONCURRENT_POLLS = 64;

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
		// Callbacks find the application's classes by the loader.
		this.ownExecutor = (builder.executor == null)
				? Workers.unbounded("oidc-grants-poll", Thread.currentThread().getContextClassLoader()) : null;
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

	@Override
	public TokenEndpointResponse clientCredentialsGrant(Configuration configuration, GrantParameters parameters,
			GrantOptions options) {
		return this.clientCredentials.request(configuration, parameters, options);
	}

	@Override
	public TokenEndpointResponse refreshTokenGrant(Configuration configuration, String refreshToken,
			GrantParameters parameters, GrantOptions options) {
		return refresh(configuration, new RefreshRequest(refreshToken, null, null, parameters), options, (rotated) -> {
		});
	}

	@Override
	public TokenEndpointResponse refreshTokenGrant(Configuration configuration, TokenEndpointResponse previous,
			GrantParameters parameters, GrantOptions options) {
		String token = previous.refreshToken();
		if (token == null) {
			throw GrantException.misconfigured("There is no refresh token to refresh with: the server sent none");
		}
		return refresh(configuration,
				new RefreshRequest(token, previous.claims(), previous.dpopThumbprint(), parameters), options,
				(rotated) -> {
				});
	}

	TokenEndpointResponse refresh(Configuration configuration, RefreshRequest request, GrantOptions options,
			Consumer<String> rotated) {
		return this.refreshToken.request(configuration, request.refreshToken(), request.previous(),
				request.parameters(), RefreshTokenGrant.proven(configuration, request.dpopThumbprint(), options),
				rotated);
	}

	@Override
	public TokenEndpointResponse genericGrantRequest(Configuration configuration, String grantType,
			GrantParameters parameters, GrantOptions options) {
		return this.generic.request(configuration, grantType, parameters, options);
	}

	@Override
	public DeviceAuthorizationResponse initiateDeviceAuthorization(Configuration configuration,
			GrantParameters parameters, GrantOptions options) {
		return this.deviceAuthorization.initiate(configuration, parameters, options);
	}

	@Override
	public CompletableFuture<TokenEndpointResponse> pollDeviceAuthorizationGrant(Configuration configuration,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options) {
		return pollDevice(configuration, pending, parameters, options, UnaryOperator.identity());
	}

	CompletableFuture<TokenEndpointResponse> pollDevice(Configuration configuration,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options,
			UnaryOperator<TokenEndpointResponse> received) {
		return this.deviceAuthorization.poll(configuration, pending, parameters, options, received);
	}

	@Override
	public BackchannelAuthenticationResponse initiateBackchannelAuthentication(Configuration configuration,
			GrantParameters parameters, GrantOptions options) {
		return this.backchannelAuthentication.initiate(configuration, parameters, options);
	}

	@Override
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
		 * <p>
		 * It needs no fewer threads than {@link #maxConcurrentPolls(int)
		 * maxConcurrentPolls}: with fewer, questions to a server that hangs take them
		 * all, and those to other servers wait behind. It may refuse a task by an
		 * exception, but must not drop one: a task that never runs keeps its place for
		 * ever.
		 * @param executor the executor
		 * @return this
		 */
		public Builder executor(Executor executor) {
			this.executor = executor;
			return this;
		}

		/**
		 * Sets how many polls may be asking their servers at a time, 64 unless set.
		 * Servers at one address are never asked by more than half of them, if there are
		 * two or more.
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
