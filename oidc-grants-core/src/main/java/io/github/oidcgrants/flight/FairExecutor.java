package io.github.oidcgrants.flight;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Runs the work of many owners on one executor, a few at a time, in {@link Turns}: an
 * owner whose work hangs leaves at least half of the places to the others. Up to 1,000 of
 * each wait for a place. Thread-safe.
 */
public final class FairExecutor {

	private static final int LONGEST_QUEUE = 1_000;

	private final Executor executor;

	// Guarded by itself.
	private final Turns<Work> turns;

	/**
	 * Creates it.
	 * @param executor runs the work, each at once or soon; one that drops what it took
	 * loses the place
	 * @param places how many are at work at a time
	 */
	public FairExecutor(Executor executor, int places) {
		this.executor = executor;
		this.turns = new Turns<>(places, Work::owner);
	}

	/**
	 * Has work done as soon as it is its turn.
	 * @param owner whose work it is
	 * @param work what to do
	 * @param refused is told why if it will not be done: too much is waiting, or the
	 * executor does not take it
	 */
	public void execute(String owner, Runnable work, Consumer<Throwable> refused) {
		if (add(new Work(owner, work, refused))) {
			dispatch();
		}
		else {
			refused.accept(new RejectedExecutionException(LONGEST_QUEUE + " are waiting already"));
		}
	}

	private boolean add(Work work) {
		synchronized (this.turns) {
			if (this.turns.due(work.owner) >= LONGEST_QUEUE) {
				return false;
			}
			this.turns.add(work);
			return true;
		}
	}

	private void dispatch() {
		for (Work next = take(); next != null; next = take()) {
			Work turn = next;
			try {
				this.executor.execute(() -> run(turn));
			}
			catch (RuntimeException | Error ex) {
				// An executor that is full says so, one that finds no thread has an
				// error.
				if (release(turn)) {
					turn.refused.accept(ex);
				}
			}
		}
	}

	// The thread goes on with what is next: an executor that is full has no other.
	private void run(Work first) {
		Work turn = hasPlace(first) ? first : null;
		while (turn != null) {
			try {
				turn.work.run();
			}
			catch (Throwable ex) {
				Thread thread = Thread.currentThread();
				thread.getUncaughtExceptionHandler().uncaughtException(thread, ex);
			}
			finally {
				boolean unused = release(turn);
			}
			turn = take();
			dispatch();
		}
	}

	private @Nullable Work take() {
		synchronized (this.turns) {
			Work next = this.turns.take();
			if (next != null) {
				next.hasPlace = true;
			}
			return next;
		}
	}

	// An executor may take work and throw all the same.
	private boolean hasPlace(Work work) {
		synchronized (this.turns) {
			return work.hasPlace;
		}
	}

	private boolean release(Work work) {
		synchronized (this.turns) {
			boolean had = work.hasPlace;
			if (had) {
				work.hasPlace = false;
				this.turns.release(work);
			}
			return had;
		}
	}

	@Override
	public String toString() {
		synchronized (this.turns) {
			return "FairExecutor[" + this.turns + "]";
		}
	}

	// Told apart by what it is, not by what it is made of: hence no record.
	private static final class Work {

		private final String owner;

		private final Runnable work;

		private final Consumer<Throwable> refused;

		private boolean hasPlace;

		Work(String owner, Runnable work, Consumer<Throwable> refused) {
			this.owner = owner;
			this.work = work;
			this.refused = refused;
		}

		String owner() {
			return this.owner;
		}

	}

}
