package io.github.oidcgrants.boot.autoconfigure;

import io.github.oidcgrants.GrantClient;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * What polls ask on: virtual threads where the application has them enabled, else the
 * client's own. Not an executor bean, or Spring Boot would take it for the application's.
 */
final class PollThreads implements AutoCloseable {

	private final @Nullable SimpleAsyncTaskExecutor virtual;

	PollThreads(Environment environment) {
		this.virtual = Threading.VIRTUAL.isActive(environment) ? virtual() : null;
	}

	private static SimpleAsyncTaskExecutor virtual() {
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("oidc-grants-poll-");
		executor.setVirtualThreads(true);
		return executor;
	}

	void configure(GrantClient.Builder client) {
		if (this.virtual != null) {
			client.executor(this.virtual);
		}
	}

	@Override
	public void close() {
		if (this.virtual != null) {
			this.virtual.close();
		}
	}

}
