package io.github.oidcgrants.flight;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * One call for many callers. Of those who ask for the same key at the same time one, the
 * leader, makes the call on its own thread; the others wait for its outcome.
 * <p>
 * A leader that is interrupted ends only its own call: one of those who wait makes the
 * call anew. A failure reaches each caller as an exception of its own. Nothing is kept: a
 * caller who comes after the end makes a new call.
 *
 * @param <K> what tells calls apart
 * @param <V> what a call gives
 */
public final class SingleFlight<K, V> {

	private final ConcurrentMap<K, CompletableFuture<Outcome<V>>> flights = new ConcurrentHashMap<>();

	/**
	 * Creates a flight with nobody aboard.
	 */
	public SingleFlight() {
	}

	/**
	 * Makes the call, or waits for one under way.
	 * @param key what tells this call from others
	 * @param work the call; what it throws is a {@link GrantException} if it is expected
	 * @return the outcome
	 * @throws GrantException what the call threw; for a caller that waited and was
	 * interrupted {@link GrantException.Kind#TRANSPORT}, its interrupt status set
	 */
	public V call(K key, Supplier<V> work) {
		while (true) {
			CompletableFuture<Outcome<V>> own = new CompletableFuture<>();
			CompletableFuture<Outcome<V>> other = this.flights.putIfAbsent(key, own);
			if (other == null) {
				return lead(key, own, work);
			}
			Outcome<V> outcome = await(other);
			if (!outcome.handedOver()) {
				return outcome.get();
			}
		}
	}

	/**
	 * {@return whether a call is under way}
	 * @param key what tells the call from others
	 */
	public boolean isUnderWay(K key) {
		return this.flights.containsKey(key);
	}

	private V lead(K key, CompletableFuture<Outcome<V>> flight, Supplier<V> work) {
		Outcome<V> outcome = Outcome.handOver();
		try {
			V value = work.get();
			outcome = new Outcome<>(value, null);
			return value;
		}
		catch (RuntimeException | Error ex) {
			if (!Thread.currentThread().isInterrupted()) {
				outcome = new Outcome<>(null, ex);
			}
			throw ex;
		}
		finally {
			// Gone before it completes, so that whoever is woken finds the place free.
			this.flights.remove(key, flight);
			flight.complete(outcome);
		}
	}

	private static <V> Outcome<V> await(CompletableFuture<Outcome<V>> flight) {
		try {
			return flight.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw GrantException.of(GrantException.Kind.TRANSPORT,
					"Interrupted while waiting for a request that another caller had sent");
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A flight only completes with an outcome", ex);
		}
	}

	private record Outcome<V>(@Nullable V value, @Nullable Throwable failure) {

		static <V> Outcome<V> handOver() {
			return new Outcome<>(null, null);
		}

		boolean handedOver() {
			return this.value == null && this.failure == null;
		}

		V get() {
			if (this.value != null) {
				return this.value;
			}
			if (this.failure instanceof GrantException shared) {
				throw shared.forAnotherCaller();
			}
			throw new IllegalStateException("The call that this caller waited for failed", this.failure);
		}

	}

}
