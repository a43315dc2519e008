package io.github.oidcgrants.grant;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TokenServer;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Polls on virtual time: nothing happens but what a test lets happen, on its own thread.
 */
final class PollRig {

	final TestClock clock = new TestClock();

	final List<PollingProgress> progress = new ArrayList<>();

	final List<Duration> askedAfter = new ArrayList<>();

	private final Deque<StubTransport.Server> answers = new ArrayDeque<>();

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final StubTransport transport = new StubTransport(this::answer);

	final PollScheduler polls = new PollScheduler(this.tasks::add, 16, this.clock, this.clock::nanoTime,
			(work) -> new Thread(() -> {
			}));

	private final DeviceAuthorizationGrant grant = new DeviceAuthorizationGrant(
			new Initiation(this.transport, this.clock), new TokenEndpoint(this.transport, this.clock), this.polls,
			this.clock);

	private StubTransport.Answer answer(URI uri) throws java.io.IOException {
		this.askedAfter.add(Duration.between(TestClock.START, this.clock.instant()));
		return (this.answers.isEmpty() ? (StubTransport.Server) (u) -> pending() : this.answers.remove()).answer(uri);
	}

	static StubTransport.Answer pending() {
		return error("authorization_pending");
	}

	static StubTransport.Answer error(String code) {
		return StubTransport.json(400, "{\"error\": \"" + code + "\"}");
	}

	static StubTransport.Answer token() {
		return StubTransport.json(200, TokenServer.SUCCESS);
	}

	/**
	 * Lets the server answer so once; when nothing is left, the user has not decided.
	 */
	PollRig answers(StubTransport.Answer... answers) {
		for (StubTransport.Answer answer : answers) {
			this.answers.add((uri) -> answer);
		}
		return this;
	}

	static Configuration client() {
		return Configuration
			.builder(AuthorizationServer.builder().tokenEndpoint(URI.create("https://idp.example/token")).build(),
					"client")
			.authentication(ClientAuthentication.none())
			.build();
	}

	DeviceAuthorizationResponse code(long expiresIn, Long interval) {
		Map<String, Object> body = new java.util.LinkedHashMap<>(Map.of("device_code", "device-code-1", "user_code",
				"USER-CODE", "verification_uri", "https://idp.example/device", "expires_in", expiresIn));
		if (interval != null) {
			body.put("interval", interval);
		}
		return DeviceAuthorizationResponse.of(body, false, this.clock, GrantException::misconfigured);
	}

	CompletableFuture<TokenEndpointResponse> poll(DeviceAuthorizationResponse code) {
		return this.grant.poll(client(), code, GrantParameters.none(),
				GrantOptions.builder().pollingListener(this.progress::add).build(), UnaryOperator.identity());
	}

	/**
	 * Lets time pass, second by second, and everything happen that is due.
	 */
	void pass(long seconds) {
		for (long i = 0; i < seconds; i++) {
			this.clock.advance(Duration.ofSeconds(1));
			work();
		}
	}

	void work() {
		this.polls.run();
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

}
