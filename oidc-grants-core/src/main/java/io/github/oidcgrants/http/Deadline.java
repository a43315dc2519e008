package io.github.oidcgrants.http;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The moment by which an exchange must be over, kept by {@link DeadlineWatch}. Closing a
 * connection may block, so that gets a thread of its own, and not one of the common pool:
 * others may keep that busy for longer than any deadline.
 */
final class Deadline {

	private final long at;

	private volatile boolean expired;

	private volatile @Nullable Runnable exchange;

	private Deadline(long at) {
		this.at = at;
	}

	static Deadline in(Duration timeout) {
		Deadline deadline = new Deadline(System.nanoTime() + timeout.toNanos());
		DeadlineWatch.add(deadline);
		return deadline;
	}

	boolean expireIfPast(long nanoTime) {
		if (nanoTime - this.at < 0) {
			return false;
		}
		this.expired = true;
		try {
			abort(this.exchange);
			return true;
		}
		catch (Throwable ex) {
			// No thread to be had: the next look tries again.
			return false;
		}
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
		DeadlineWatch.remove(this);
	}

	private static void abort(@Nullable Runnable exchange) {
		if (exchange != null) {
			Thread thread = new Thread(null, exchange, "oidc-grants-abort", 0, false);
			thread.setDaemon(true);
			thread.start();
		}
	}

}
