package io.github.oidcgrants.cache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.QuietLog;
import io.github.oidcgrants.flight.Attempt;
import io.github.oidcgrants.flight.CoolDown;
import io.github.oidcgrants.flight.CoolDowns;
import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.flight.Workers;
import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps tokens until shortly before they expire, at most 10,000 of them, and sees to it
 * that a caller hardly ever waits for one. Thread-safe.
 */
/*
 * States. What there is about a key is one of these:
 *
 * (none) no token. A call asks the server; other callers wait for its outcome. fresh a
 * token younger than about 80 % of its lifetime. It is served. stale a token past that,
 * but not past its end. It is served, and the call that meets it has it refreshed.
 * refreshing a stale token, and a request under way in the background. It is served.
 * cooling down the last request failed, and until some time later none is sent. A token
 * that is there is served; without one, calls fail at once.
 *
 * The end of a token is its expiry less a skew of 60 seconds, or a tenth of its lifetime
 * where that is less: the time that a call with it may be under way, and a clock wrong.
 * The refresh begins at a point between 75 % and 85 %, drawn for each token, so that the
 * instances of an application that started together do not refresh together. The end is
 * never before 90 %, so there is time to try. See TimedToken for the two clocks.
 *
 * The hit. It reads the map, one clock (two, once in ten milliseconds), and adds to a
 * striped counter. It takes no lock, allocates nothing and calls nobody. The map bounds
 * the number of entries only: were it to know when each expires, it would note every
 * read, at the price of another hit. So whoever is about to ask the server sweeps out
 * what has expired, once a minute.
 *
 * The miss. SingleFlight lets one caller, the leader, make the request on its own thread,
 * and its outcome is that of all who ask meanwhile. Whoever becomes the leader looks into
 * the map again: between a caller's miss and its turn a request may have landed. A leader
 * that is interrupted, or that has less patience than its registration and lost it,
 * speaks for itself only; one of those who wait takes over. No caller waits for another
 * longer than its own timeout, and since flights are told apart by their keys, none waits
 * for another key.
 *
 * The refresh. The hit that finds a token stale wins a flag in its entry and hands the
 * work to an executor; all others only see the flag. There servers take turns, so that
 * one that hangs leaves room for the rest (FairExecutor). The flight begins when the work
 * does, not when it is handed over: a caller without a token never waits for a queue.
 *
 * Landing and eviction. An outcome is put into the map by the flight, in one atomic step
 * with its own end, and only if it was not forgotten. What is in the TokenStore is held
 * against the time of the last eviction (SecondLevel). Eviction first notes that time,
 * then forgets flights, then removes entries. So whichever comes first, what a request
 * brings that was sent before an eviction, or read from the store, is not in the map
 * after it.
 *
 * Failures are not kept, they cool down (CoolDowns, in a bounded map of their own). They
 * are noted before the flight ends, so that the next leader finds them. Each caller gets
 * an exception of its own.
 *
 * Memory. All maps are bounded. An entry that is dropped for want of room costs one more
 * request and nothing else.
 */
public final class TokenCache {

	private static final long MAXIMUM_SIZE = 10_000;

	private static final Duration BETWEEN_GIVING_UP = Duration.ofSeconds(30);

	private static final long BETWEEN_OFFERS = Duration.ofSeconds(1).toNanos();

	private static final long BETWEEN_SWEEPS = Duration.ofMinutes(1).toNanos();

	private static final int REFRESHERS = 8;

	private final Cache<TokenCacheKey, TimedToken> tokens;

	private final Cache<TokenCacheKey, GivenUp> givenUp;

	private final SingleFlight<TokenCacheKey, TokenEndpointResponse> flight = new SingleFlight<>();

	private final CoolDowns<TokenCacheKey> coolDowns;

	private final @Nullable SecondLevel secondLevel;

	private final QuietLog log;

	private final Tally tally = new Tally();

	private final InstantSource clock;

	private final Ticker ticker;

