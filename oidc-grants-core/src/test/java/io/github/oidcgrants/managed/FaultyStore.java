package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A store that fails when a test says so, or has something happen right before or after a
 * step.
 */
class FaultyStore implements ManagedTokenStore {

	/**
	 * What can go wrong.
	 */
	enum Step {

		LOAD, WRITE, DELETE, LEASE, RELEASE

	}

	private static final String SECRET = "the store quotes refresh-ada-1";

	private final ManagedTokenStore store;

	private final Map<Step, Deque<Fault>> next = new EnumMap<>(Step.class);

	private final Map<Step, Fault> always = new EnumMap<>(Step.class);

	FaultyStore(ManagedTokenStore store) {
		this.store = store;
	}

	/**
	 * Has the next steps of a kind go as they are told, one after the other.
	 */
	synchronized void next(Step step, Fault... faults) {
		this.next.computeIfAbsent(step, (s) -> new ArrayDeque<>()).addAll(List.of(faults));
	}

	synchronized void always(Step step, Fault fault) {
		this.always.put(step, fault);
	}

	synchronized void recover() {
		this.always.clear();
		this.next.clear();
	}

	private synchronized Fault fault(Step step) {
		Fault fault = this.next.getOrDefault(step, new ArrayDeque<>()).poll();
		return (fault != null) ? fault : this.always.getOrDefault(step, Fault.none());
	}

	private <T> T run(Step step, Supplier<T> work) {
		Fault fault = fault(step);
		// Without the monitor: what happens now may use the store.
		fault.before().run();
		T result = work.get();
		fault.after().run();
		return result;
	}

	@Override
	public @Nullable Entry load(String key) {
		return this.<@Nullable Entry>run(Step.LOAD, () -> this.store.load(key));
	}

	@Override
	public boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next, Duration timeToLive) {
		return run(Step.WRITE, () -> this.store.compareAndSet(key, expectedRevision, next, timeToLive));
	}

	@Override
	public boolean delete(String key, String expectedRevision) {
		return run(Step.DELETE, () -> this.store.delete(key, expectedRevision));
	}

	@Override
	public boolean acquireLease(String key, String owner, Duration time) {
		return run(Step.LEASE, () -> this.store.acquireLease(key, owner, time));
	}

	@Override
	public void releaseLease(String key, String owner) {
		boolean unused = run(Step.RELEASE, () -> {
			this.store.releaseLease(key, owner);
			return true;
		});
	}

	/**
	 * What happens before and after a step.
	 */
	record Fault(Runnable before, Runnable after) {

		private static void nothing() {
		}

		static Fault none() {
			return new Fault(Fault::nothing, Fault::nothing);
		}

		static Fault before(Runnable work) {
			return new Fault(work, Fault::nothing);
		}

		static Fault after(Runnable work) {
			return new Fault(Fault::nothing, work);
		}

		/**
		 * Fails, and nothing is done.
		 */
		static Fault fails() {
			return before(() -> {
				throw new IllegalStateException(SECRET);
			});
		}

		/**
		 * Is done, and fails all the same.
		 */
		static Fault isDoneButFails() {
			return after(() -> {
				throw new IllegalStateException(SECRET);
			});
		}

		static Fault breaks() {
			return before(() -> {
				throw new NoClassDefFoundError(SECRET);
			});
		}

		@Override
		public String toString() {
			return "Fault";
		}

	}

}
