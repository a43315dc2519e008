package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.http.Transports;
import org.awaitility.Awaitility;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * What waiting polls hold: bytes of heap each, the code and the future of the caller
 * included, and what is expected of the server in ping mode; and threads, the polls' own
 * and all that there are more of than before, those of the connections too. They have not
 * been asked yet, or each once, when the server was busy. The time is that of getting
 * there.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 1)
public class WaitingPollsBenchmark {

	private static final int INTERVAL = 60;

	private static final int SHORT_INTERVAL = 1;

	private static final int RETRY_AFTER = 3600;

	private static final Duration LONG = Duration.ofMinutes(5);

	private static final String ID = "client";

	private static final GrantParameters USER = GrantParameters.builder()
		.scope("openid")
		.parameter("login_hint", "user")
		.build();

	@Param({ "10000", "100000" })
	private int polls;

	@Param
	private Kind kind;

	@Param({ "false", "true" })
	private boolean busy;

	private final Semaphore troubled = new Semaphore(0);

	private final GrantOptions options = GrantOptions.builder().pollingListener((progress) -> {
		if (progress.event() == PollingProgress.Event.RETRYING) {
			this.troubled.release();
		}
	}).build();

	private TrivialTokenServer server;

	private ClientHttpRequestFactory transport;

	private GrantClient client;

	private GrantTemplate template;

	private Configuration configuration;

	@Setup
	public void start() throws IOException {
		this.server = TrivialTokenServer.start();
		this.transport = Transports.detect(Transports.DEFAULT_CONNECT_TIMEOUT, null);
		int interval = this.busy ? SHORT_INTERVAL : INTERVAL;
		this.configuration = Configuration
			.builder(AuthorizationServer.builder()
				.tokenEndpoint(this.busy ? this.server.busyEndpoint(RETRY_AFTER) : this.server.pendingEndpoint())
				.deviceAuthorizationEndpoint(this.server.deviceAuthorizationEndpoint(interval))
				.backchannelAuthenticationEndpoint(this.server.backchannelAuthenticationEndpoint(interval))
				.build(), "client")
			.ciba(CibaOptions.builder().tokenDeliveryMode(this.kind.deliveryMode).build())
			.allowInsecureRequests(true)
			.build();
	}

	// For the connections are there already, but nothing of the polls before is.
	@Setup(Level.Iteration)
	public void begin() {
		this.client = GrantClient.builder().transport(this.transport).build();
		this.template = new GrantTemplate(this.client, TokenCache.create(),
				List.of(GrantRegistration.builder(ID, this.configuration).build()));
	}

	@TearDown(Level.Iteration)
	public void end() {
		this.client.close();
	}

	@TearDown
	public void stop() throws Exception {
		if (this.transport instanceof AutoCloseable closeable) {
			closeable.close();
		}
		this.server.close();
	}

	@Benchmark
	public Object wait(Held held) throws InterruptedException {
		CompletableFuture<?>[] waiting = new CompletableFuture<?>[this.polls];
		int threadsBefore = Thread.getAllStackTraces().size();
		long before = usedHeap();
		for (int i = 0; i < this.polls; i++) {
			waiting[i] = poll();
		}
		if (this.busy) {
			awaitTrouble();
		}
		held.bytesPerPoll = (usedHeap() - before) / this.polls;
		held.pollThreads = threads("oidc-grants");
		held.moreThreads = Thread.getAllStackTraces().size() - threadsBefore;
		return waiting;
	}

	// And then until the threads that have asked are gone.
	private void awaitTrouble() throws InterruptedException {
		if (!this.troubled.tryAcquire(this.polls, LONG.toSeconds(), TimeUnit.SECONDS)) {
			throw new IllegalStateException("Only " + this.troubled.availablePermits() + " have been asked");
		}
		Awaitility.await().atMost(LONG).until(() -> threads("oidc-grants-poll-") == 0);
	}

	private static long threads(String prefix) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(prefix))
			.count();
	}

	private CompletableFuture<?> poll() {
		return switch (this.kind) {
			case DEVICE -> this.client.pollDeviceAuthorizationGrant(this.configuration,
					this.client.initiateDeviceAuthorization(this.configuration, GrantParameters.none()),
					GrantParameters.none(), this.options);
			case TEMPLATE -> this.template.pollDeviceAuthorizationGrant(ID,
					this.template.initiateDeviceAuthorization(ID), GrantParameters.none(), this.options);
			case CIBA,
					PING ->
				this.client.pollBackchannelAuthenticationGrant(this.configuration,
						this.client.initiateBackchannelAuthentication(this.configuration, USER), GrantParameters.none(),
						this.options);
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
		DEVICE(TokenDeliveryMode.POLL),

		/**
		 * A device authorization of a registration.
		 */
		TEMPLATE(TokenDeliveryMode.POLL),

		/**
		 * A backchannel authentication in poll mode.
		 */
		CIBA(TokenDeliveryMode.POLL),

		/**
		 * A backchannel authentication in ping mode.
		 */
		PING(TokenDeliveryMode.PING);

		private final TokenDeliveryMode deliveryMode;

		Kind(TokenDeliveryMode deliveryMode) {
			this.deliveryMode = deliveryMode;
		}

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
