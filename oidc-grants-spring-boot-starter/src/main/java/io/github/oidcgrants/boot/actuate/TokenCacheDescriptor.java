package io.github.oidcgrants.boot.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.github.oidcgrants.cache.TokenCacheStatus;
import io.github.oidcgrants.managed.ManagedTokensStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint answers: the kept tokens, without any token.
 *
 * @param tokens the kept tokens, and what cannot be asked for now
 * @param hits how many calls a kept token answered
 * @param misses how many calls found none
 * @param requests how many requests were made to the server
 * @param joinedCallers how many calls waited for the request of another
 * @param failures how many requests failed
 * @param evictions how many tokens were dropped before their time
 * @param maximumSize how many tokens are kept at most
 * @param store how the second level is; {@code null} if there is none
 * @param managed how the managed tokens are, by registration; those without any refresh
 * are left out
 */
public record TokenCacheDescriptor(List<TokenDescriptor> tokens, long hits, long misses, long requests,
		long joinedCallers, long failures, long evictions, long maximumSize, @Nullable StoreDescriptor store,
		Map<String, ManagedDescriptor> managed) implements OperationResponseBody {

	static TokenCacheDescriptor of(TokenCacheStatus status, Map<String, ManagedDescriptor> managed) {
		TokenCacheStatus.Counters counters = status.counters();
		return new TokenCacheDescriptor(status.entries().stream().map(TokenDescriptor::of).toList(), counters.hits(),
				counters.misses(), counters.requests(), counters.joined(), counters.failures(), counters.evictions(),
				status.maximumSize(), StoreDescriptor.of(status.store()), managed);
	}

	/**
	 * One kept token, or one that cannot be asked for now.
	 *
	 * @param state its state: fresh, refreshing, stale or cooling-down
	 * @param registration the registration it is for
	 * @param grant the grant that gives it
	 * @param scopes the scopes that are asked for
	 * @param resources the resources that are asked for
	 * @param tokenType its type; {@code null} if none is kept
	 * @param issued when it was asked for; {@code null} if none is kept
	 * @param expires when it expires; {@code null} if the server did not say
	 * @param refreshDue when the next call has it refreshed; {@code null} if none is kept
	 * @param keptUntil when it is no longer served; {@code null} if none is kept
	 * @param lastError what kept the last request from giving a token; {@code null} if it
	 * gave one
	 * @param coolingDownFor how long no request is sent for; {@code null} if one may be
	 */
	public record TokenDescriptor(String state, String registration, String grant, Set<String> scopes,
			List<String> resources, @Nullable String tokenType, @Nullable Instant issued, @Nullable Instant expires,
			@Nullable Instant refreshDue, @Nullable Instant keptUntil, @Nullable String lastError,
			@Nullable Duration coolingDownFor) {

		static TokenDescriptor of(TokenCacheStatus.Entry entry) {
			String state = entry.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
			TokenCacheStatus.Token token = entry.token();
			return new TokenDescriptor(state, entry.registrationId(), entry.grantType(), entry.scopes(),
					entry.resources(), (token != null) ? token.type() : null, (token != null) ? token.issuedAt() : null,
					(token != null) ? token.expiresAt() : null, (token != null) ? token.refreshAt() : null,
					(token != null) ? token.keptUntil() : null, entry.lastError(), entry.coolingDownFor());
		}

	}

	/**
	 * How the second level is.
	 *
	 * @param passedOver whether it is left alone for a while because it failed
	 * @param failures how often it failed
	 * @param lastError how it failed last; {@code null} if it did not
	 */
	public record StoreDescriptor(boolean passedOver, long failures, @Nullable String lastError) {

		static @Nullable StoreDescriptor of(TokenCacheStatus.@Nullable Store store) {
			return (store != null) ? new StoreDescriptor(store.passedOver(), store.failures(), store.lastError())
					: null;
		}

	}

	/**
	 * How the managed tokens of a registration are.
	 *
	 * @param unsavedRefreshTokens how many refresh tokens are in memory only, because
	 * their store could not be written
	 * @param refreshed how many refreshes gave a token
	 * @param failures how many did not
	 * @param lastError why the last one did not that failed; {@code null} if none did
	 */
	public record ManagedDescriptor(int unsavedRefreshTokens, long refreshed, long failures,
			@Nullable String lastError) {

		static ManagedDescriptor of(ManagedTokensStatus status) {
			return new ManagedDescriptor(status.unsaved(), status.refreshed(), status.failures(), status.lastError());
		}

	}

}
