package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many questions a second are asked and answered when more are due than can be: with
 * an interval of a second, by as many polls at a time as there are places for. Two
 * servers, which have two thirds of the places between them: each gets at most half of
 * those that the other leaves.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class PollRateBenchmark {

	private static final int POLLS = 30_000;

	private static final int PROVIDERS = 2;

	private static final int QUESTIONS = 500;

	@Param({ "4", "16", "64", "256" })
	private int places;

	private final Semaphore answered = new Semaphore(0);

	private final List<TrivialTokenServer> servers = new ArrayList<>();

	private GrantClient client;

	@Setup
	public void start() throws IOException {
		this.client = GrantClient.builder().maxConcurrentPolls(this.places).build();
		GrantOptions options = GrantOptions.builder().pollingListener((progress) -> {
			if (progress.event() == PollingProgress.Event.PENDING) {
				this.answered.release();
			}
		}).build();
		for (int provider = 0; provider < PROVIDERS; provider++) {
			TrivialTokenServer server = TrivialTokenServer.start();
			this.servers.add(server);
			begin(server, options);
		}
		this.answered.drainPermits();
	}

	private void begin(TrivialTokenServer server, GrantOptions options) {
		Configuration configuration = Configuration
			.builder(AuthorizationServer.builder()
				.tokenEndpoint(server.pendingEndpoint())
				.deviceAuthorizationEndpoint(server.deviceAuthorizationEndpoint(1))
				.build(), "client")
			.allowInsecureRequests(true)
			.build();
		for (int i = 0; i < POLLS / PROVIDERS; i++) {
			CompletableFuture<TokenEndpointResponse> unused = this.client.pollDeviceAuthorizationGrant(configuration,
					this.client.initiateDeviceAuthorization(configuration, GrantParameters.none()),
					GrantParameters.none(), options);
		}
	}

	@TearDown
	public void stop() {
		this.client.close();
		this.servers.forEach(TrivialTokenServer::close);
	}

	@Benchmark
	@OperationsPerInvocation(QUESTIONS)
	public void questions() throws InterruptedException {
		this.answered.acquire(QUESTIONS);
	}

}
