package io.github.oidcgrants.cache;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns of the same thing once a minute, however often it happens.
 */
final class QuietLog {

	private static final Log logger = LogFactory.getLog(TokenCache.class);

	private static final Duration BETWEEN = Duration.ofMinutes(1);

	private static final long MAXIMUM_SIZE = 1_000;

	private final Cache<String, Boolean> said;

	QuietLog(Ticker ticker) {
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
	void warn(String subject, String message) {
		if (this.said.asMap().putIfAbsent(subject, Boolean.TRUE) == null) {
			logger.warn(message);
		}
	}

}
