package io.github.oidcgrants.http;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads {@code Retry-After} (RFC 9110 section 10.2.3).
 */
public final class RetryAfter {

	private static final Duration LONGEST = Duration.ofDays(3650);

	private RetryAfter() {
	}

	/**
	 * Reads how long to wait.
	 * @param value the header's value: seconds, or an HTTP date; may be {@code null}
	 * @param now the time at which the answer came
	 * @return the wait, not negative and at most ten years; {@code null} if there is none
	 * or it cannot be read
	 */
	public static @Nullable Duration parse(@Nullable String value, Instant now) {
		if (value == null) {
			return null;
		}
		String text = value.strip();
		if (!text.isEmpty() && text.chars().allMatch((c) -> c >= '0' && c <= '9')) {
			return (text.length() > 9) ? LONGEST : bounded(Duration.ofSeconds(Long.parseLong(text)));
		}
		try {
			// Spring reads the two obsolete forms of a date too.
			HttpHeaders headers = new HttpHeaders();
			headers.set(HttpHeaders.DATE, text);
			return bounded(Duration.between(now, Instant.ofEpochMilli(headers.getFirstDate(HttpHeaders.DATE))));
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			return null;
		}
	}

	private static Duration bounded(Duration wait) {
		if (wait.isNegative()) {
			return Duration.ZERO;
		}
		return (wait.compareTo(LONGEST) > 0) ? LONGEST : wait;
	}

}
