package io.github.oidcgrants;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Waits for the end of a poll on the caller's thread.
 */
final class Awaiting {

	private Awaiting() {
	}

	static TokenEndpointResponse await(CompletableFuture<TokenEndpointResponse> poll, Duration max) {
		if (max.isNegative() || max.isZero()) {
			poll.cancel(false);
			throw GrantException.misconfigured("The longest wait must be longer than nothing, not " + max);
		}
		try {
			return poll.get(TimeUnit.NANOSECONDS.convert(max), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			// It may have ended just now.
			return poll.cancel(false) ? timedOut(max) : await(poll, max);
		}
		catch (InterruptedException ex) {
			return interrupted(poll, max);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof GrantException failure) {
				throw failure.forAnotherCaller();
			}
			throw unexpected(Objects.requireNonNull(ex.getCause()));
		}
	}

	private static GrantException unexpected(Throwable cause) {
		return GrantException.of((cause instanceof TimeoutException) ? Kind.TIMEOUT : Kind.TRANSPORT,
				"The poll was ended by " + cause.getClass().getName(), cause);
	}

	private static TokenEndpointResponse interrupted(CompletableFuture<TokenEndpointResponse> poll, Duration max) {
		try {
			if (!poll.cancel(false)) {
				// It has ended just now: a token that is given out once would be lost.
				return await(poll, max);
			}
			throw GrantException.of(Kind.TRANSPORT, "Interrupted while waiting for a user's decision");
		}
		finally {
			Thread.currentThread().interrupt();
		}
	}

	private static TokenEndpointResponse timedOut(Duration max) {
		throw GrantException.of(Kind.TIMEOUT,
				"The user did not decide within " + max + ": the server is asked no more");
	}

}
