package io.github.oidcgrants;

import java.time.InstantSource;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.ClientCredentialsGrant;
import io.github.oidcgrants.grant.GenericGrant;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.RefreshTokenGrant;
import io.github.oidcgrants.grant.TokenEndpoint;
import io.github.oidcgrants.http.Transports;
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
public final class GrantClient implements AutoCloseable {

	private final @Nullable AutoCloseable ownTransport;

	private final ClientCredentialsGrant clientCredentials;

	private final RefreshTokenGrant refreshToken;

	private final GenericGrant generic;

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
		return this.refreshToken.request(configuration, refreshToken, null, parameters, options);
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
		return this.refreshToken.request(configuration, token, previous.claims(), parameters, options);
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
	 * Closes the connections that this client made.
	 */
	@Override
	public void close() {
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
		 * Creates the client.
		 * @return the client
		 */
		public GrantClient build() {
			return new GrantClient(this);
		}

	}

}