	private final DoubleSupplier jitter;

	private final FairExecutor refreshers;

	private volatile long sweptNanos;

	private TokenCache(Builder builder) {
		this.clock = builder.clock;
		this.ticker = builder.ticker;
		this.jitter = builder.jitter;
		this.refreshers = new FairExecutor(
				(builder.executor != null) ? builder.executor : Workers.unbounded("oidc-grants-refresh"), REFRESHERS);
		this.log = new QuietLog(LogFactory.getLog(TokenCache.class), this.ticker);
		this.coolDowns = new CoolDowns<>(TokenCacheKey::registrationId, this.ticker, this.jitter, MAXIMUM_SIZE);
		this.secondLevel = (builder.store != null)
				? new SecondLevel(builder.store, builder.storeTimeout, this.clock, this.ticker, this.log) : null;
		this.givenUp = Caffeine.newBuilder()
			.maximumSize(MAXIMUM_SIZE)
			.expireAfterWrite(BETWEEN_GIVING_UP)
			.ticker(this.ticker)
			.executor(Runnable::run)
			.build();
		this.sweptNanos = this.ticker.read();
		this.tokens = Caffeine.newBuilder()
			.maximumSize(MAXIMUM_SIZE)
			.executor(Runnable::run)
			.evictionListener((key, cached, cause) -> {
				this.tally.evictions.increment();
			})
			.build();
	}

	/**
	 * Creates an empty cache.
	 * @return the cache
	 */
	public static TokenCache create() {
		return builder().build();
	}

	/**
	 * Creates an empty cache that runs on given clocks.
	 * @param clock tells the wall time
	 * @param nanoTime a monotonic time in nanoseconds, like {@link System#nanoTime()}
	 * @return the cache
	 */
	public static TokenCache create(InstantSource clock, Ticker nanoTime) {
		return builder().clock(clock, nanoTime).build();
	}

	/**
	 * Begins an empty cache.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Gives the kept token, or asks for one and keeps it. A token that is kept is given
	 * at once, even if it is to be refreshed soon: that happens in the background.
	 * @param source asks for it
	 * @return the token
	 * @throws GrantException what the source threw; {@link Kind#COOLING_DOWN} if the last
	 * request failed a moment ago; for a caller that waited for the request of another
	 * {@link Kind#TIMEOUT} if that took longer than its own timeout
	 */
	public TokenEndpointResponse get(TokenSource source) {
		TimedToken cached = this.tokens.getIfPresent(source.key());
		if (cached != null) {
			long nanos = this.ticker.read();
			if (cached.isUsable(this.clock, nanos)) {
				this.tally.hits.increment();
				if (cached.isRefreshDue(nanos)) {
					refreshAhead(source, cached);
				}
				return cached.token();
			}
		}
		this.tally.misses.increment();
		return this.flight.call(source.key(), new Ask(source, null, false));
	}

	/**
	 * Asks for a token even if one is kept, and keeps the new one. A request for it that
	 * is under way is not waited for, and what it brings is not kept.
	 * @param source asks for it
	 * @return the token
	 * @throws GrantException what the source threw, or {@link Kind#COOLING_DOWN}; a token
	 * that was kept before stays
	 */
	public TokenEndpointResponse renew(TokenSource source) {
		this.coolDowns.check(source.key());
		return this.flight.callAnew(source.key(), new Ask(source, null, true));
	}

	private void refreshAhead(TokenSource source, TimedToken stale) {
		if (!source.isRepeatable() || !stale.beginRefresh()) {
			return;
		}
		TokenSource patient = source.patient();
		String registrationId = source.key().registrationId();
		this.refreshers.execute(source.provider(), () -> refresh(patient, stale), (refused) -> {
			stale.refreshEnded(this.ticker.read() + BETWEEN_OFFERS);
			this.log.warn("registration " + registrationId, "A token of the registration '" + registrationId
					+ "' cannot be refreshed ahead of its expiry now: " + refused);
		});
	}

