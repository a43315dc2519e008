package io.github.oidcgrants.grant;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.metadata.ServerMetadata;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * The device authorization grant (RFC 8628): a user decides on another device while this
 * client asks whether there is a token yet.
 */
public final class DeviceAuthorizationGrant {

	private final Initiation initiation;

	private final TokenEndpoint endpoint;

	private final PollScheduler polls;

	private final InstantSource clock;

	/**
	 * Creates the grant.
	 * @param initiation the path to the endpoints that begin a wait
	 * @param endpoint the path to the token endpoint
	 * @param polls has the server asked when it is time
	 * @param clock tells when codes expire
	 */
	public DeviceAuthorizationGrant(Initiation initiation, TokenEndpoint endpoint, PollScheduler polls,
			InstantSource clock) {
		this.initiation = initiation;
		this.endpoint = endpoint;
		this.polls = polls;
		this.clock = clock;
	}

	/**
	 * Asks for a code that a user is to enter (section 3.1).
	 * @param configuration the client
	 * @param parameters what it asks for
	 * @param options how to ask
	 * @return the code, and where to enter it
	 * @throws GrantException if there is none
	 */
	public DeviceAuthorizationResponse initiate(Configuration configuration, GrantParameters parameters,
			GrantOptions options) {
		HttpAnswer answer = this.initiation.send(configuration, ServerMetadata.DEVICE_AUTHORIZATION_ENDPOINT, options,
				(server, call) -> parameters.forEach(call::parameter, call::secretParameter));
		Map<String, @Nullable Object> body = OAuthAnswer.requireSuccess(answer, this.clock);
		return DeviceAuthorizationResponse.of(body, configuration.allowInsecureRequests(), this.clock,
				answer::malformed);
	}

	/**
	 * Asks for the token until the user has decided (sections 3.4 and 3.5).
	 * @param configuration the client
	 * @param pending the code
	 * @param parameters what is asked for besides
	 * @param options how to ask
	 * @param received sees the token first
	 * @return the token
	 * @throws GrantException {@link Kind#MISCONFIGURED} if {@code device_code} stands in
	 * the parameters too, or the client is closed
	 */
	public CompletableFuture<TokenEndpointResponse> poll(Configuration configuration,
			DeviceAuthorizationResponse pending, GrantParameters parameters, GrantOptions options,
			UnaryOperator<TokenEndpointResponse> received) {
		return this.polls.start(new PollQuestion(this.endpoint, PolledGrant.DEVICE_CODE, configuration,
				pending.deviceCode(), parameters, options, received), pending);
	}

}
