package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The thread that keeps the time: there while there are polls, and a minute longer. Time
 * passes with each look at the clock, or only when a test says so.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollTimekeeperTests {

	private final TestClock clock = new TestClock();

	private volatile Duration tick = Duration.ZERO;

	private final AtomicBoolean trouble = new AtomicBoolean();

	private final List<Thread> threads = new CopyOnWriteArrayList<>();

	private final StubTransport transport = new StubTransport((uri) -> PollRig.token());

	private final PollScheduler polls = new PollScheduler(Runnable::run, 4, this.clock, this::tick, (work) -> {
		Thread thread = new Thread(work, "timekeeper");
		thread.setDaemon(true);
		this.threads.add(thread);
		return thread;
	});

	private final DeviceAuthorizationGrant grant = new DeviceAuthorizationGrant(
			new Initiation(this.transport, this.clock), new TokenEndpoint(this.transport, this.clock), this.polls,
			this.clock);

	private long tick() {
		if (this.trouble.getAndSet(false)) {
			throw new AssertionError("Trouble");
		}
		this.clock.advanceMonotonic(this.tick);
		return this.clock.nanoTime();
	}

	@AfterEach
	void close() {
		this.polls.close();
	}

	@Test
	void startsWithTheFirstPollEndsAfterIdlingAndStartsAgain() throws Exception {
		this.tick = Duration.ofSeconds(61);
		assertThat(this.threads).isEmpty();
		assertThat(poll().get(30, TimeUnit.SECONDS)).isNotNull();
		assertThat(this.threads).hasSize(1);
		assertEnds(this.threads.get(0));
		assertThat(poll().get(30, TimeUnit.SECONDS)).isNotNull();
		assertThat(this.threads).hasSize(2);
		assertEnds(this.threads.get(1));
	}

	@Test
	void endsWhenTheClientIsClosed() throws Exception {
		CompletableFuture<TokenEndpointResponse> poll = poll();
		this.polls.close();
		assertThat(poll).isCancelled();
		assertEnds(this.threads.get(0));
	}

	@Test
	void isNotEndedByAnInterruptOfAStranger() throws Exception {
		CompletableFuture<TokenEndpointResponse> poll = poll();
		this.threads.get(0).interrupt();
		assertThat(poll).isNotDone();
		this.clock.advanceMonotonic(Duration.ofSeconds(20));
		this.threads.get(0).interrupt();
		assertThat(poll.get(30, TimeUnit.SECONDS)).isNotNull();
	}

	@Test
	void isNotEndedByATrouble() throws Exception {
		CompletableFuture<TokenEndpointResponse> poll = poll();
		Thread timekeeper = this.threads.get(0);
		this.trouble.set(true);
		timekeeper.interrupt();
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !this.trouble.get());
		this.clock.advanceMonotonic(Duration.ofSeconds(20));
		assertThat(poll.get(30, TimeUnit.SECONDS)).isNotNull();
		assertThat(this.threads).containsExactly(timekeeper);
	}

	private CompletableFuture<TokenEndpointResponse> poll() {
		DeviceAuthorizationResponse code = DeviceAuthorizationResponse.of(Map.of("device_code", "code", "user_code",
				"USER", "verification_uri", "https://idp.example/device", "expires_in", 86_400, "interval", 20), false,
				this.clock, GrantException::misconfigured);
		return this.grant.poll(PollRig.client(), code, GrantParameters.none(), GrantOptions.none(),
				UnaryOperator.identity());
	}

	private static void assertEnds(Thread thread) throws InterruptedException {
		thread.join(TimeUnit.SECONDS.toMillis(30));
		assertThat(thread.isAlive()).isFalse();
	}

}
