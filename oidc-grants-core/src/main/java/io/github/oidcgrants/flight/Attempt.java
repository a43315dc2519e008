package io.github.oidcgrants.flight;

import java.time.Duration;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * How one caller takes part in a flight: what it does as the leader, and how long it
 * waits for another.
 *
 * @param <V> what the call gives
 */
@FunctionalInterface
public interface Attempt<V> {

	/**
	 * Makes the call.
	 * @return the outcome
	 */
	V run();

	/**
	 * Keeps the outcome. It is called once, after {@link #run()} and before anybody can
	 * begin the next call for the same key; not if the flight was forgotten meanwhile. It
	 * must neither wait nor use the flight.
	 * @param value the outcome
	 */
	default void land(V value) {
	}

	/**
	 * Says whether a failure is only the leader's own, so that another caller makes the
	 * call anew. That of a leader that was interrupted always is.
	 * @param failure what the call threw
	 * @return whether it concerns nobody else
	 */
	default boolean isOwnFailure(Throwable failure) {
		return false;
	}

	/**
	 * Is told that this caller waits for another.
	 */
	default void joined() {
	}

	/**
	 * {@return how long this caller waits for others altogether; {@code null} for as long
	 * as it takes}
	 */
	default @Nullable Duration patience() {
		return null;
	}

	/**
	 * Makes a call that each caller waits for only as long as it would wait itself. That
	 * it took too long for the leader is the leader's own failure.
	 * @param <V> what the call gives
	 * @param patience how long to wait
	 * @param work the call
	 * @return how to take part
	 */
	static <V> Attempt<V> within(Duration patience, Supplier<V> work) {
		return new Attempt<>() {

			@Override
			public V run() {
				return work.get();
			}

			@Override
			public boolean isOwnFailure(Throwable failure) {
				return failure instanceof GrantException grant && grant.kind() == GrantException.Kind.TIMEOUT;
			}

			@Override
			public Duration patience() {
				return patience;
			}

		};
	}

}
