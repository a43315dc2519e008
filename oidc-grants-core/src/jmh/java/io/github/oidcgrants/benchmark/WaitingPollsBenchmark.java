package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantParameters;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What waiting polls hold: bytes of heap each, the code and the future of the caller
 * included, and threads in all. The time is that of beginning them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 1)
public class WaitingPollsBenchmark {

	private static final int INTERVAL = 60;

	@Param({ "10000", "100000" })
	private int polls;

	private TrivialTokenServer server;

	private GrantClient client;

	private Configuration configuration;

	@Setup
	public void start() throws IOException {
		this.server = TrivialTokenServer.start();
		this.configuration = Configuration
			.builder(AuthorizationServer.builder()
				.tokenEndpoint(this.server.pendingEndpoint())
				.deviceAuthorizationEndpoint(this.server.deviceAuthorizationEndpoint(INTERVAL))
				.build(), "client")
			.allowInsecureRequests(true)
			.build();
		this.client = GrantClient.create();
	}

	@TearDown
	public void stop() {
		this.client.close();
		this.server.close();
	}

	@Benchmark
	public Object wait(Held held) {
		CompletableFuture<?>[] waiting = new CompletableFuture<?>[this.polls];
		long before = usedHeap();
		for (int i = 0; i < this.polls; i++) {
			waiting[i] = this.client.pollDeviceAuthorizationGrant(this.configuration,
					this.client.initiateDeviceAuthorization(this.configuration, GrantParameters.none()));
		}
		held.bytesPerPoll = (usedHeap() - before) / this.polls;
		held.threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("oidc-grants"))
			.count();
		for (CompletableFuture<?> poll : waiting) {
			poll.cancel(false);
		}
		return waiting;
	}

	private static long usedHeap() {
		for (int i = 0; i < 4; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	/**
	 * What they hold.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.EVENTS)
	public static class Held {

		public long bytesPerPoll;

		public long threads;

	}

}
