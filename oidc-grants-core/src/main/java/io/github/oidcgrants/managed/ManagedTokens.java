package io.github.oidcgrants.managed;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.Sha256;
import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;

/**
 * The tokens of a registration that came with a refresh token, each set under a name of
 * the application's own: a user, or simply the one login there is. Whoever asks gets an
 * access token that is valid; it is refreshed when it has to be, once for all who ask.
 * Thread-safe.
 * <p>
 * <b>What is promised.</b> A refresh token that the server gave is in the store before
 * anything else in the answer is looked at. While it cannot be written it is held in
 * memory, and writing it is tried again. Nothing is sent while the store cannot be read
 * or the lease of an entry cannot be had. A newer refresh token is never replaced or
 * deleted for the sake of an older one, and a login that was handed over or forgotten is
 * never answered for with tokens of the one before.
 * <p>
 * <b>How.</b> A token that is kept is given without a look at the store. The call that
 * finds about 80 % of its lifetime over has it refreshed, in the background, unless the
 * registration says otherwise ({@link TokenServing}); until its expiry less a skew the
 * old one is given, also while the server or the store is down. Only who finds none
 * waits: those who ask for the same share one attempt, on a thread of its own, so that no
 * caller who goes can stop it halfway. Attempts on one name take turns, here by a lock
 * and among processes by the lease; names never wait for each other. With both, the entry
 * is read again, for somebody else may have refreshed it. Then the server is asked. Its
 * refresh token replaces the old one in the store, by compare-and-set, as soon as the
 * answer is there; the access token is added once it is validated. {@code invalid_grant}
 * for a refresh token that is no longer the one in the store only means that somebody
 * else was faster, for instance because the lease had ended; then theirs is taken. After
 * another failure the server is left alone for a second, each time for twice as long, up
 * to 30 seconds, or five minutes if it says {@code Retry-After}; who finds no token in
 * the store either is told so.
 * <p>
 * <b>What is not.</b> A request that may have reached the server without an answer, and a
 * process that ends between answer and store, are the gaps that nobody can close: the
 * next attempt sends the same refresh token, and the server decides. And a process learns
 * of what others hand over or forget under a name when it looks at the store again: at
 * the latest when the access token that it knows is no longer fresh.
 */
public final class ManagedTokens implements AutoCloseable {

	private static final Duration BETWEEN_REPLACEMENTS = Duration.ofSeconds(30);

	// The token that is kept serves on, and the next call tries again.
	private static final Duration LEASE_AHEAD = Duration.ofSeconds(5);

	private final ManagedSlots slots;

	private final ManagedFlights flights;

	private final ManagedEvents events;

	private final UnsavedTokens unsaved;

	private final ManagedEntries entries;

	private final ManagedRefresh refresh;

	private final ManagedClockwork clockwork;

	private final TokenRefresher refresher;

	private final String registrationId;

	private final Duration timeout;

	private final Duration patience;

	/**
	 * Creates the tokens of a registration.
	 * @param registrationId the registration
	 * @param identity what tells its client from others: what is kept for another client
	 * is not found
	 * @param store where tokens are
	 * @param refresher refreshes them
	 * @param timeout how long an exchange with the server may take
	 * @param clock tells when tokens expire
	 * @param serving how long access tokens are served
	 */
	public ManagedTokens(String registrationId, String identity, ManagedTokenStore store, TokenRefresher refresher,
			Duration timeout, InstantSource clock, TokenServing serving) {
		this(registrationId, identity, store, refresher, timeout, ManagedClockwork.system(clock, serving));
	}

