package io.github.oidcgrants.managed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.QuietLog;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what becomes of the tokens of a registration. The log is, at once, of most
 * things once a minute; listeners are afterwards, without any lock.
 */
final class ManagedEvents {

	private static final Log logger = LogFactory.getLog(ManagedTokens.class);

	private final List<ManagedTokenListener> listeners = new CopyOnWriteArrayList<>();

	private final String registrationId;

	private final QuietLog quiet;

	private final LongAdder refreshed = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private volatile @Nullable String lastError;

	ManagedEvents(String registrationId, ManagedClockwork clockwork) {
		this.registrationId = registrationId;
		this.quiet = new QuietLog(logger, clockwork::nanos);
	}

	void add(ManagedTokenListener listener) {
		this.listeners.add(listener);
	}

	Round begin() {
		return new Round();
	}

	void notRefreshedAhead(Throwable problem) {
		boolean isPause = problem instanceof GrantException failure && failure.kind() == Kind.COOLING_DOWN;
		if (!isPause && !StoreFailure.isCauseOf(problem)) {
			this.quiet.warn("ahead",
					"Tokens of the registration '" + this.registrationId
							+ "' could not be refreshed ahead of their expiry; those that are kept serve until then: "
							+ ((problem instanceof GrantException) ? problem.getMessage() : problem.getClass()));
		}
	}

	/**
	 * Takes note of a refresh that gave no token. Whoever waits for it is told why, but
	 * nobody else would hear of a store that does not work.
	 */
	void failed(RuntimeException problem) {
		if (problem instanceof GrantException failure && failure.kind() == Kind.COOLING_DOWN) {
			return;
		}
		this.failures.increment();
		this.lastError = (problem instanceof GrantException) ? problem.getMessage() : problem.getClass().getName();
		if (StoreFailure.isCauseOf(problem)) {
			this.quiet.warn("store", "Tokens of the registration '" + this.registrationId + "' cannot be refreshed: "
					+ problem.getMessage());
		}
	}

	ManagedTokensStatus status(int unsaved) {
		return new ManagedTokensStatus(unsaved, this.refreshed.sum(), this.failures.sum(), this.lastError);
	}

	void saved() {
		logger.info("A refresh token of the registration '" + this.registrationId
				+ "' that was held in memory only is in the store now");
	}

	void notSaved(int count) {
		logger.error("Refresh tokens of the registration '" + this.registrationId + "' are in memory only (" + count
				+ " of them), and are not written now that the end has come: if this process ends, their users must"
				+ " log in again");
	}

	void leaseNotReleased(GrantException problem) {
		this.quiet.warn("lease", "Tokens of the registration '" + this.registrationId
				+ "' stay leased until the lease ends by itself: " + problem.getMessage());
	}

	private void tell(Consumer<ManagedTokenListener> event) {
		for (ManagedTokenListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				// Its message may hold anything.
				this.quiet.warn("listener", "A listener of the managed tokens of the registration '"
						+ this.registrationId + "' failed with " + ex.getClass().getName());
			}
		}
	}

	/**
	 * What happens in one refresh, or one handing over.
	 */
	final class Round {

		private final List<Consumer<ManagedTokenListener>> events = new ArrayList<>();

		private boolean absent;

		private Round() {
		}

		/**
		 * Takes note that there is nothing under the name: as it is before the first
		 * login, so no failure.
		 */
		void absent() {
			this.absent = true;
		}

		boolean isAbsent() {
			return this.absent;
		}

		void refreshed(ManagedSlot slot) {
			ManagedEvents.this.refreshed.increment();
			this.events.add((listener) -> listener.refreshed(ManagedEvents.this.registrationId, slot.name));
		}

		void lost(ManagedSlot slot, GrantException reason) {
			logger.warn("A refresh token of the registration '" + ManagedEvents.this.registrationId
					+ "' is not good any more, whoever it was has to log in again: " + reason.getMessage());
			this.events.add((listener) -> listener.lost(ManagedEvents.this.registrationId, slot.name, reason));
		}

		void unsaved(ManagedSlot slot, GrantException reason) {
			ManagedEvents.this.quiet.warn("unsaved",
					"A refresh token of the registration '" + ManagedEvents.this.registrationId
							+ "' is held in memory only, and writing it is tried again: " + reason.getMessage());
			this.events.add((listener) -> listener.unsaved(ManagedEvents.this.registrationId, slot.name, reason));
		}

		/**
		 * Tells the listeners, once.
		 */
		void end() {
			List<Consumer<ManagedTokenListener>> all = List.copyOf(this.events);
			this.events.clear();
			all.forEach(ManagedEvents.this::tell);
		}

	}

}
