package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * How long a poll waits between two questions, and which answers end it (RFC 8628 section
 * 3.5, OpenID Connect CIBA Core 1.0 sections 7.3 and 11). The same for the device
 * authorization grant and for CIBA. Pure: it knows no clock, and each answer gives the
 * next state. Kept small, for there is one for each poll that waits.
 *
 * @param interval the seconds to wait between two questions as long as all goes well
 * @param pause the seconds to wait before the next question, unless the server asks for
 * more
 */
record PollingMachine(int interval, int pause) {

	private static final int SLOW_DOWN = 5;

	private static final int LONGEST_BACKOFF = 60;

	// Nearly all polls are in one of these states, and share it: by the interval, and by
	// how much longer the pause is.
	private static final List<List<PollingMachine>> SHARED = IntStream.rangeClosed(0, LONGEST_BACKOFF)
		.mapToObj((interval) -> IntStream.rangeClosed(interval, LONGEST_BACKOFF)
			.mapToObj((pause) -> new PollingMachine(interval, pause))
			.toList())
		.toList();

	/**
	 * Begins a poll: its first question comes after one interval.
	 */
	static PollingMachine start(Duration interval) {
		int seconds = Math.toIntExact(interval.toSeconds());
		return of(seconds, seconds);
	}

	private static PollingMachine of(int interval, int pause) {
		return (pause <= LONGEST_BACKOFF) ? SHARED.get(interval).get(pause - interval)
				: new PollingMachine(interval, pause);
	}

	/**
	 * Decides what an answer that gave no token means.
	 * @param failure the answer, or why there was none
	 * @return how the poll goes on; {@code null} if the failure is its end
	 */
	@Nullable Step after(GrantException failure) {
		if (failure.isPassing()) {
			return retry(failure);
		}
		return (failure.kind() == GrantException.Kind.OAUTH_ERROR) ? afterError(failure, failure.getError()) : null;
	}

	/**
	 * Decides what it means that a token which came is of no use yet. The keys of its ID
	 * token may be missing in any way while a server is set up anew: it is given up for
	 * nothing but that they were there and do not fit, or what is configured cannot work.
	 * @param failure why it is of no use
	 * @return how the poll goes on; {@code null} if the failure is its end
	 */
	@Nullable Step afterToken(GrantException failure) {
		return switch (failure.kind()) {
			case ID_TOKEN_REFUSED, MISCONFIGURED -> failure.isPassing() ? retry(failure) : null;
			case OAUTH_ERROR, UNEXPECTED_STATUS, MALFORMED_RESPONSE, TRANSPORT, TIMEOUT, COOLING_DOWN -> retry(failure);
		};
	}

	/**
	 * {@return how the poll goes on if the question could not even be asked}
	 */
	Step postponed() {
		return new Step(PollingProgress.Event.RETRYING, this, Duration.ofSeconds(this.interval), Duration.ZERO);
	}

	private @Nullable Step afterError(GrantException failure, OAuth2Error error) {
		return switch (error.getErrorCode()) {
			case "authorization_pending" -> step(PollingProgress.Event.PENDING, this.interval, this.interval, failure);
			case SlowDownError.CODE -> {
				int slower = Math.max(this.interval + SLOW_DOWN, carriedInterval(error));
				yield step(PollingProgress.Event.SLOWED_DOWN, slower, slower, failure);
			}
			// The challenge was answered, and then came another: two servers behind one
			// address that do not know each other's nonces. The interval keeps the load.
			case "use_dpop_nonce" -> step(PollingProgress.Event.RETRYING, this.interval, this.interval, failure);
			default -> (isTooManyRequests(failure) && !OAuthAnswer.isFinal(error)) ? retry(failure) : null;
		};
	}

	private static int carriedInterval(OAuth2Error error) {
		Duration interval = (error instanceof SlowDownError slowDown) ? slowDown.interval() : null;
		return (interval != null) ? Math.toIntExact(interval.toSeconds()) : 0;
	}

	private Step retry(GrantException failure) {
		int backoff = Math.min(2 * this.pause, LONGEST_BACKOFF);
		return step(PollingProgress.Event.RETRYING, this.interval, Math.max(this.interval, backoff), failure);
	}

	private static Step step(PollingProgress.Event event, int interval, int pause, GrantException failure) {
		Duration least = Duration.ofSeconds(pause);
		Duration demanded = Objects.requireNonNullElse(failure.retryAfter(), Duration.ZERO);
		return new Step(event, of(interval, pause), (demanded.compareTo(least) > 0) ? demanded : least, demanded);
	}

	private static boolean isTooManyRequests(GrantException failure) {
		return failure.statusCode() != null && failure.statusCode() == 429;
	}

	/**
	 * How a poll goes on.
	 *
	 * @param event what happened
	 * @param next the next state
	 * @param pause how long to wait before the next question
	 * @param demanded how long a pause the server asked for ({@code Retry-After}); zero
	 * if it did not
	 */
	record Step(PollingProgress.Event event, PollingMachine next, Duration pause, Duration demanded) {
	}

}
