package io.github.oidcgrants.cache;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.oidcgrants.cache.TokenCacheStatus.Entry;
import io.github.oidcgrants.cache.TokenCacheStatus.State;
import io.github.oidcgrants.cache.TokenCacheStatus.Token;
import io.github.oidcgrants.flight.CoolDown;
import io.github.oidcgrants.flight.CoolDowns;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.token.TimedToken;
import org.jspecify.annotations.Nullable;

/**
 * Describes what is kept, and what cannot be asked for now.
 *
 * @param tokens the kept tokens
 * @param flight the requests under way
 * @param coolDowns the failures
 * @param clock the wall time
 * @param ticker the monotonic time
 */
record StatusReport(Map<TokenCacheKey, TimedToken> tokens, SingleFlight<TokenCacheKey, ?> flight,
		CoolDowns<TokenCacheKey> coolDowns, InstantSource clock, Ticker ticker) {

	List<Entry> entries() {
		long nanos = this.ticker.read();
		List<Entry> entries = new ArrayList<>();
		this.tokens.forEach((key, cached) -> {
			if (cached.isUsableNow(this.clock, nanos)) {
				CoolDown<TokenCacheKey> last = this.coolDowns.last(key);
				entries.add(entry(state(key, cached, last, nanos), key, cached, last, nanos));
			}
		});
		for (CoolDown<TokenCacheKey> coolDown : this.coolDowns.all()) {
			TimedToken cached = this.tokens.get(coolDown.key());
			if (cached == null || !cached.isUsableNow(this.clock, nanos)) {
				entries.add(entry(State.COOLING_DOWN, coolDown.key(), null, coolDown, nanos));
			}
		}
		Instant now = this.clock.instant();
		entries.sort(Comparator.comparing(Entry::registrationId)
			.thenComparing((entry) -> (entry.token() != null) ? entry.token().issuedAt() : now));
		return List.copyOf(entries);
	}

	private State state(TokenCacheKey key, TimedToken cached, @Nullable CoolDown<TokenCacheKey> last, long nanos) {
		if (cached.isRefreshing() || this.flight.isUnderWay(key)) {
			return State.REFRESHING;
		}
		if (!cached.isPastRefresh(nanos)) {
			return State.FRESH;
		}
		return (last != null && last.isOn(nanos)) ? State.COOLING_DOWN : State.STALE;
	}

	private Entry entry(State state, TokenCacheKey key, @Nullable TimedToken cached,
			@Nullable CoolDown<TokenCacheKey> last, long nanos) {
		return new Entry(state, key.registrationId(), key.grantType(), key.scopes(), key.resources(),
				(cached != null) ? token(cached) : null, (last != null) ? last.failure().getMessage() : null,
				(last != null && last.isOn(nanos)) ? last.left(nanos) : null);
	}

	private static Token token(TimedToken cached) {
		return new Token(cached.token().tokenType(), cached.token().issuedAt(), cached.token().expiresAt(),
				cached.refreshAt(), cached.until());
	}

}
