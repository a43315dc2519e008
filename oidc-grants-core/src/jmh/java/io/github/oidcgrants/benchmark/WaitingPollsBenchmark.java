package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
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
 * included, and what is expected of the server in ping mode; and threads, the polls' own
 * and all that there are more of than before, those of the connections too. The time is
 * that of beginning them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 1)
public class WaitingPollsBenchmark {

	private static final int INTERVAL = 60;

	private static final String ID = "client";

	private static final GrantParameters USER = GrantParameters.builder()
		.scope("openid")
		.parameter("login_hint", "user")
		.build();

	@Param({ "10000", "100000" })
	private int polls;

	@Param
	private Kind kind;

	private TrivialTokenServer server;

	private GrantClient client;

	private GrantTemplate template;

	private Configuration configuration;

	@Setup
	public void start() throws IOException {
		this.server = TrivialTokenServer.start();
		this.configuration = Configuration
			.builder(AuthorizationServer.builder()
				.tokenEndpoint(this.server.pendingEndpoint())
				.deviceAuthorizationEndpoint(this.server.deviceAuthorizationEndpoint(INTERVAL))
				.backchannelAuthenticationEndpoint(this.server.backchannelAuthenticationEndpoint(INTERVAL))
				.build(), "client")
			.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.allowInsecureRequests(true)
			.build();
		this.client = GrantClient.create();
		this.template = new GrantTemplate(this.client, TokenCache.create(),
				List.of(GrantRegistration.builder(ID, this.configuration).build()));
	}

	@TearDown
	public void stop() {
		this.client.close();
		this.server.close();
	}

	@Benchmark
	public Object wait(Held held) {
		CompletableFuture<?>[] waiting = new CompletableFuture<?>[this.polls];
		int threadsBefore = Thread.getAllStackTraces().size();
		long before = usedHeap();
		for (int i = 0; i < this.polls; i++) {
			waiting[i] = begin();
		}
		held.bytesPerPoll = (usedHeap() - before) / this.polls;
		held.pollThreads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("oidc-grants"))
			.count();
		held.moreThreads = Thread.getAllStackTraces().size() - threadsBefore;
		for (CompletableFuture<?> poll : waiting) {
			poll.cancel(false);
		}
		return waiting;
	}

	private CompletableFuture<?> begin() {
		return switch (this.kind) {
			case DEVICE -> this.client.pollDeviceAuthorizationGrant(this.configuration,
					this.client.initiateDeviceAuthorization(this.configuration, GrantParameters.none()));
			case TEMPLATE ->
				this.template.pollDeviceAuthorizationGrant(ID, this.template.initiateDeviceAuthorization(ID));
			case PING -> this.client.pollBackchannelAuthenticationGrant(this.configuration,
					this.client.initiateBackchannelAuthentication(this.configuration, USER));
		};
	}

	private static long usedHeap() {
		for (int i = 0; i < 4; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	/**
	 * What waits.
	 */
	public enum Kind {

		/**
		 * A device authorization.
		 */
		DEVICE,

		/**
		 * A device authorization of a registration.
		 */
		TEMPLATE,

		/**
		 * A backchannel authentication in ping mode.
		 */
		PING

	}

	/**
	 * What they hold.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.EVENTS)
	public static class Held {

		public long bytesPerPoll;

		public long pollThreads;

		public long moreThreads;

	}

}
