package io.github.oidcgrants.cache;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a token cache holds, without any token.
 *
 * @param entries the kept tokens
 * @param maximumSize how many tokens are kept at most
 * @param hits how many calls a kept token answered
 * @param misses how many calls found none
 */
public record TokenCacheStatus(List<Entry> entries, long maximumSize, long hits, long misses) {

	/**
	 * One kept token.
	 *
	 * @param registrationId the registration it is for
	 * @param grantType the grant that gave it
	 * @param scopes the scopes that were asked for
	 * @param resources the resources that were asked for
	 * @param tokenType its type
	 * @param issuedAt when it was asked for
	 * @param expiresAt when it expires; {@code null} if the server did not say
	 * @param keptUntil when it is no longer served
	 */
	public record Entry(String registrationId, String grantType, Set<String> scopes, List<String> resources,
			String tokenType, Instant issuedAt, @Nullable Instant expiresAt, Instant keptUntil) {
	}

}
