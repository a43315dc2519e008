package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TimedToken;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of one entry, and the lock of those who refresh it here.
 */
final class ManagedSlot {

	final String key;

	final String name;

	final ReentrantLock lock = new ReentrantLock();

	/**
	 * As read or written last. For tokens that are fresh it need not be what the store
	 * has by now.
	 */
	volatile @Nullable Known known;

	/**
	 * Counts the logins that were handed over or forgotten here: who asks after that must
	 * not be given what somebody asked for before.
	 */
	volatile int logins;

	/**
	 * What could not be written yet. Guarded by the lock.
	 */
	@Nullable Unsaved unsaved;

	private volatile @Nullable Refusal refusal;

	ManagedSlot(String key, String name) {
		this.key = key;
		this.name = name;
	}

	/**
	 * Takes the lock. Interrupts do not end the wait: what the lock is for must not be
	 * left half done.
	 */
	void lock(Duration patience) {
		long until = System.nanoTime() + patience.toNanos();
		boolean interrupted = false;
		try {
			while (true) {
				try {
					if (!this.lock.tryLock(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
						throw GrantException.of(Kind.TIMEOUT,
								"Another caller has been refreshing the same tokens for longer than " + patience);
					}
					return;
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Begins a new login, or none. The caller has the lock.
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void nextLogin() {
		this.logins++;
	}

	/**
	 * {@return the access token to give, unless an API refused it; {@code null} if there
	 * is none}
	 */
	@Nullable TimedToken served(String variant, ManagedClockwork clockwork) {
		TimedToken token = token(variant);
		Refusal refused = this.refusal;
		boolean replaced = refused != null && refused.isOpen() && token != null
				&& refused.accessToken().equals(token.token().accessToken());
		return (token != null && !replaced && token.isUsableNow(clockwork.clock(), clockwork.nanos())) ? token : null;
	}

	/**
	 * {@return an access token that has not expired yet, or {@code null}}
	 */
	@Nullable TimedToken valid(String variant, ManagedClockwork clockwork) {
		TimedToken token = token(variant);
		return (token != null && !token.isExpired(clockwork.clock(), clockwork.nanos())) ? token : null;
	}

	private @Nullable TimedToken token(String variant) {
		Known current = this.known;
		return (current != null) ? current.entry().tokens().get(variant) : null;
	}

	/**
	 * Takes note that an API does not take an access token.
	 * @return whether another one may be had
	 */
	synchronized boolean refuse(String accessToken, long now, Duration between) {
		Known current = this.known;
		String variant = (current != null) ? current.entry().variantOf(accessToken) : null;
		if (variant == null) {
			return true;
		}
		Refusal last = this.refusal;
		if (last != null && now - last.at() < between.toNanos()) {
			return last.isOpen() && last.accessToken().equals(accessToken);
		}
		this.refusal = new Refusal(variant, accessToken, now, true);
		return true;
	}

	/**
	 * Takes note that an access token was to be replaced: whatever came of that, the one
	 * before is good enough until it is refused anew.
	 */
	synchronized void tried(String variant) {
		Refusal last = this.refusal;
		if (last != null && last.variant().equals(variant)) {
			this.refusal = new Refusal(variant, last.accessToken(), last.at(), false);
		}
	}

	/**
	 * An entry of the store.
	 *
	 * @param revision its revision
	 * @param entry what it holds
	 */
	record Known(String revision, ManagedEntry entry) {
	}

	/**
	 * A successor that is newer than what the store has.
	 *
	 * @param next the successor
	 * @param replaced the entry that it came of; {@code null} if it is of a new login
	 */
	record Unsaved(Known next, @Nullable Known replaced) {
	}

	private record Refusal(String variant, String accessToken, long at, boolean isOpen) {

		@Override
		public String toString() {
			return "Refusal[isOpen=" + this.isOpen + "]";
		}

	}

}
