package io.github.oidcgrants.grant;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls on real threads and in real time, as short as an interval can be.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollThreadsTests {

	private final CountDownLatch hung = new CountDownLatch(1);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final StubTransport transport = new StubTransport(this::answer);

	private final InstantSource clock = InstantSource.system();

	private final PollScheduler polls = new PollScheduler(this.executor, 16, this.clock);

	private final DeviceAuthorizationGrant grant = new DeviceAuthorizationGrant(
			new Initiation(this.transport, this.clock), new TokenEndpoint(this.transport, this.clock), this.polls,
			this.clock);

	private StubTransport.Answer answer(URI uri) {
		if (uri.getHost().startsWith("hung")) {
			try {
				this.hung.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		return PollRig.token();
	}

	@AfterEach
	void stop() {
		this.hung.countDown();
		this.polls.close();
		this.executor.shutdownNow();
	}

	@Test
	void aHungProviderDoesNotDelayThePollsOfAnother() throws Exception {
		List<CompletableFuture<TokenEndpointResponse>> waiting = polls("hung", 100);
		for (CompletableFuture<TokenEndpointResponse> poll : polls("decided", 100)) {
			assertThat(poll.get(60, TimeUnit.SECONDS).accessToken()).isNotEmpty();
		}
		assertThat(waiting).noneMatch(CompletableFuture::isDone);
		// The last of the others gives its place back after its future has ended.
		Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> hungRequests() == 8);
		Awaitility.await().atMost(30, TimeUnit.SECONDS).until(this.polls::held, (held) -> held.contains("owners=1"));
		assertThat(this.polls.held()).startsWith("Turns[taken=8, owners=1]");
		assertThat(hungRequests()).isEqualTo(8);
	}

	private long hungRequests() {
		return this.transport.requests().stream().filter((uri) -> uri.getHost().startsWith("hung")).count();
	}

	@Test
	void aThousandFlowsEndRightThoughSomeAreEndedFromOutside() {
		Random random = new Random(5);
		FlowServer server = new FlowServer();
		DeviceAuthorizationGrant flows = new DeviceAuthorizationGrant(new Initiation(server, this.clock),
				new TokenEndpoint(server, this.clock), this.polls, this.clock);
		Map<Integer, CompletableFuture<TokenEndpointResponse>> all = new LinkedHashMap<>();
		Set<Integer> endedOutside = new HashSet<>();
		for (int flow = 0; flow < 1000; flow++) {
			all.put(flow, flows.poll(PollRig.provider("provider-" + random.nextInt(10)), code("flow-" + flow),
					GrantParameters.none(), GrantOptions.none(), UnaryOperator.identity()));
			if (random.nextInt(4) == 0) {
				int ended = random.nextInt(all.size());
				endedOutside.add(ended);
				all.get(ended).orTimeout(500 + random.nextInt(2000), TimeUnit.MILLISECONDS);
			}
		}
		Awaitility.await()
			.atMost(90, TimeUnit.SECONDS)
			.until(() -> all.values().stream().allMatch(CompletableFuture::isDone));
		all.forEach((flow, poll) -> {
			String outcome = outcome(poll);
			if (!(endedOutside.contains(flow) && "timeout".equals(outcome))) {
				assertThat(outcome).as("flow " + flow).isEqualTo(FlowServer.outcome(flow));
			}
		});
		Awaitility.await()
			.atMost(30, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(this.polls).hasToString("PollScheduler[waiting=0, asking=0]"));
		assertThat(this.polls.held()).isEqualTo("Turns[taken=0, owners=0], PollErrands[left=0, running=0]");
	}

	private static String outcome(CompletableFuture<TokenEndpointResponse> poll) {
		return poll.handle((token, failure) -> {
			if (failure instanceof GrantException ex) {
				return ex.getError().getErrorCode();
			}
			return (failure instanceof TimeoutException) ? "timeout" : token.accessToken();
		}).join();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callbacksFindTheClassesOfTheApplicationAndNothingOfWhoBeganThePoll(boolean ownThreads) throws Exception {
		InheritableThreadLocal<String> callers = new InheritableThreadLocal<>();
		ClassLoader applications = new URLClassLoader(new URL[0]);
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		try {
			Thread.currentThread().setContextClassLoader(applications);
			GrantClient.Builder builder = GrantClient.builder().transport(this.transport);
			GrantClient client = (ownThreads ? builder : builder.executor((task) -> new Thread(task).start())).build();
			Thread.currentThread().setContextClassLoader(null);
			callers.set("caller's");
			try (client) {
				List<Object> seen = client
					.pollDeviceAuthorizationGrant(PollRig.provider("decided"), code(), GrantParameters.none(),
							GrantOptions.none())
					.thenApply((token) -> Arrays.<Object>asList(Thread.currentThread().getContextClassLoader(),
							callers.get()))
					.get(60, TimeUnit.SECONDS);
				assertThat(seen).containsExactly(applications, null);
			}
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
			callers.remove();
		}
	}

	@Test
	void closingTheClientEndsItsPolls() {
		CompletableFuture<TokenEndpointResponse> poll;
		try (GrantClient client = GrantClient.builder().transport(this.transport).build()) {
			poll = client.pollDeviceAuthorizationGrant(PollRig.client(), code());
		}
		assertThat(poll).isCancelled();
	}

	private List<CompletableFuture<TokenEndpointResponse>> polls(String provider, int count) {
		List<CompletableFuture<TokenEndpointResponse>> polls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			polls.add(this.grant.poll(PollRig.provider(provider), code(), GrantParameters.none(), GrantOptions.none(),
					UnaryOperator.identity()));
		}
		return polls;
	}

	private DeviceAuthorizationResponse code() {
		return code("code");
	}

	private DeviceAuthorizationResponse code(String code) {
		return DeviceAuthorizationResponse.of(Map.of("device_code", code, "user_code", "USER", "verification_uri",
				"https://idp.example/device", "expires_in", 600, "interval", 1), false, this.clock,
				GrantException::misconfigured);
	}

	/**
	 * Decides on each flow by its number, after as many questions as that says.
	 */
	private static final class FlowServer implements ClientHttpRequestFactory {

		private final Map<String, Integer> asked = new ConcurrentHashMap<>();

		static String outcome(int flow) {
			return switch (flow % 3) {
				case 0 -> "access_denied";
				case 1 -> "expired_token";
				default -> "token-of-flow-" + flow;
			};
		}

		@Override
		public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
			StubTransport[] one = new StubTransport[1];
			one[0] = new StubTransport((address) -> answer(one[0].sent().get(0).parameter("device_code")));
			return one[0].createRequest(uri, method);
		}

		private StubTransport.Answer answer(String code) {
			int flow = Integer.parseInt(code.substring("flow-".length()));
			if (this.asked.merge(code, 1, Integer::sum) <= flow % 4) {
				return PollRig.pending();
			}
			String outcome = outcome(flow);
			return outcome.startsWith("token")
					? StubTransport.json(200, "{\"access_token\": \"" + outcome + "\", \"token_type\": \"Bearer\"}")
					: PollRig.error(outcome);
		}

	}

}
