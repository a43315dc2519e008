package io.github.oidcgrants.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * One caller on a thread of its own.
 *
 * @param <T> what the call gives
 */
public final class Caller<T> {

	private final FutureTask<T> task;

	private final Thread thread;

	public Caller(Callable<T> work) {
		this.task = new FutureTask<>(work);
		this.thread = new Thread(this.task, "caller");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Returns when the caller waits for somebody.
	 */
	public void awaitWaiting() {
		while (this.thread.getState() != Thread.State.WAITING && this.thread.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
	}

	public void interrupt() {
		this.thread.interrupt();
	}

	/**
	 * {@return what the call gave}
	 */
	public T get() throws Exception {
		return this.task.get(20, TimeUnit.SECONDS);
	}

}