	ManagedTokens(String registrationId, String identity, ManagedTokenStore store, TokenRefresher refresher,
			Duration timeout, ManagedClockwork clockwork) {
		this.registrationId = registrationId;
		this.refresher = refresher;
		this.clockwork = clockwork;
		this.timeout = timeout;
		// A request may be sent three times, and the server's metadata be fetched before.
		this.patience = timeout.multipliedBy(4);
		this.slots = new ManagedSlots(
				(name) -> registrationId + ":" + Sha256.base64Url(identity.length() + ":" + identity + name));
		// As long as whoever may be before in the queue, and then as long once more.
		this.flights = new ManagedFlights(clockwork.threads(), this.patience.multipliedBy(2));
		this.events = new ManagedEvents(registrationId, clockwork);
		this.entries = new ManagedEntries(new BoundedStore(store, timeout, clockwork.threads()), this.patience,
				clockwork);
		this.unsaved = new UnsavedTokens(this.entries, this.events, clockwork.later());
		this.refresh = new ManagedRefresh(registrationId, this.entries, this.unsaved, this.events, refresher,
				this.patience, clockwork);
	}

	/**
	 * Hands tokens over, in the place of those that were there under the name. If the
	 * store cannot be written they are held in memory, as after a refresh. Waits for a
	 * refresh of the tokens that were there. Whoever handed them over must not use the
	 * refresh token any more: many servers take one only once.
	 * @param name a name of the application's own
	 * @param tokens the tokens of a grant, a refresh token among them
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no refresh token;
	 * {@link Kind#TIMEOUT} if a refresh of the tokens that were there does not end
	 */
	public void put(String name, TokenEndpointResponse tokens) {
		ManagedEntry entry = entry(tokens);
		ManagedSlot slot = slot(name);
		ManagedEvents.Round round = this.events.begin();
		slot.lock(this.patience);
		try {
			this.refresh.nextLogin(slot);
			this.refresh.keepKey(entry);
			this.unsaved.keep(slot, () -> this.entries.begin(slot, entry), round);
		}
		finally {
			slot.lock.unlock();
		}
		round.end();
	}

	private ManagedEntry entry(TokenEndpointResponse tokens) {
		if (tokens.refreshToken() == null) {
			throw GrantException
				.misconfigured("There is no refresh token among the tokens, so they cannot be refreshed:"
						+ " ask for one where the user logs in (the scope offline_access, for many servers)");
		}
		return ManagedEntry.of(tokens.refreshToken(), tokens, this.clockwork);
	}

	/**
	 * Gives an access token for what the login asked for.
	 * @param name the name that the tokens were handed over under
	 * @return a valid token, without the refresh token
	 * @throws GrantException as {@link #token(String, GrantParameters)} does
	 */
	public TokenEndpointResponse token(String name) {
		return token(name, GrantParameters.none());
	}

	/**
	 * Gives an access token for other than all that the login asked for: some of its
	 * scopes, or one of several resources or audiences (RFC 6749 section 6, RFC 8707
	 * section 2.2). Each is kept of its own, the newest 16 of a name.
	 * @param name the name that the tokens were handed over under
	 * @param parameters what to ask for; none from a supplier
	 * @return a valid token, without the refresh token: the one that is kept, else a new
	 * one, else while the server or the store is down one that has not expired yet
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there are no tokens under that
	 * name, or they are bound to a key that is not here; {@link Kind#OAUTH_ERROR} with
	 * {@code invalid_grant} if the refresh token is not good any more, and the tokens are
	 * gone; {@link Kind#TRANSPORT} if the store cannot be read or leased, or the thread
	 * is interrupted, its interrupt status set; {@link Kind#TIMEOUT} if the refresh takes
	 * longer than eight exchanges with the server may; {@link Kind#COOLING_DOWN} if the
	 * last refresh failed a moment ago; else what the refresh was refused with. Tokens
	 * stay where they are unless something else is said
	 */
	public TokenEndpointResponse token(String name, GrantParameters parameters) {
		ManagedSlot slot = slot(name);
		String variant = TokenVariant.of(parameters);
		TimedToken kept = this.refresh.served(slot, variant);
		if (kept != null) {
			if (kept.isRefreshDue(this.clockwork.nanos()) && kept.beginRefresh()) {
				refreshAhead(slot, variant, parameters, kept);
			}
			return kept.token();
		}
		ManagedEvents.Round round = this.events.begin();
		try {
			return this.flights.call(new Wanted(slot.key, slot.logins, variant),
					() -> this.refresh.run(slot, variant, parameters, round, this.patience), round::end);
		}
		catch (GrantException ex) {
			TokenEndpointResponse valid = ex.isPassing() ? this.refresh.valid(slot, variant) : null;
			if (valid != null) {
				return valid;
			}
			throw ex;
		}
	}

