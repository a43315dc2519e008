package io.github.oidcgrants.error;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.commons.logging.Log;

/**
 * Warns of the same thing once a minute, however often it happens.
 */
public final class QuietLog {

	private static final Duration BETWEEN = Duration.ofMinutes(1);

	private static final long MAXIMUM_SIZE = 1_000;

	private final Log logger;

	private final Cache<String, Boolean> said;

	/**
	 * Creates a log that has said nothing yet.
	 * @param logger where to warn
	 * @param ticker a monotonic time in nanoseconds
	 */
	public QuietLog(Log logger, Ticker ticker) {
		this.logger = logger;
		this.said = Caffeine.newBuilder()
			.maximumSize(MAXIMUM_SIZE)
			.expireAfterWrite(BETWEEN)
			.ticker(ticker)
			.executor(Runnable::run)
			.build();
	}

	/**
	 * Warns, unless it did about the same subject in the last minute.
	 * @param subject what it is about
	 * @param message what to say; free of secrets
	 */
	public void warn(String subject, String message) {
		if (this.said.asMap().putIfAbsent(subject, Boolean.TRUE) == null) {
			this.logger.warn(message);
		}
	}

	@Override
	public String toString() {
		return "QuietLog[said=" + this.said.estimatedSize() + "]";
	}

}
