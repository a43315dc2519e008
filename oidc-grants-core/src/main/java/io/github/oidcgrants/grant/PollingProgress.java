package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.Instant;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * How far a poll is (RFC 8628 section 3.5, OpenID Connect CIBA Core 1.0 section 11).
 *
 * @param event what has just happened
 * @param asked how often the server was asked so far, this time included
 * @param interval how long to wait between two questions, as of now
 * @param nextAt when the server is asked next; {@code null} while it is being asked, and
 * if the time for the decision is up before
 * @param expiresAt when the time for the decision is up
 * @param reason what the server said or went wrong; {@code null} while it is being asked
 */
public record PollingProgress(Event event, int asked, Duration interval, @Nullable Instant nextAt, Instant expiresAt,
		@Nullable GrantException reason) {

	/**
	 * What happens while a poll waits for a decision.
	 */
	public enum Event {

		/**
		 * The server is about to be asked.
		 */
		ASKING,

		/**
		 * The user has not decided yet ({@code authorization_pending}).
		 */
		PENDING,

		/**
		 * The server wants longer intervals from now on ({@code slow_down}).
		 */
		SLOWED_DOWN,

		/**
		 * There was no answer that says anything about the decision: a time-out, a broken
		 * connection, a server that is down or busy, or a question that could not be
		 * asked. The server is asked again later. Or the token came, but not the keys of
		 * its ID token: it is kept for five minutes while those are asked for again.
		 */
		RETRYING

	}

}
