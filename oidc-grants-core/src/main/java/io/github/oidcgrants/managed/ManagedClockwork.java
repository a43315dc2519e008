package io.github.oidcgrants.managed;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Time and threads, as managed tokens need them.
 *
 * @param clock tells when tokens expire
 * @param nanoTime a monotonic time in nanoseconds
 * @param pause waits for as many nanoseconds
 * @param later runs something after a while
 * @param threads runs refreshes, which block, at once
 * @param jitter gives numbers from 0 to 1
 */
record ManagedClockwork(InstantSource clock, LongSupplier nanoTime, LongConsumer pause, Executor later,
		Executor threads, DoubleSupplier jitter) {

	private static final Duration SKEW = Duration.ofSeconds(60);

	private static final Duration LIFETIME_IF_UNKNOWN = Duration.ofMinutes(5);

	private static final Duration BETWEEN_TRIES = Duration.ofSeconds(10);

	private static final Duration IDLE = Duration.ofSeconds(5);

	// One for all: as many threads as there are refreshes under way, and none when there
	// are none.
	private static final Executor THREADS = threads("oidc-grants-refresh-");

	static ManagedClockwork system(InstantSource clock) {
		return new ManagedClockwork(clock, System::nanoTime, LockSupport::parkNanos,
				CompletableFuture.delayedExecutor(BETWEEN_TRIES.toSeconds(), TimeUnit.SECONDS, THREADS), THREADS,
				() -> ThreadLocalRandom.current().nextDouble());
	}

	/**
	 * Reckons the times of a token that is kept from now on.
	 */
	TimedToken timed(TokenEndpointResponse token) {
		return TimedToken.of(token, LIFETIME_IF_UNKNOWN, SKEW, this.jitter.getAsDouble(), this.clock.instant(),
				nanos());
	}

	long nanos() {
		return this.nanoTime.getAsLong();
	}

	private static Executor threads(String prefix) {
		AtomicInteger number = new AtomicInteger();
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE.toMillis(), TimeUnit.MILLISECONDS,
				new SynchronousQueue<>(), (work) -> {
					Thread thread = new Thread(null, work, prefix + number.incrementAndGet(), 0, false);
					thread.setDaemon(true);
					return thread;
				});
	}

}
