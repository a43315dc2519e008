package io.github.oidcgrants.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The moment by which an exchange must be over. It is kept by the JDK's own timer, so no
 * thread waits for it. Closing a connection may block, so that gets a thread of its own,
 * and not one of the common pool: others may keep that busy for longer than any deadline.
 */
final class Deadline {

	private final CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();

	private volatile boolean expired;

	private volatile @Nullable Runnable exchange;

	private Deadline() {
	}

	static Deadline in(Duration timeout) {
		Deadline deadline = new Deadline();
		deadline.start(timeout);
		return deadline;
	}

	private void start(Duration timeout) {
		CompletableFuture<?> unused = this.timer.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
			.whenComplete((done, timedOut) -> {
				if (timedOut != null) {
					this.expired = true;
					abort(this.exchange);
				}
			});
	}

	/**
	 * Says what to end. It is ended at once if the moment is already past.
	 */
	void onExpiry(Runnable exchange) {
		this.exchange = exchange;
		if (this.expired) {
			abort(exchange);
		}
	}

	boolean expired() {
		return this.expired;
	}

	void cancel() {
		this.timer.complete(null);
	}

	private static void abort(@Nullable Runnable exchange) {
		if (exchange != null) {
			Thread thread = new Thread(exchange, "oidc-grants-deadline");
			thread.setDaemon(true);
			thread.start();
		}
	}

}
