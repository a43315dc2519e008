package io.github.oidcgrants.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a token cache holds and has done, without any token.
 *
 * @param entries the kept tokens, and what cannot be asked for now
 * @param maximumSize how many tokens are kept at most
 * @param counters what has happened since the cache was created
 * @param store how the {@link TokenStore} is; {@code null} if there is none
 */
public record TokenCacheStatus(List<Entry> entries, long maximumSize, Counters counters, @Nullable Store store) {

	/**
	 * The state of one entry.
	 */
	public enum State {

		/**
		 * The token is served.
		 */
		FRESH,

		/**
		 * Another token is being asked for; the one that is kept is served meanwhile.
		 */
		REFRESHING,

		/**
		 * The token is served, and the next call has it refreshed.
		 */
		STALE,

		/**
		 * The last request failed, and the next is not sent yet. A token that is kept is
		 * served meanwhile.
		 */
		COOLING_DOWN

	}

	/**
	 * One kept token, or one that cannot be asked for now.
	 *
	 * @param state its state
	 * @param registrationId the registration it is for
	 * @param grantType the grant that gives it
	 * @param scopes the scopes that are asked for
	 * @param resources the resources that are asked for
	 * @param token what is kept; {@code null} if nothing is
	 * @param lastError what kept the last request from giving a token, without secrets;
	 * {@code null} if it gave one
	 * @param coolingDownFor how long no request is sent for; {@code null} if one may be
	 */
	public record Entry(State state, String registrationId, String grantType, Set<String> scopes,
			List<String> resources, @Nullable Token token, @Nullable String lastError,
			@Nullable Duration coolingDownFor) {
	}

	/**
	 * A kept token, without the token.
	 *
	 * @param type its type
	 * @param issuedAt when it was asked for
	 * @param expiresAt when it expires; {@code null} if the server did not say
	 * @param refreshAt when the next call has it refreshed
	 * @param keptUntil when it is no longer served
	 */
	public record Token(String type, Instant issuedAt, @Nullable Instant expiresAt, Instant refreshAt,
			Instant keptUntil) {
	}

	/**
	 * What has happened.
	 *
	 * @param hits how many calls a kept token answered
	 * @param misses how many calls found none
	 * @param requests how many requests were made to the server
	 * @param joined how many calls waited for the request of another
	 * @param failures how many requests failed
	 * @param evictions how many tokens were dropped before their time: because someone
	 * said so, an API did not take them, or there were too many
	 */
	public record Counters(long hits, long misses, long requests, long joined, long failures, long evictions) {
	}

	/**
	 * How the {@link TokenStore} is.
	 *
	 * @param passedOver whether it is left alone for a while because it failed
	 * @param failures how often it failed
	 * @param lastError how it failed last; {@code null} if it did not
	 */
	public record Store(boolean passedOver, long failures, @Nullable String lastError) {
	}

}
