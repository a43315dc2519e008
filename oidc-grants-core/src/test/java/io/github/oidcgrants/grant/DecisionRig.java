package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.UserEndpoints;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Both grants that wait for a user, at a real server and on virtual time: each question
 * is asked on the thread of the test that lets the time pass.
 */
final class DecisionRig implements AutoCloseable {

	final AuthorizationServerRig server = new AuthorizationServerRig();

	final List<PollingProgress> progress = new ArrayList<>();

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final PollScheduler polls = new PollScheduler(this.tasks::add, 16, this.server.time,
			this.server.time::nanoTime, (work) -> new Thread(() -> {
			}));

	final CibaNotifications notifications = new CibaNotifications(this.server.time);

	private final Initiation initiation = new Initiation(TestTransport.HTTP_COMPONENTS.shared(), this.server.time);

	private final TokenEndpoint endpoint = new TokenEndpoint(TestTransport.HTTP_COMPONENTS.shared(), this.server.time);

	final DeviceAuthorizationGrant device = new DeviceAuthorizationGrant(this.initiation, this.endpoint, this.polls,
			this.server.time);

	final BackchannelAuthenticationGrant ciba = new BackchannelAuthenticationGrant(this.initiation, this.endpoint,
			this.polls, this.notifications, this.server.time);

	UserEndpoints reset() {
		this.progress.clear();
		this.server.reset();
		return UserEndpoints.install(this.server);
	}

	/**
	 * Begins a wait and a poll.
	 */
	CompletableFuture<TokenEndpointResponse> poll(InitiationKind kind, Configuration configuration) {
		return poll(kind, configuration, initiate(kind, configuration), GrantParameters.none());
	}

	PendingResponse initiate(InitiationKind kind, Configuration configuration) {
		return (kind == InitiationKind.DEVICE) ? this.device.initiate(configuration, kind.least(), GrantOptions.none())
				: this.ciba.initiate(configuration, kind.least(), GrantOptions.none());
	}

	CompletableFuture<TokenEndpointResponse> poll(InitiationKind kind, Configuration configuration,
			PendingResponse pending, GrantParameters parameters) {
		GrantOptions options = GrantOptions.builder().pollingListener(this.progress::add).build();
		return (kind == InitiationKind.DEVICE)
				? this.device.poll(configuration, (DeviceAuthorizationResponse) pending, parameters, options,
						UnaryOperator.identity())
				: this.ciba.poll(configuration, (BackchannelAuthenticationResponse) pending, parameters, options,
						UnaryOperator.identity());
	}

	/**
	 * Lets the server say that the user has agreed.
	 */
	void approve() {
		this.server.answer(Map.of("id_token", idToken(this.server.claims())));
	}

	static String idToken(Map<String, ?> claims) {
		return JwtMint.sign(TestKeys.RSA, "RS256", claims);
	}

	void pend() {
		this.server.answer(AuthorizationServerRig.json(400, Map.of("error", "authorization_pending")));
	}

	/**
	 * Lets time pass, second by second, and everything happen that is due.
	 */
	void pass(long seconds) {
		for (long i = 0; i < seconds; i++) {
			this.server.time.advance(Duration.ofSeconds(1));
			work();
		}
	}

	/**
	 * Lets everything happen that is due now.
	 */
	void work() {
		do {
			this.polls.run();
		}
		while (PollRig.run(this.tasks));
	}

	@Override
	public void close() {
		this.polls.close();
		this.server.close();
	}

}
