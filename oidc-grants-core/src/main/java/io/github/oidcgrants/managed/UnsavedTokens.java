package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * The slots whose refresh token is not in the store yet. They stay, and all of them are
 * tried again by one thread, every few seconds. Until then their lease is kept, if it can
 * be: another process would send the refresh token that is in the store, which may be
 * used up.
 */
final class UnsavedTokens {

	private final Map<String, ManagedSlot> slots = new ConcurrentHashMap<>();

	private final AtomicBoolean waiting = new AtomicBoolean();

	private final ManagedEntries entries;

	private final ManagedEvents events;

	private final Executor later;

	UnsavedTokens(ManagedEntries entries, ManagedEvents events, Executor later) {
		this.entries = entries;
		this.events = events;
		this.later = later;
	}

	int size() {
		return this.slots.size();
	}

	boolean contains(ManagedSlot slot) {
		return this.slots.containsKey(slot.name);
	}

	/**
	 * Writes a refresh token. Whatever comes of that, it is kept until it is written. The
	 * caller has the lock.
	 * @param slot whose it is
	 * @param step writes it; gives the problem or {@code null}
	 * @param round hears of a problem
	 */
	void keep(ManagedSlot slot, Supplier<@Nullable GrantException> step, ManagedEvents.Round round) {
		boolean first = this.slots.put(slot.name, slot) == null;
		try {
			GrantException problem = step.get();
			if (problem != null && first) {
				round.unsaved(slot, problem);
			}
		}
		finally {
			settle(slot);
			if (contains(slot)) {
				tryLater();
			}
		}
	}

	/**
	 * Takes note of whether all is written by now. The caller has the lock.
	 */
	void settle(ManagedSlot slot) {
		if (slot.unsaved == null) {
			this.slots.remove(slot.name);
		}
	}

	private void tryLater() {
		if (this.waiting.compareAndSet(false, true)) {
			this.later.execute(this::saveAll);
		}
	}

	private void saveAll() {
		try {
			// Whoever has a lock writes first.
			this.slots.values().forEach((slot) -> save(slot, Duration.ZERO));
		}
		finally {
			this.waiting.set(false);
			if (!this.slots.isEmpty()) {
				tryLater();
			}
		}
	}

	/**
	 * Tries all of them now, for there may be no later.
	 * @param patience how long to go on
	 */
	void saveLast(Duration patience) {
		long until = System.nanoTime() + patience.toNanos();
		saveUntil(until, false);
		// Whoever has a lock may be about to write.
		saveUntil(until, true);
		if (!this.slots.isEmpty()) {
			this.events.notSaved(this.slots.size());
		}
	}

	private void saveUntil(long until, boolean waits) {
		for (ManagedSlot slot : this.slots.values()) {
			long left = until - System.nanoTime();
			if (left >= 0) {
				save(slot, Duration.ofNanos(waits ? left : 0));
			}
		}
	}

	private void save(ManagedSlot slot, Duration patience) {
		try {
			slot.lock(patience);
			try {
				write(slot);
			}
			finally {
				slot.lock.unlock();
			}
		}
		catch (RuntimeException ex) {
			// The next time, perhaps.
		}
	}

	private void write(ManagedSlot slot) {
		ManagedSlot.Unsaved successor = slot.unsaved;
		if (successor != null) {
			this.entries.renewLease(slot);
			this.entries.save(slot);
			settle(slot);
			// Else there was something newer, or nothing any more.
			if (successor.next().equals(slot.known)) {
				this.events.saved();
			}
			this.entries.releaseLease(slot);
		}
		settle(slot);
	}

}
