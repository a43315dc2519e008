package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A store that answers in time, or is said not to. What it throws comes out as a
 * {@link GrantException} that holds nothing of it, for its message may quote what it
 * failed to write. A step that takes too long is interrupted, and may be done all the
 * same: compare-and-set makes it harmless then. No more than 64 steps run at a time, for
 * a store that hangs may not care for interrupts.
 */
final class BoundedStore implements ManagedTokenStore {

	private static final String FAILED = "The store of managed tokens could not be ";

	private static final int STEPS = 64;

	private final ManagedTokenStore store;

	private final Duration timeout;

	private final Executor threads;

	private final Semaphore places = new Semaphore(STEPS);

	/**
	 * Bounds a store.
	 * @param store the store
	 * @param timeout how long a step may take
	 * @param threads runs the steps, each at once
	 */
	BoundedStore(ManagedTokenStore store, Duration timeout, Executor threads) {
		this.store = store;
		this.timeout = timeout;
		this.threads = threads;
	}

	@Override
	public @Nullable Entry load(String key) {
		return this.<@Nullable Entry>run("read", () -> this.store.load(key));
	}

	@Override
	public boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next, Duration timeToLive) {
		return run("written", () -> this.store.compareAndSet(key, expectedRevision, next, timeToLive));
	}

	@Override
	public boolean delete(String key, String expectedRevision) {
		return run("written", () -> this.store.delete(key, expectedRevision));
	}

	@Override
	public boolean acquireLease(String key, String owner, Duration time) {
		return run("leased", () -> this.store.acquireLease(key, owner, time));
	}

	@Override
	public void releaseLease(String key, String owner) {
		boolean unused = run("released", () -> {
			this.store.releaseLease(key, owner);
			return true;
		});
	}

	private <T extends @Nullable Object> T run(String what, Supplier<T> step) {
		FutureTask<T> task = new FutureTask<>(step::get);
		try {
			return await(task);
		}
		catch (ExecutionException ex) {
			throw failed(what, ex.getCause());
		}
		catch (TimeoutException ex) {
			task.cancel(true);
			throw StoreFailure.of(Kind.TRANSPORT, FAILED + what + ": it gave no answer within " + this.timeout);
		}
		catch (RuntimeException | Error ex) {
			// No thread could be had.
			throw failed(what, ex);
		}
	}

	// Interrupts do not end the wait: what a refresh has begun must not be left half
	// done.
	private <T extends @Nullable Object> T await(FutureTask<T> task) throws ExecutionException, TimeoutException {
		long until = System.nanoTime() + this.timeout.toNanos();
		boolean begun = false;
		boolean interrupted = false;
		try {
			while (true) {
				try {
					begun = begun || begin(task, until - System.nanoTime());
					return task.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
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

	private boolean begin(FutureTask<?> task, long patience) throws InterruptedException, TimeoutException {
		if (!this.places.tryAcquire(patience, TimeUnit.NANOSECONDS)) {
			throw new TimeoutException();
		}
		try {
			this.threads.execute(() -> {
				task.run();
				this.places.release();
			});
			return true;
		}
		catch (RuntimeException | Error ex) {
			this.places.release();
			throw ex;
		}
	}

	private static GrantException failed(String what, @Nullable Throwable failure) {
		return StoreFailure.of(Kind.TRANSPORT,
				FAILED + what + " (" + ((failure != null) ? failure.getClass().getName() : "nothing") + ")");
	}

	@Override
	public String toString() {
		return "BoundedStore[timeout=" + this.timeout + "]";
	}

}