	// The flight begins when the work does, not when it is handed over: a caller without
	// a token never waits for a queue.
	private void refreshAhead(ManagedSlot slot, String variant, GrantParameters parameters, TimedToken kept) {
		this.clockwork.background()
			.execute(this.refresher.provider(), () -> refreshNow(slot, variant, parameters, kept), (refused) -> {
				kept.refreshEnded(this.refresh.nextTry(slot, variant));
				this.events.notRefreshedAhead(refused);
			});
	}

	private void refreshNow(ManagedSlot slot, String variant, GrantParameters parameters, TimedToken kept) {
		ManagedEvents.Round round = this.events.begin();
		CompletableFuture<TokenEndpointResponse> unused = this.flights
			.begin(new Wanted(slot.key, slot.logins, variant), Runnable::run,
					() -> this.refresh.run(slot, variant, parameters, round, LEASE_AHEAD), round::end)
			.whenComplete((token, problem) -> {
				kept.refreshEnded(this.refresh.nextTry(slot, variant));
				if (problem != null) {
					this.events.notRefreshedAhead(problem);
				}
			});
	}

	/**
	 * Takes note that an API does not take an access token, and says whether it is worth
	 * asking for another one. One of a name is replaced for that at most once in 30
	 * seconds, so that an API that takes none cannot make this client flood the server.
	 * @param name the name that the tokens were handed over under
	 * @param token the token that the API does not take
	 * @return whether {@link #token(String)} gives, or at least asks for, another one
	 */
	public boolean refused(String name, TokenEndpointResponse token) {
		return slot(name).refuse(token.accessToken(), this.clockwork.nanos(), BETWEEN_REPLACEMENTS);
	}

	/**
	 * Forgets the tokens under a name. Waits for a refresh of them. The server is not
	 * told: they are good there until they expire.
	 * @param name the name that the tokens were handed over under
	 * @throws GrantException {@link Kind#TRANSPORT} if the store cannot be written: they
	 * may be there still; {@link Kind#TIMEOUT} if a refresh of them does not end
	 */
	public void forget(String name) {
		ManagedSlot slot = slot(name);
		slot.lock(this.patience);
		try {
			this.refresh.nextLogin(slot);
			this.entries.deleteAll(slot);
		}
		finally {
			this.unsaved.settle(slot);
			slot.lock.unlock();
		}
	}

	/**
	 * Has somebody told what becomes of the tokens.
	 * @param listener the one to tell
	 */
	public void listen(ManagedTokenListener listener) {
		this.events.add(listener);
	}

	/**
	 * {@return how the tokens are at the moment}
	 */
	public ManagedTokensStatus status() {
		return this.events.status(this.unsaved.size());
	}

	/**
	 * Tries once more to write what is held in memory only, before the process ends.
	 * Writing begins no later than after the time that an exchange with the server may
	 * take. What is not written then is reported in the log.
	 */
	@Override
	public void close() {
		this.unsaved.saveLast(this.timeout);
	}

	private ManagedSlot slot(String name) {
		if (name.isBlank()) {
			throw GrantException.misconfigured("The name of managed tokens is blank: give them one");
		}
		return this.slots.get(name);
	}

	@Override
	public String toString() {
		return "ManagedTokens[registrationId=" + this.registrationId + ", unsaved=" + this.unsaved.size() + "]";
	}

	private record Wanted(String key, int logins, String variant) {
	}

}