	private void refresh(TokenSource source, TimedToken stale) {
		try {
			this.flight.callUnlessUnderWay(source.key(), new Ask(source, stale, false));
		}
		catch (SupersededException ex) {
			// Evicted or expired while the refresh waited for its turn: who needs one
			// asks.
		}
		catch (RuntimeException ex) {
			if (!(ex instanceof GrantException grant && grant.kind() == Kind.COOLING_DOWN)) {
				this.log.warn("registration " + source.key().registrationId(),
						"A token of the registration '" + source.key().registrationId()
								+ "' could not be refreshed ahead of its expiry; the one that is kept serves until "
								+ stale.until() + ": "
								+ ((ex instanceof GrantException) ? ex.getMessage() : ex.getClass()));
			}
		}
		finally {
			long now = this.ticker.read();
			CoolDown<TokenCacheKey> coolDown = this.coolDowns.find(source.key());
			stale.refreshEnded((coolDown != null) ? coolDown.untilNanos() : now + BETWEEN_OFFERS);
		}
	}

	/**
	 * Forgets all tokens of a registration, those too that are being asked for, and lets
	 * it ask again if it was cooling down.
	 * @param registrationId the registration
	 */
	public void evict(String registrationId) {
		if (this.secondLevel != null) {
			this.secondLevel.evict(registrationId);
		}
		Predicate<TokenCacheKey> keys = (key) -> key.registrationId().equals(registrationId);
		this.coolDowns.forget(keys);
		forget(keys);
	}

	/**
	 * Forgets one token, even if it is being asked for, and lets it be asked for again if
	 * it was cooling down.
	 * @param key what tells it from others
	 */
	public void evict(TokenCacheKey key) {
		if (this.secondLevel != null) {
			this.secondLevel.evict(key);
		}
		this.coolDowns.forget(key);
		forget(key::equals);
	}

	/**
	 * Forgets the token that has this value.
	 * @param accessToken the access token
	 * @return whether it was kept
	 */
	public boolean evictAccessToken(String accessToken) {
		if (this.secondLevel != null) {
			this.secondLevel.refuse(accessToken);
		}
		boolean found = false;
		for (var entry : this.tokens.asMap().entrySet()) {
			if (entry.getValue().token().accessToken().equals(accessToken)) {
				found |= drop(entry.getKey(), accessToken);
			}
		}
		return found;
	}

	private void forget(Predicate<TokenCacheKey> keys) {
		this.flight.forget(keys);
		for (TokenCacheKey key : this.tokens.asMap().keySet()) {
			if (keys.test(key) && this.tokens.asMap().remove(key) != null) {
				this.tally.evictions.increment();
			}
		}
	}

	private boolean drop(TokenCacheKey key, String accessToken) {
		if (this.secondLevel != null) {
			this.secondLevel.evict(key);
		}
		boolean[] dropped = { false };
		this.tokens.asMap().computeIfPresent(key, (k, cached) -> {
			dropped[0] = cached.token().accessToken().equals(accessToken);
			return dropped[0] ? null : cached;
		});
		if (dropped[0]) {
			this.tally.evictions.increment();
		}
		return dropped[0];
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
		TimedToken current = usable(key);
		if (current != null && !current.token().accessToken().equals(accessToken)) {
			return true;
		}
		GivenUp last = this.givenUp.asMap().putIfAbsent(key, new GivenUp(accessToken, current));
		if (last == null) {
			drop(key, accessToken);
			return true;
		}
		TimedToken now = usable(key);
		if (now == null) {
			// Another caller gave this very one up, and the next one is not here yet.
			return last.accessToken().equals(accessToken) || this.flight.isUnderWay(key);
		}
		if (now == last.token()) {
			// Another caller is about to drop it.
			drop(key, accessToken);
			return true;
		}
		return !now.token().accessToken().equals(accessToken);
	}

