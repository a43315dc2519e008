package io.github.oidcgrants.flight;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * One call for many callers. Of those who ask for the same key at the same time one, the
 * leader, makes the call on its own thread; the others wait for its outcome.
 * <p>
 * A leader that is interrupted, or fails for a reason of its own, ends only its own call:
 * one of those who wait makes the call anew. A failure reaches each caller as an
 * exception of its own. Nothing is kept here: the leader keeps what came of it as the
 * last thing it does, and who comes after that makes a new call. A flight can be
 * forgotten while it is under way: those aboard still get the outcome, but it is not
 * kept, and nobody joins any more.
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
	 * @param attempt the call; what it throws is a {@link GrantException} if it is
	 * expected
	 * @return the outcome
	 * @throws GrantException what the call threw; for a caller that waited and was
	 * interrupted {@link GrantException.Kind#TRANSPORT}, its interrupt status set; for
	 * one whose patience ended {@link GrantException.Kind#TIMEOUT}
	 */
	public V call(K key, Attempt<V> attempt) {
		Wait wait = null;
		while (true) {
			CompletableFuture<Outcome<V>> own = new CompletableFuture<>();
			CompletableFuture<Outcome<V>> other = this.flights.putIfAbsent(key, own);
			if (other == null) {
				return lead(key, own, attempt);
			}
			if (wait == null) {
				attempt.joined();
				wait = Wait.of(attempt.patience());
			}
			Outcome<V> outcome = wait.until(other);
			if (!outcome.handedOver()) {
				return outcome.get();
			}
		}
	}

	/**
	 * Makes a call of its own even if there is one under way. That one is forgotten, and
	 * those who ask from now on wait for this one.
	 * @param key what tells this call from others
	 * @param attempt the call
	 * @return the outcome
	 * @throws GrantException what the call threw
	 */
	public V callAnew(K key, Attempt<V> attempt) {
		CompletableFuture<Outcome<V>> own = new CompletableFuture<>();
		this.flights.put(key, own);
		return lead(key, own, attempt);
	}

	/**
	 * Makes the call unless there is one under way.
	 * @param key what tells this call from others
	 * @param attempt the call
	 * @throws GrantException what the call threw
	 */
	public void callUnlessUnderWay(K key, Attempt<V> attempt) {
		CompletableFuture<Outcome<V>> own = new CompletableFuture<>();
		if (this.flights.putIfAbsent(key, own) == null) {
			lead(key, own, attempt);
		}
	}

	/**
	 * {@return whether a call is under way}
	 * @param key what tells the call from others
	 */
	public boolean isUnderWay(K key) {
		return this.flights.containsKey(key);
	}

	/**
	 * Forgets calls that are under way. Once this returns, no outcome of theirs is kept
	 * any more.
	 * @param keys says which
	 */
	public void forget(Predicate<K> keys) {
		this.flights.keySet().removeIf(keys);
	}

	private V lead(K key, CompletableFuture<Outcome<V>> flight, Attempt<V> attempt) {
		Outcome<V> outcome = Outcome.handOver();
		try {
			V value = attempt.run();
			land(key, flight, attempt, value);
			outcome = new Outcome<>(value, null);
			return value;
		}
		catch (RuntimeException | Error ex) {
			if (!Thread.currentThread().isInterrupted() && !attempt.isOwnFailure(ex)) {
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

	// In one step with leaving the map: who forgets the flight does so before it is kept,
	// or finds it kept.
	private void land(K key, CompletableFuture<Outcome<V>> flight, Attempt<V> attempt, V value) {
		this.flights.computeIfPresent(key, (k, current) -> {
			if (current != flight) {
				return current;
			}
			attempt.land(value);
			return null;
		});
	}

	/**
	 * The time that one caller waits, over all flights that it joins.
	 */
	private record Wait(@Nullable Duration patience, long since) {

		static Wait of(@Nullable Duration patience) {
			return new Wait(patience, System.nanoTime());
		}

		<V> Outcome<V> until(CompletableFuture<Outcome<V>> flight) {
			try {
				return (this.patience != null)
						? flight.get(this.patience.toNanos() - (System.nanoTime() - this.since), TimeUnit.NANOSECONDS)
						: flight.get();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw GrantException.of(GrantException.Kind.TRANSPORT,
						"Interrupted while waiting for a request that another caller had sent");
			}
			catch (TimeoutException ex) {
				throw GrantException.of(GrantException.Kind.TIMEOUT, "Another caller's request was not answered within "
						+ this.patience + ", which is as long as this caller waits (timeout)");
			}
			catch (ExecutionException ex) {
				throw new IllegalStateException("A flight only completes with an outcome", ex);
			}
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
