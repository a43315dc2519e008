package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * One refresh for all who ask for the same. It runs on a thread of its own, not on that
 * of a caller: one that is interrupted or loses patience goes, and the refresh goes on.
 * One that stopped in the middle might cost the refresh token.
 */
final class ManagedFlights {

	private final ConcurrentMap<Object, CompletableFuture<TokenEndpointResponse>> flights = new ConcurrentHashMap<>();

	private final Executor threads;

	private final Duration patience;

	ManagedFlights(Executor threads, Duration patience) {
		this.threads = threads;
		this.patience = patience;
	}

	/**
	 * Refreshes, or waits for a refresh under way.
	 * @param key what tells this refresh from others
	 * @param work the refresh
	 * @param afterwards what is to be done when all who wait have the outcome
	 * @return the outcome
	 * @throws GrantException what the refresh threw, one for each caller
	 */
	TokenEndpointResponse call(Object key, Supplier<TokenEndpointResponse> work, Runnable afterwards) {
		return await(begin(key, this.threads, work, afterwards));
	}

	/**
	 * Refreshes, or finds a refresh under way, and does not wait for it.
	 * @param key what tells this refresh from others
	 * @param executor runs it
	 * @param work the refresh
	 * @param afterwards what is to be done when all who wait have the outcome
	 * @return the outcome, when there is one
	 */
	CompletableFuture<TokenEndpointResponse> begin(Object key, Executor executor, Supplier<TokenEndpointResponse> work,
			Runnable afterwards) {
		CompletableFuture<TokenEndpointResponse> own = new CompletableFuture<>();
		CompletableFuture<TokenEndpointResponse> other = this.flights.putIfAbsent(key, own);
		if (other != null) {
			return other;
		}
		try {
			executor.execute(() -> fly(key, own, work, afterwards));
		}
		catch (RuntimeException | Error ex) {
			// No thread could be had.
			this.flights.remove(key, own);
			own.completeExceptionally(ex);
		}
		return own;
	}

	private void fly(Object key, CompletableFuture<TokenEndpointResponse> flight, Supplier<TokenEndpointResponse> work,
			Runnable afterwards) {
		try {
			TokenEndpointResponse token = work.get();
			// Gone before it completes, so that whoever is woken finds the place free.
			this.flights.remove(key, flight);
			flight.complete(token);
		}
		catch (Throwable ex) {
			this.flights.remove(key, flight);
			flight.completeExceptionally(ex);
		}
		afterwards.run();
	}

	private TokenEndpointResponse await(CompletableFuture<TokenEndpointResponse> flight) {
		try {
			return flight.get(this.patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw GrantException.of(Kind.TRANSPORT, "Interrupted while waiting for a refresh, which goes on");
		}
		catch (TimeoutException ex) {
			throw GrantException.of(Kind.TIMEOUT,
					"The refresh took longer than " + this.patience + ": it goes on, and nobody waits for it here");
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof GrantException failure) {
				throw failure.forAnotherCaller();
			}
			throw new IllegalStateException("The refresh failed", ex.getCause());
		}
	}

}