	private void sweep() {
		long nanos = this.ticker.read();
		if (nanos - this.sweptNanos > BETWEEN_SWEEPS) {
			this.sweptNanos = nanos;
			this.tokens.asMap().values().removeIf((cached) -> !cached.isUsableNow(this.clock, nanos));
		}
	}

	// Looked at once more by the one who is about to ask; that is no hit of its own.
	private @Nullable TimedToken usable(TokenCacheKey key) {
		TimedToken cached = this.tokens.asMap().get(key);
		return (cached != null && cached.isUsableNow(this.clock, this.ticker.read())) ? cached : null;
	}

	/**
	 * {@return what is kept at the moment, without any token}
	 */
	public TokenCacheStatus status() {
		return new TokenCacheStatus(
				new StatusReport(this.tokens.asMap(), this.flight, this.coolDowns, this.clock, this.ticker).entries(),
				MAXIMUM_SIZE, this.tally.counters(), (this.secondLevel != null) ? this.secondLevel.status() : null);
	}

	@Override
	public String toString() {
		return "TokenCache[size=" + this.tokens.estimatedSize() + "]";
	}

	/**
	 * A token that an API did not take.
	 *
	 * @param accessToken its value
	 * @param token what was kept of it; a server may give the same value again
	 */
	private record GivenUp(String accessToken, @Nullable TimedToken token) {

		@Override
		public String toString() {
			return "GivenUp[token=" + this.token + "]";
		}

	}

