package io.github.oidcgrants.sample;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * A login that a user decides about elsewhere.
 *
 * @param <P> what the server answered when it began
 * @param pending what the server answered when it began
 * @param interval how long to wait between two questions, to begin with
 * @param expiresIn tells how much time is left for the decision
 * @param progress how far it is
 * @param tokens what comes of it
 */
record Login<P>(P pending, Duration interval, Supplier<Duration> expiresIn, Progress progress,
		CompletableFuture<TokenEndpointResponse> tokens) {

	LoginStatus status() {
		return LoginStatus.of(this.progress, this.interval, this.expiresIn.get(), this.tokens);
	}

}
