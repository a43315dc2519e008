package io.github.oidcgrants.benchmark;

import java.io.IOException;
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
 * an interval of a second, by as many polls at a time as there are places for, half of
 * them for the one server there is.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class PollRateBenchmark {

	private static final int POLLS = 30_000;

	private static final int QUESTIONS = 500;

	@Param({ "4", "16", "64", "256" })
	private int places;

	private final Semaphore answered = new Semaphore(0);

	private TrivialTokenServer server;

	private GrantClient client;

	@Setup
	public void start() throws IOException {
		this.server = TrivialTokenServer.start();
		this.client = GrantClient.builder().maxConcurrentPolls(this.places).build();
		Configuration configuration = Configuration
			.builder(AuthorizationServer.builder()
				.tokenEndpoint(this.server.pendingEndpoint())
				.deviceAuthorizationEndpoint(this.server.deviceAuthorizationEndpoint(1))
				.build(), "client")
			.allowInsecureRequests(true)
			.build();
		GrantOptions options = GrantOptions.builder().pollingListener((progress) -> {
			if (progress.event() == PollingProgress.Event.PENDING) {
				this.answered.release();
			}
		}).build();
		for (int i = 0; i < POLLS; i++) {
			CompletableFuture<TokenEndpointResponse> unused = this.client.pollDeviceAuthorizationGrant(configuration,
					this.client.initiateDeviceAuthorization(configuration, GrantParameters.none()),
					GrantParameters.none(), options);
		}
		this.answered.drainPermits();
	}

	@TearDown
	public void stop() {
		this.client.close();
		this.server.close();
	}

	@Benchmark
	@OperationsPerInvocation(QUESTIONS)
	public void questions() throws InterruptedException {
		this.answered.acquire(QUESTIONS);
	}

}
