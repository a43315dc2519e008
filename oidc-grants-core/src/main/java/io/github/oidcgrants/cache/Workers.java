package io.github.oidcgrants.cache;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes the few threads that work in the background. They end by themselves when there is
 * nothing to do, and keep no process from ending.
 */
final class Workers {

	private static final Duration IDLE = Duration.ofSeconds(60);

	private static final int LONGEST_QUEUE = 1_000;

	private Workers() {
	}

	static Executor create(String name, int threads) {
		ThreadPoolExecutor executor = new ThreadPoolExecutor(threads, threads, IDLE.toMillis(), TimeUnit.MILLISECONDS,
				new LinkedBlockingQueue<>(LONGEST_QUEUE), (work) -> {
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
