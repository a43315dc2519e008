package io.github.oidcgrants.grant;

import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a poll asks the token endpoint again and again. Asked by one thread at a time.
 * <p>
 * A token is given out once: if the keys that its ID token is to be verified with cannot
 * be had just then, or whoever sees the token first cannot take it, the next question is
 * for those alone.
 */
final class PollQuestion {

	private final TokenEndpoint endpoint;

	private final PolledGrant grant;

	private final Configuration configuration;

	private final String code;

	private final GrantParameters parameters;

	private final GrantOptions options;

	private final UnaryOperator<TokenEndpointResponse> received;

	private final String provider;

	private @Nullable TokenEndpointResponse answer;

	private boolean believed;

	/**
	 * Creates the question.
	 * @param endpoint the path to the token endpoint
	 * @param grant the grant
	 * @param configuration the client
	 * @param code which decision is asked about
	 * @param parameters what is asked for besides
	 * @param options how to ask
	 * @param received sees the token first
	 */
	PollQuestion(TokenEndpoint endpoint, PolledGrant grant, Configuration configuration, String code,
			GrantParameters parameters, GrantOptions options, UnaryOperator<TokenEndpointResponse> received) {
		if (parameters.contains(grant.parameter())) {
			throw GrantException
				.misconfigured("The parameter '" + grant.parameter() + "' cannot be set: it is an argument");
		}
		this.endpoint = endpoint;
		this.grant = grant;
		this.configuration = configuration;
		this.code = code;
		this.parameters = parameters;
		this.options = options;
		this.received = received;
		// Found out once, for it may change, and one text for all polls.
		this.provider = configuration.server().tokenOrigin(configuration.mutualTls()).intern();
	}

	/**
	 * Asks for the token.
	 * @return the token
	 * @throws GrantException if there is none, or none yet
	 */
	TokenEndpointResponse ask() {
		TokenRequest request = request();
		TokenEndpointResponse token = this.answer;
		if (token == null) {
			token = this.endpoint.ask(request);
			this.answer = token;
		}
		if (!this.believed) {
			token = this.endpoint.validated(token, request);
			this.answer = token;
			this.believed = true;
		}
		return token;
	}

	/**
	 * {@return whether the server has given the token: it is asked no more}
	 */
	boolean isAnswered() {
		return this.answer != null;
	}

	/**
	 * Shows a token to the one who sees it first. Not called for a token that nobody
	 * waits for any more.
	 */
	TokenEndpointResponse received(TokenEndpointResponse token) {
		return this.received.apply(token);
	}

	private TokenRequest request() {
		GrantParameters all = GrantParameters.builder()
			.parameter(this.grant.parameter(), this.code)
			.build()
			.withDefaults(this.parameters);
		return new TokenRequest(this.configuration, this.grant.grantType(), all, this.options, null,
				(this.grant == PolledGrant.CIBA) ? this.code : null);
	}

	/**
	 * {@return who is asked: polls of one provider share its places. All issuers at one
	 * address are one, for they hang together}
	 */
	String provider() {
		return this.provider;
	}

	@Nullable PollingListener listener() {
		return this.options.pollingListener();
	}

	@Override
	public String toString() {
		return this.configuration.describe();
	}

}
