package io.github.oidcgrants.flight;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes threads that work in the background. They end by themselves when there is nothing
 * to do, and keep no process from ending.
 */
public final class Workers {

	private static final Duration IDLE = Duration.ofSeconds(60);

	private static final Duration SOON_IDLE = Duration.ofSeconds(5);

	private static final int LONGEST_QUEUE = 1_000;

	private Workers() {
	}

	/**
	 * Makes a few threads. Up to 1,000 tasks wait for one, more are rejected.
	 * @param name the name of each
	 * @param threads how many there are at most
	 * @return what runs tasks on them
	 */
	public static Executor create(String name, int threads) {
		return create(name, threads, threads, IDLE, new LinkedBlockingQueue<>(LONGEST_QUEUE));
	}

	/**
	 * Makes as many threads as there are tasks, none of which waits.
	 * @param name the name of each
	 * @return what runs tasks on them
	 */
	public static Executor unbounded(String name) {
		return create(name, 0, Integer.MAX_VALUE, SOON_IDLE, new SynchronousQueue<>());
	}

	private static Executor create(String name, int least, int most, Duration idle, BlockingQueue<Runnable> queue) {
		ThreadPoolExecutor executor = new ThreadPoolExecutor(least, most, idle.toMillis(), TimeUnit.MILLISECONDS, queue,
				(work) -> {
					Thread thread = new Thread(null, work, name, 0, false);
					thread.setDaemon(true);
					// Not that of whoever happens to be the first to need one.
					thread.setContextClassLoader(Workers.class.getClassLoader());
					return thread;
				});
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

}