	/**
	 * There is nothing to refresh any more.
	 */
	private static final class SupersededException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		SupersededException() {
			super(null, null, false, false);
		}

	}

	/**
	 * One caller's way through a flight.
	 */
	private final class Ask implements Attempt<TokenEndpointResponse> {

		private final TokenSource source;

		private final @Nullable TimedToken stale;

		private final boolean forced;

		private boolean fromServer;

		private @Nullable TimedToken toKeep;

		Ask(TokenSource source, @Nullable TimedToken stale, boolean forced) {
			this.source = source;
			this.stale = stale;
			this.forced = forced;
		}

		@Override
		public TokenEndpointResponse run() {
			sweep();
			if (!this.forced) {
				TimedToken landed = usable(this.source.key());
				if (landed != null && landed != this.stale) {
					return landed.token();
				}
				if (landed == null && this.stale != null) {
					throw new SupersededException();
				}
			}
			TokenEndpointResponse stored = this.forced ? null : stored();
			return (stored != null) ? stored : load();
		}

		private @Nullable TokenEndpointResponse stored() {
			SecondLevel second = TokenCache.this.secondLevel;
			TokenEndpointResponse token = (second != null) ? second.find(this.source.key()) : null;
			if (token == null) {
				return null;
			}
			TimedToken cached = cached(token);
			long nanos = TokenCache.this.ticker.read();
			if (!cached.isUsableNow(TokenCache.this.clock, nanos) || (this.stale != null
					&& (cached.isRefreshDue(nanos) || token.accessToken().equals(this.stale.token().accessToken())))) {
				return null;
			}
			this.source.found(token);
			this.toKeep = cached;
			return token;
		}

		private TokenEndpointResponse load() {
			TokenCacheKey key = this.source.key();
			TokenCache.this.coolDowns.begin(key, this.source.timeout());
			TokenCache.this.tally.requests.increment();
			long sentNanos = TokenCache.this.ticker.read();
			try {
				TokenEndpointResponse token = this.source.load();
				this.toKeep = cached(token);
				this.fromServer = true;
				TokenCache.this.coolDowns.succeeded(key);
				return token;
			}
			catch (RuntimeException | Error ex) {
				TokenCache.this.tally.failures.increment();
				if (ex instanceof GrantException failure && !Thread.currentThread().isInterrupted()
						&& !isOnlyLate(ex)) {
					TokenCache.this.coolDowns.failed(key, failure, sentNanos);
					if (this.stale == null) {
						warn(key.registrationId(), failure);
					}
				}
				else {
					TokenCache.this.coolDowns.abandoned(key);
				}
				throw ex;
			}
		}

		private void warn(String registrationId, GrantException failure) {
			TokenCache.this.log.warn("none for " + registrationId,
					"There is no token of the registration '" + registrationId + "': " + failure.getMessage());
		}

		private TimedToken cached(TokenEndpointResponse token) {
			return TimedToken.of(token, this.source.policy().serving(), TokenCache.this.jitter.getAsDouble(),
					TokenCache.this.clock.instant(), TokenCache.this.ticker.read());
		}

		@Override
		public void land(TokenEndpointResponse token) {
			TimedToken cached = this.toKeep;
			long nanos = TokenCache.this.ticker.read();
			SecondLevel second = TokenCache.this.secondLevel;
			if (cached == null || !cached.isUsableNow(TokenCache.this.clock, nanos)
					|| (second != null && second.isRefused(token))) {
				return;
			}
			TokenCache.this.tokens.put(this.source.key(), cached);
			if (second != null && this.fromServer) {
				second.put(this.source.key(), token, cached.timeLeft(TokenCache.this.clock, nanos));
			}
		}

		@Override
		public boolean isOwnFailure(Throwable failure) {
			return failure instanceof SupersededException || isOnlyLate(failure);
		}

		private boolean isOnlyLate(Throwable failure) {
			return this.source.isImpatient() && failure instanceof GrantException grant && grant.kind() == Kind.TIMEOUT;
		}

		@Override
		public void joined() {
			TokenCache.this.tally.joined.increment();
		}

		@Override
		public Duration patience() {
			return this.source.timeout();
		}

	}

	/**
	 * Says what a cache works with.
	 */
	public static final class Builder {

		private InstantSource clock = InstantSource.system();

		private Ticker ticker = System::nanoTime;

		private DoubleSupplier jitter = () -> ThreadLocalRandom.current().nextDouble();

		private @Nullable Executor executor;

		private @Nullable TokenStore store;

		private Duration storeTimeout = Duration.ofMillis(500);

		private Builder() {
		}

		/**
		 * Sets the clocks. A token is expired when either says so.
		 * @param clock tells the wall time
		 * @param nanoTime a monotonic time in nanoseconds, like {@link System#nanoTime()}
		 * @return this
		 */
		public Builder clock(InstantSource clock, Ticker nanoTime) {
			this.clock = clock;
			this.ticker = nanoTime;
			return this;
		}

		/**
		 * Sets what spreads refreshes and pauses, so that instances do not move in step;
		 * a random number unless set.
		 * @param jitter gives numbers from 0 to 1
		 * @return this
		 */
		public Builder jitter(DoubleSupplier jitter) {
			this.jitter = jitter;
			return this;
		}

		/**
		 * Sets what tokens are refreshed on ahead of their expiry; threads of the cache's
		 * own unless set. Up to eight refreshes run at a time, at most half of them at
		 * one server if the executor has that many threads; each takes as long as an
		 * exchange with the server may.
		 * @param executor runs them, other than on the thread that hands them over
		 * @return this
		 */
		public Builder executor(Executor executor) {
			this.executor = executor;
			return this;
		}

		/**
		 * Sets a second level; there is none unless set.
		 * @param store the store
		 * @return this
		 */
		public Builder store(TokenStore store) {
			this.store = store;
			return this;
		}

		/**
		 * Sets how long a caller without a token waits for the store before the server is
		 * asked; half a second unless set.
		 * @param timeout the time, longer than nothing
		 * @return this
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it is zero or negative
		 */
		public Builder storeTimeout(Duration timeout) {
			if (timeout.isNegative() || timeout.isZero()) {
				throw GrantException.misconfigured("The timeout must be longer than nothing, not " + timeout);
			}
			this.storeTimeout = timeout;
			return this;
		}

		/**
		 * Creates the cache.
		 * @return the cache
		 */
		public TokenCache build() {
			return new TokenCache(this);
		}

	}

}
