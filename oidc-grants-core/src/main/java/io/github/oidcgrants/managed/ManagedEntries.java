package io.github.oidcgrants.managed;

import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.RandomText;
import io.github.oidcgrants.managed.ManagedSlot.Known;
import io.github.oidcgrants.managed.ManagedSlot.Unsaved;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a store, read and written. The caller has the lock of the slot.
 */
final class ManagedEntries {

	// Since the last refresh. No server says how long its refresh tokens live.
	private static final Duration TIME_TO_LIVE = Duration.ofDays(400);

	// For other processes that have a newer one: what is lost is of no use.
	private static final Duration TIME_TO_LIVE_IF_LOST = Duration.ofDays(1);

	// Nobody is faster that often.
	private static final int TRIES = 20;

	private final String owner = RandomText.bits128();

	private final BoundedStore store;

	private final Duration leaseTime;

	private final ManagedClockwork clockwork;

	ManagedEntries(BoundedStore store, Duration leaseTime, ManagedClockwork clockwork) {
		this.store = store;
		this.leaseTime = leaseTime;
		this.clockwork = clockwork;
	}

	/**
	 * Reads the newest entry: first what could not be written is written.
	 * @return the entry, or {@code null} if there is none
	 * @throws GrantException if the store does not say, or holds something else
	 */
	@Nullable Known load(ManagedSlot slot) {
		if (slot.unsaved != null) {
			save(slot);
			return slot.known;
		}
		Known loaded = read(slot);
		slot.known = loaded;
		return loaded;
	}

	/**
	 * Writes what could not be written before.
	 * @throws GrantException if it still cannot be
	 */
	void save(ManagedSlot slot) {
		Unsaved unsaved = slot.unsaved;
		if (unsaved != null) {
			save(slot, unsaved, true);
			slot.unsaved = null;
		}
	}

	private @Nullable Known read(ManagedSlot slot) {
		ManagedTokenStore.Entry entry = this.store.load(slot.key);
		if (entry == null) {
			return null;
		}
		Known known = slot.known;
		if (known != null && known.revision().equals(entry.revision())) {
			return known;
		}
		try {
			return new Known(entry.revision(), ManagedEntryCodec.decode(entry.value(), this.clockwork));
		}
		catch (IllegalArgumentException ex) {
			throw StoreFailure.of(Kind.MISCONFIGURED, "What the store of managed tokens holds under that name"
					+ " cannot be read (" + ex.getMessage() + "): nothing was sent. Log in again to replace it");
		}
	}

	/**
	 * Writes an entry over whatever there is. If that cannot be done, it stays in memory.
	 * @return why it could not be written, or {@code null}
	 */
	@Nullable GrantException begin(ManagedSlot slot, ManagedEntry entry) {
		return trySave(slot, new Unsaved(known(entry), null));
	}

	/**
	 * Writes what came of an entry. If that cannot be done, it stays in memory.
	 * @return why it could not be written, or {@code null}
	 */
	@Nullable GrantException replace(ManagedSlot slot, Known replaced, ManagedEntry entry) {
		Unsaved waiting = slot.unsaved;
		return trySave(slot, new Unsaved(known(entry), (waiting != null) ? waiting.replaced() : replaced));
	}

	private @Nullable GrantException trySave(ManagedSlot slot, Unsaved successor) {
		slot.known = successor.next();
		slot.unsaved = successor;
		try {
			save(slot, successor, false);
			slot.unsaved = null;
			return null;
		}
		catch (GrantException ex) {
			return ex;
		}
	}

	private void save(ManagedSlot slot, Unsaved successor, boolean late) {
		Known replaced = successor.replaced();
		Known next = successor.next();
		slot.known = (replaced != null) ? succeed(slot, next, replaced) : begin(slot, next, late);
	}

	/**
	 * Writes a successor, unless something is there that did not come of the same refresh
	 * token: a later login, or what another process got.
	 */
	private @Nullable Known succeed(ManagedSlot slot, Known next, Known replaced) {
		String expected = replaced.revision();
		for (int i = 0; i < TRIES; i++) {
			if (write(slot, expected, next)) {
				return next;
			}
			Known current = read(slot);
			if (current == null || current.revision().equals(next.revision()) || !isBefore(current, next, replaced)) {
				// Forgotten, written after all, or somebody else's.
				return current;
			}
			expected = current.revision();
		}
		throw changesTooOften();
	}

	// What was written although the store said that it was not has the refresh token of
	// the next already.
	private static boolean isBefore(Known current, Known next, Known replaced) {
		String refreshToken = current.entry().refreshToken();
		return refreshToken.equals(replaced.entry().refreshToken())
				|| (refreshToken.equals(next.entry().refreshToken()) && !current.entry().isLost());
	}

	/**
	 * Writes a new login over whatever there is, but not late over a later one.
	 */
	private Known begin(ManagedSlot slot, Known next, boolean late) {
		for (int i = 0; i < TRIES; i++) {
			ManagedTokenStore.Entry current = this.store.load(slot.key);
			Known later = (late && current != null) ? later(current, next) : null;
			if (later != null) {
				return later;
			}
			if (write(slot, (current != null) ? current.revision() : null, next)) {
				return next;
			}
		}
		throw changesTooOften();
	}

	private @Nullable Known later(ManagedTokenStore.Entry current, Known next) {
		try {
			ManagedEntry entry = ManagedEntryCodec.decode(current.value(), this.clockwork);
			return entry.since().isAfter(next.entry().since()) ? new Known(current.revision(), entry) : null;
		}
		catch (IllegalArgumentException ex) {
			// A new login replaces what cannot be read.
			return null;
		}
	}

	private static GrantException changesTooOften() {
		return StoreFailure.of(Kind.TRANSPORT,
				"The store of managed tokens could not be written: what it holds changes again and again");
	}

	private boolean write(ManagedSlot slot, @Nullable String expected, Known next) {
		ManagedTokenStore.Entry entry = new ManagedTokenStore.Entry(next.revision(),
				ManagedEntryCodec.encode(next.entry()));
		return this.store.compareAndSet(slot.key, expected, entry,
				next.entry().isLost() ? TIME_TO_LIVE_IF_LOST : TIME_TO_LIVE);
	}

	/**
	 * Deletes whatever there is.
	 * @throws GrantException if it may be there still
	 */
	void deleteAll(ManagedSlot slot) {
		slot.known = null;
		slot.unsaved = null;
		for (int i = 0; i < TRIES; i++) {
			ManagedTokenStore.Entry current = this.store.load(slot.key);
			if (current == null || this.store.delete(slot.key, current.revision())) {
				return;
			}
		}
		throw changesTooOften();
	}

	boolean acquireLease(ManagedSlot slot) {
		return this.store.acquireLease(slot.key, this.owner, this.leaseTime);
	}

	/**
	 * Has the lease last on, if that is possible.
	 */
	void renewLease(ManagedSlot slot) {
		try {
			boolean unused = acquireLease(slot);
		}
		catch (GrantException ex) {
			// It guards what cannot be written anyway.
		}
	}

	void releaseLease(ManagedSlot slot) {
		this.store.releaseLease(slot.key, this.owner);
	}

	private static Known known(ManagedEntry entry) {
		return new Known(RandomText.bits128(), entry);
	}

}
