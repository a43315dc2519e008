package io.github.oidcgrants.managed;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.flight.Workers;
import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;

/**
 * Time and threads, as managed tokens need them.
 *
 * @param clock tells when tokens expire
 * @param nanoTime a monotonic time in nanoseconds
 * @param pause waits for as many nanoseconds
 * @param later runs something after a while
 * @param threads runs at once what callers wait for, and what may block
 * @param background runs refreshes that nobody waits for, a few at a time
 * @param jitter gives numbers from 0 to 1
 * @param serving how long tokens are served
 */
record ManagedClockwork(InstantSource clock, LongSupplier nanoTime, LongConsumer pause, Executor later,
		Executor threads, FairExecutor background, DoubleSupplier jitter, TokenServing serving) {

	private static final Duration BETWEEN_TRIES = Duration.ofSeconds(10);

	private static final int REFRESHERS = 8;

	// For all: as many as there are callers who wait, and none when there are none.
	private static final Executor THREADS = Workers.unbounded("oidc-grants-managed");

	private static final FairExecutor BACKGROUND = new FairExecutor(THREADS, REFRESHERS);

	static ManagedClockwork system(InstantSource clock, TokenServing serving) {
		return new ManagedClockwork(clock, System::nanoTime, LockSupport::parkNanos,
				CompletableFuture.delayedExecutor(BETWEEN_TRIES.toSeconds(), TimeUnit.SECONDS, THREADS), THREADS,
				BACKGROUND, () -> ThreadLocalRandom.current().nextDouble(), serving);
	}

	/**
	 * Reckons the times of a token that is kept from now on.
	 */
	TimedToken timed(TokenEndpointResponse token) {
		return TimedToken.of(token, this.serving, this.jitter.getAsDouble(), this.clock.instant(), nanos());
	}

	long nanos() {
		return this.nanoTime.getAsLong();
	}

}
