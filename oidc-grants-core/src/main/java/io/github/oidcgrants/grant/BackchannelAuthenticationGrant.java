package io.github.oidcgrants.grant;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.metadata.ServerMetadata;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.OidcScopes;

/**
 * The grant of Client-Initiated Backchannel Authentication (OpenID Connect CIBA Core
 * 1.0): the server asks the user on a device of theirs while this client asks whether
 * there is a token yet, and in ping mode is told.
 */
public final class BackchannelAuthenticationGrant {

	/**
	 * The grant's type (section 4).
	 */
	public static final AuthorizationGrantType GRANT_TYPE = new AuthorizationGrantType(
			"urn:openid:params:grant-type:ciba");

	private static final List<String> HINTS = List.of("login_hint", "id_token_hint", "login_hint_token");

	private final Initiation initiation;

	private final TokenEndpoint endpoint;

	private final PollScheduler polls;

	private final CibaNotifications notifications;

	private final InstantSource clock;

	/**
	 * Creates the grant.
	 * @param initiation the path to the endpoints that begin a wait
	 * @param endpoint the path to the token endpoint
	 * @param polls has the server asked when it is time
	 * @param notifications takes what servers tell in ping mode
	 * @param clock tells when authentication requests expire
	 */
	public BackchannelAuthenticationGrant(Initiation initiation, TokenEndpoint endpoint, PollScheduler polls,
			CibaNotifications notifications, InstantSource clock) {
		this.initiation = initiation;
		this.endpoint = endpoint;
		this.polls = polls;
		this.notifications = notifications;
		this.clock = clock;
	}

	/**
	 * Has a user asked (section 7.1).
	 * @param configuration the client
	 * @param parameters whom to ask, and for what
	 * @param options how to send the request
	 * @return what the token is asked for with
	 * @throws GrantException if the user is not asked; {@link Kind#MISCONFIGURED} if
	 * nothing was sent, because there is not exactly one hint, {@code openid} is no
	 * scope, or a parameter cannot be
	 */
	public BackchannelAuthenticationResponse initiate(Configuration configuration, GrantParameters parameters,
			GrantOptions options) {
		check(parameters);
		CibaNotification notification = (configuration.ciba().tokenDeliveryMode() == TokenDeliveryMode.PING)
				? this.notifications.expect() : null;
		boolean accepted = false;
		try {
			BackchannelAuthenticationResponse pending = send(configuration, parameters, options, notification);
			if (notification != null) {
				notification.expectAbout(pending.authReqId());
				this.notifications.expectUntil(notification, pending.expiresAt());
			}
			accepted = true;
			return pending;
		}
		finally {
			if (!accepted && notification != null) {
				this.notifications.forget(notification);
			}
		}
	}

	private BackchannelAuthenticationResponse send(Configuration configuration, GrantParameters parameters,
			GrantOptions options, @Nullable CibaNotification notification) {
		AuthenticationRequest request = new AuthenticationRequest(configuration, parameters, notification);
		HttpAnswer answer = this.initiation.send(configuration, ServerMetadata.BACKCHANNEL_AUTHENTICATION_ENDPOINT,
				options, (server, call) -> {
					requireMode(configuration, server);
					request.fill(server, call, this.clock.instant());
				});
		return BackchannelAuthenticationResponse.of(OAuthAnswer.requireSuccess(answer, this.clock), notification,
				this.clock, answer::malformed);
	}

	private static void check(GrantParameters parameters) {
		List<String> hints = HINTS.stream().filter(parameters::contains).toList();
		if (hints.size() != 1) {
			throw GrantException.misconfigured("A backchannel authentication needs exactly one of " + HINTS
					+ ", and there " + (hints.isEmpty() ? "is none" : "are " + hints) + ": nothing was sent");
		}
		if (!parameters.scopes().contains(OidcScopes.OPENID)) {
			throw GrantException
				.misconfigured("A backchannel authentication needs the scope 'openid': add it. Nothing was sent");
		}
		if (parameters.contains("client_notification_token") || parameters.contains("request")) {
			throw GrantException.misconfigured("The parameters 'client_notification_token' and 'request' cannot be set:"
					+ " they are made of what was agreed on about CIBA");
		}
		parameters.get(AuthenticationRequest.REQUESTED_EXPIRY).forEach(AuthenticationRequest::requireExpiry);
	}

	private static void requireMode(Configuration configuration, ServerMetadata server) {
		List<String> supported = server.list("backchannel_token_delivery_modes_supported");
		if (configuration.ciba().tokenDeliveryMode() == TokenDeliveryMode.PING && !supported.isEmpty()
				&& !supported.contains("ping")) {
			throw GrantException.misconfigured("The server lists only the token delivery modes " + supported + " ("
					+ configuration.describe() + "): use polling");
		}
	}

	/**
	 * Asks for the token until the user has decided (sections 10.1 and 11).
	 * @param configuration the client
	 * @param pending what the token is asked for with
	 * @param parameters what is asked for besides
	 * @param options how to ask
	 * @param received sees the token first
	 * @return the token
	 * @throws GrantException {@link Kind#MISCONFIGURED} if {@code auth_req_id} stands in
	 * the parameters too, or the client is closed
	 */
	public CompletableFuture<TokenEndpointResponse> poll(Configuration configuration,
			BackchannelAuthenticationResponse pending, GrantParameters parameters, GrantOptions options,
			UnaryOperator<TokenEndpointResponse> received) {
		Poll poll = this.polls.start(new PollQuestion(this.endpoint, PolledGrant.CIBA, configuration,
				pending.authReqId(), parameters, options, received), pending);
		CibaNotification notification = pending.notification();
		if (notification != null) {
			Runnable wake = () -> this.polls.ping(poll);
			notification.onArrival(wake);
			// Not the whole answer: a hundred thousand of them may wait.
			Instant expiresAt = pending.expiresAt();
			// A second poll of one request has all the time that the first had.
			this.notifications.expectUntil(notification, expiresAt);
			CompletableFuture<TokenEndpointResponse> unused = poll
				.whenComplete((token, failure) -> this.notifications.settled(notification, wake, expiresAt));
		}
		return poll;
	}

}
