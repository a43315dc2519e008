package io.github.oidcgrants.flight;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Makes threads that work in the background. They end by themselves when there is nothing
 * to do, and keep no process from ending.
 */
public final class Workers {

	private static final Duration IDLE = Duration.ofSeconds(60);

	private static final Duration SOON_IDLE = Duration.ofSeconds(5);

	private static final int LONGEST_QUEUE = 1_000;

	// Not that of whoever happens to be the first to need a thread.
	private static final @Nullable ClassLoader OWN_LOADER = Workers.class.getClassLoader();

	private Workers() {
	}

	/**
	 * Makes a few threads. Up to 1,000 tasks wait for one, more are rejected.
	 * @param name the name of each, to which its number is added
	 * @param threads how many there are at most
	 * @return what runs tasks on them
	 */
	public static Executor create(String name, int threads) {
		return create(name, OWN_LOADER, threads, threads, IDLE, new LinkedBlockingQueue<>(LONGEST_QUEUE));
	}

	/**
	 * Makes as many threads as there are tasks, none of which waits.
	 * @param name the name of each, to which its number is added
	 * @return what runs tasks on them
	 */
	public static Executor unbounded(String name) {
		return unbounded(name, OWN_LOADER);
	}

	/**
	 * Makes as many threads as there are tasks, none of which waits, for what
	 * applications wrote.
	 * @param name the name of each, to which its number is added
	 * @param loader the loader that finds their classes
	 * @return what runs tasks on them, to be shut down by whoever asked for it
	 */
	public static ExecutorService unbounded(String name, @Nullable ClassLoader loader) {
		return create(name, loader, 0, Integer.MAX_VALUE, SOON_IDLE, new SynchronousQueue<>());
	}

	private static ExecutorService create(String name, @Nullable ClassLoader loader, int least, int most, Duration idle,
			BlockingQueue<Runnable> queue) {
		AtomicInteger made = new AtomicInteger();
		ThreadPoolExecutor executor = new ThreadPoolExecutor(least, most, idle.toMillis(), TimeUnit.MILLISECONDS, queue,
				(work) -> {
					Thread thread = new Thread(null, work, name + "-" + made.incrementAndGet(), 0, false);
					thread.setDaemon(true);
					thread.setContextClassLoader(loader);
					return thread;
				});
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

}
