package io.github.oidcgrants.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * Keeps tokens until shortly before they expire, at most 10,000 of them. Thread-safe.
 * <p>
 * A token is served until its expiry less a skew of 60 seconds, or less a tenth of its
 * lifetime if that is shorter; one without a lifetime is served for 5 minutes. Callers
 * who miss the same token at the same time share one request for it. Failures are not
 * kept.
 */
public final class TokenCache {

	private static final long MAXIMUM_SIZE = 10_000;

	private static final Duration SKEW = Duration.ofSeconds(60);

	private static final Duration BETWEEN_GIVING_UP = Duration.ofSeconds(30);

	private static final Duration LIFETIME_IF_UNKNOWN = Duration.ofMinutes(5);

	private final Cache<TokenCacheKey, Kept> tokens;

	private final Cache<TokenCacheKey, Boolean> givenUp;

	private final SingleFlight<TokenCacheKey, TokenEndpointResponse> flight = new SingleFlight<>();

	private final InstantSource clock;

	private TokenCache(InstantSource clock, Ticker ticker) {
		this.clock = clock;
		this.givenUp = Caffeine.newBuilder()
			.maximumSize(MAXIMUM_SIZE)
			.expireAfterWrite(BETWEEN_GIVING_UP)
			.ticker(ticker)
			.executor(Runnable::run)
			.build();
		this.tokens = Caffeine.newBuilder()
			.maximumSize(MAXIMUM_SIZE)
			.expireAfter(Expiry.<TokenCacheKey, Kept>writing((key, kept) -> kept.timeLeft(clock.instant())))
			.ticker(ticker)
			.executor(Runnable::run)
			.recordStats()
			.build();
	}

	/**
	 * Creates an empty cache.
	 * @return the cache
	 */
	public static TokenCache create() {
		return create(InstantSource.system(), System::nanoTime);
	}

	/**
	 * Creates an empty cache that runs on given clocks. A token is expired when either
	 * says so.
	 * @param clock tells the wall time
	 * @param nanoTime a monotonic time in nanoseconds, like {@link System#nanoTime()}
	 * @return the cache
	 */
	public static TokenCache create(InstantSource clock, Ticker nanoTime) {
		return new TokenCache(clock, nanoTime);
	}

	/**
	 * Gives the kept token, or asks for one and keeps it.
	 * @param key what tells the token from others
	 * @param loader asks the server; it may run on the thread of another caller for the
	 * same key
	 * @return the token
	 * @throws GrantException what the loader threw
	 */
	public TokenEndpointResponse get(TokenCacheKey key, Supplier<TokenEndpointResponse> loader) {
		TokenEndpointResponse token = kept(key);
		return (token != null) ? token : this.flight.call(key, () -> {
			TokenEndpointResponse other = keptMeanwhile(key);
			return (other != null) ? other : loadAndKeep(key, loader);
		});
	}

	/**
	 * Asks for a token even if one is kept, and keeps the new one.
	 * @param key what tells the token from others
	 * @param loader asks the server
	 * @return the token
	 * @throws GrantException what the loader threw; a token that was kept before stays
	 */
	public TokenEndpointResponse renew(TokenCacheKey key, Supplier<TokenEndpointResponse> loader) {
		return loadAndKeep(key, loader);
	}

	/**
	 * Forgets all tokens of a registration.
	 * @param registrationId the registration
	 */
	public void evict(String registrationId) {
		this.tokens.asMap().keySet().removeIf((key) -> key.registrationId().equals(registrationId));
	}

	/**
	 * Takes note that an API does not take a kept token, and says whether it is worth
	 * asking for another one. A kept token is given up for that at most once in 30
	 * seconds, so that an API that takes none cannot make this client flood the server.
	 * @param key what tells the token from others
	 * @param accessToken the access token that the API does not take
	 * @return whether the next call gives another one: the old one is forgotten, or was
	 * replaced by another caller already
	 */
	public boolean refused(TokenCacheKey key, String accessToken) {
		TokenEndpointResponse current = keptMeanwhile(key);
		if (current != null && !current.accessToken().equals(accessToken)) {
			return true;
		}
		if (this.givenUp.asMap().putIfAbsent(key, Boolean.TRUE) != null) {
			// Another caller gave it up, and may be asking for the next one right now.
			return this.flight.isUnderWay(key);
		}
		this.tokens.asMap()
			.computeIfPresent(key, (k, kept) -> kept.token().accessToken().equals(accessToken) ? null : kept);
		return true;
	}

	/**
	 * {@return what is kept at the moment, without any token}
	 */
	public TokenCacheStatus status() {
		Instant now = this.clock.instant();
		CacheStats stats = this.tokens.stats();
		return new TokenCacheStatus(this.tokens.asMap()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().timeLeft(now).toNanos() > 0)
			.map((entry) -> entry.getValue().describe(entry.getKey()))
			.sorted(Comparator.comparing(TokenCacheStatus.Entry::registrationId)
				.thenComparing(TokenCacheStatus.Entry::issuedAt))
			.toList(), MAXIMUM_SIZE, stats.hitCount(), stats.missCount());
	}

	private TokenEndpointResponse loadAndKeep(TokenCacheKey key, Supplier<TokenEndpointResponse> loader) {
		TokenEndpointResponse token = loader.get();
		this.tokens.put(key, Kept.of(token));
		return token;
	}

	private @Nullable TokenEndpointResponse kept(TokenCacheKey key) {
		return usable(this.tokens.getIfPresent(key));
	}

	// Looked at once more by the one who is about to ask; that is no hit of its own.
	private @Nullable TokenEndpointResponse keptMeanwhile(TokenCacheKey key) {
		return usable(this.tokens.asMap().get(key));
	}

	private @Nullable TokenEndpointResponse usable(@Nullable Kept kept) {
		return (kept != null && this.clock.instant().isBefore(kept.until())) ? kept.token() : null;
	}

	@Override
	public String toString() {
		return "TokenCache[size=" + this.tokens.estimatedSize() + "]";
	}

	private record Kept(TokenEndpointResponse token, Instant until) {

		static Kept of(TokenEndpointResponse token) {
			Instant expiresAt = token.expiresAt();
			if (expiresAt == null) {
				return new Kept(token, token.issuedAt().plus(LIFETIME_IF_UNKNOWN));
			}
			Duration tenth = Duration.between(token.issuedAt(), expiresAt).dividedBy(10);
			return new Kept(token, expiresAt.minus((tenth.compareTo(SKEW) < 0) ? tenth : SKEW));
		}

		Duration timeLeft(Instant now) {
			Duration left = Duration.between(now, this.until);
			return left.isNegative() ? Duration.ZERO : left;
		}

		TokenCacheStatus.Entry describe(TokenCacheKey key) {
			return new TokenCacheStatus.Entry(key.registrationId(), key.grantType(), key.scopes(), key.resources(),
					this.token.tokenType(), this.token.issuedAt(), this.token.expiresAt(), this.until);
		}

	}

}
