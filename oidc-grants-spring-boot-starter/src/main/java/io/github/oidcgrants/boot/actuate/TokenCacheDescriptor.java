package io.github.oidcgrants.boot.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import io.github.oidcgrants.cache.TokenCacheStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint answers: the kept tokens, without any token.
 *
 * @param tokens the kept tokens
 * @param hits how many calls a kept token answered
 * @param misses how many calls found none
 * @param maximumSize how many tokens are kept at most
 */
public record TokenCacheDescriptor(List<TokenDescriptor> tokens, long hits, long misses,
		long maximumSize) implements OperationResponseBody {

	static TokenCacheDescriptor of(TokenCacheStatus status) {
		return new TokenCacheDescriptor(status.entries().stream().map(TokenDescriptor::of).toList(), status.hits(),
				status.misses(), status.maximumSize());
	}

	/**
	 * One kept token.
	 *
	 * @param registration the registration it is for
	 * @param grant the grant that gave it
	 * @param scopes the scopes that were asked for
	 * @param resources the resources that were asked for
	 * @param tokenType its type
	 * @param issued when it was asked for
	 * @param expires when it expires; {@code null} if the server did not say
	 * @param keptUntil when it is no longer served
	 */
	public record TokenDescriptor(String registration, String grant, Set<String> scopes, List<String> resources,
			String tokenType, Instant issued, @Nullable Instant expires, Instant keptUntil) {

		static TokenDescriptor of(TokenCacheStatus.Entry entry) {
			return new TokenDescriptor(entry.registrationId(), entry.grantType(), entry.scopes(), entry.resources(),
					entry.tokenType(), entry.issuedAt(), entry.expiresAt(), entry.keptUntil());
		}

	}

}
