package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A machine that fails at any moment leaves no future that never ends.
 */
class PollTroubleTests {

	private final TestClock clock = new TestClock();

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private int untilTrouble = Integer.MAX_VALUE;

	private boolean threads = true;

	private final StubTransport transport = new StubTransport((uri) -> PollRig.pending());

	private final PollScheduler polls = new PollScheduler(this.tasks::add, 4, this.clock, this::nanoTime, this::thread);

	private final DeviceAuthorizationGrant grant = new DeviceAuthorizationGrant(
			new Initiation(this.transport, this.clock), new TokenEndpoint(this.transport, this.clock), this.polls,
			this.clock);

	private long nanoTime() {
		if (this.untilTrouble-- == 0) {
			throw new StackOverflowError("Trouble");
		}
		return this.clock.nanoTime();
	}

	private Thread thread(Runnable work) {
		return new Thread(work) {

			@Override
			public synchronized void start() {
				if (!PollTroubleTests.this.threads) {
					throw new OutOfMemoryError("unable to create native thread");
				}
			}

		};
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4 })
	void aPollThatCannotGoOnEnds(int looksAtTheClock) {
		CompletableFuture<TokenEndpointResponse> poll = poll();
		this.clock.advance(Duration.ofSeconds(5));
		this.polls.run();
		this.untilTrouble = looksAtTheClock;
		runTasks();
		boolean wasTroubled = this.untilTrouble < 0;
		this.untilTrouble = Integer.MAX_VALUE;
		assertThat(poll.isDone()).isEqualTo(wasTroubled);
		assertThat(this.polls).hasToString("PollScheduler[waiting=" + (wasTroubled ? 0 : 1) + ", asking=0]");
		assertThat(looksAtTheClock > 2 || wasTroubled).isTrue();
		if (wasTroubled) {
			assertThat(catchThrowable(poll::join)).hasCauseInstanceOf(StackOverflowError.class);
		}
	}

	@Test
	void thePlaceOfOneThatCouldNotGoOnIsFree() {
		for (int i = 0; i < 10; i++) {
			CompletableFuture<TokenEndpointResponse> poll = poll();
			this.clock.advance(Duration.ofSeconds(5));
			this.polls.run();
			this.untilTrouble = 1;
			runTasks();
			assertThat(poll).isCompletedExceptionally();
		}
		assertThat(this.transport.requests()).hasSize(10);
	}

	@Test
	void aPollForWhichNoThreadKeepsTheTimeDoesNotBegin() {
		this.threads = false;
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(this::poll);
		assertThat(this.polls).hasToString("PollScheduler[waiting=0, asking=0]");
		this.threads = true;
		CompletableFuture<TokenEndpointResponse> next = poll();
		this.clock.advance(Duration.ofMinutes(10));
		this.polls.run();
		runTasks();
		assertThat(next).isCompletedExceptionally();
		assertThat(this.transport.requests()).isEmpty();
	}

	private void runTasks() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

	private CompletableFuture<TokenEndpointResponse> poll() {
		DeviceAuthorizationResponse code = DeviceAuthorizationResponse.of(Map.of("device_code", "code", "user_code",
				"USER", "verification_uri", "https://idp.example/device", "expires_in", 600, "interval", 5), false,
				this.clock, GrantException::misconfigured);
		return this.grant.poll(PollRig.client(), code, GrantParameters.none(), GrantOptions.none(),
				UnaryOperator.identity());
	}

}
