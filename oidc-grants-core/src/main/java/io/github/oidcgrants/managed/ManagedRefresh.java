package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.flight.CoolDown;
import io.github.oidcgrants.flight.CoolDowns;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedSlot.Known;
import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/**
 * Refreshes one entry, with its lock and its lease.
 */
final class ManagedRefresh {

	private static final int ATTEMPTS = 3;

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

	private static final long BETWEEN_TRIES = Duration.ofSeconds(1).toNanos();

	private static final long LONG_READ = Duration.ofSeconds(1).toNanos();

	private static final long MAXIMUM_FAILURES = 10_000;

	private final String registrationId;

	private final ManagedEntries entries;

	private final UnsavedTokens unsaved;

	private final ManagedEvents events;

	private final TokenRefresher refresher;

	private final Duration patience;

	private final ManagedClockwork clockwork;

	private final CoolDowns<Asked> coolDowns;

	ManagedRefresh(String registrationId, ManagedEntries entries, UnsavedTokens unsaved, ManagedEvents events,
			TokenRefresher refresher, Duration patience, ManagedClockwork clockwork) {
		this.registrationId = registrationId;
		this.entries = entries;
		this.unsaved = unsaved;
		this.events = events;
		this.refresher = refresher;
		this.patience = patience;
		this.clockwork = clockwork;
		this.coolDowns = new CoolDowns<>((asked) -> registrationId, clockwork::nanos, clockwork.jitter(),
				MAXIMUM_FAILURES);
	}

	/**
	 * {@return the access token to give, which can be used here; {@code null} if there is
	 * none}
	 */
	@Nullable TimedToken served(ManagedSlot slot, String variant) {
		return usable(slot.served(variant, this.clockwork));
	}

	/**
	 * {@return an access token that has not expired yet and can be used here, or
	 * {@code null}}
	 */
	@Nullable TokenEndpointResponse valid(ManagedSlot slot, String variant) {
		TimedToken token = usable(slot.valid(variant, this.clockwork));
		return (token != null) ? token.token() : null;
	}

	private @Nullable TimedToken usable(@Nullable TimedToken token) {
		String thumbprint = (token != null) ? token.token().dpopThumbprint() : null;
		return (thumbprint == null || this.refresher.hasKey(thumbprint)) ? token : null;
	}

	// One that is to be refreshed is what whoever refreshes wants to replace.
	private @Nullable TokenEndpointResponse fresh(ManagedSlot slot, String variant) {
		TimedToken token = served(slot, variant);
		return (token != null && !token.isPastRefresh(this.clockwork.nanos())) ? token.token() : null;
	}

	/**
	 * {@return when a token may be refreshed again after it was tried, in nanoseconds of
	 * the monotonic time}
	 */
	long nextTry(ManagedSlot slot, String variant) {
		CoolDown<Asked> coolDown = this.coolDowns.find(new Asked(slot.key, variant));
		return (coolDown != null) ? coolDown.untilNanos() : this.clockwork.nanos() + BETWEEN_TRIES;
	}

	/**
	 * Has the key stay that an entry is bound to.
	 */
	void keepKey(ManagedEntry entry) {
		if (entry.dpopThumbprint() != null) {
			this.refresher.kept(entry.dpopThumbprint());
		}
	}

	/**
	 * Begins a new login, or none: what failed with the one before does not count.
	 */
	void nextLogin(ManagedSlot slot) {
		slot.nextLogin();
		this.coolDowns.forget((asked) -> asked.key().equals(slot.key));
	}

	/**
	 * Refreshes, unless somebody else has done so meanwhile.
	 * @param leasePatience how long to wait for another process
	 */
	TokenEndpointResponse run(ManagedSlot slot, String variant, GrantParameters parameters, ManagedEvents.Round round,
			Duration leasePatience) {
		try {
			return inTurn(slot, variant, parameters, round, leasePatience);
		}
		catch (RuntimeException ex) {
			if (!round.isAbsent()) {
				this.events.failed(ex);
			}
			throw ex;
		}
		finally {
			slot.tried(variant);
		}
	}

	// The lock is not held while another process has the lease: a new login may be handed
	// over.
	private TokenEndpointResponse inTurn(ManagedSlot slot, String variant, GrantParameters parameters,
			ManagedEvents.Round round, Duration leasePatience) {
		long since = this.clockwork.nanos();
		int asked = 0;
		while (asked < ATTEMPTS) {
			slot.lock(this.patience);
			try {
				TokenEndpointResponse fresh = fresh(slot, variant);
				if (fresh != null) {
					return fresh;
				}
				if (this.entries.acquireLease(slot)) {
					TokenEndpointResponse token = leased(slot, variant, parameters, round);
					if (token != null) {
						return token;
					}
					// Somebody else wrote meanwhile, perhaps because the lease had ended.
					asked++;
					continue;
				}
			}
			finally {
				slot.lock.unlock();
			}
			pause(since, leasePatience);
		}
		throw GrantException.of(Kind.TRANSPORT, "The tokens of the registration '" + this.registrationId
				+ "' under that name are replaced again and again while they are refreshed");
	}

	private void pause(long since, Duration patience) {
		if (this.clockwork.nanos() - since >= patience.toNanos()) {
			throw GrantException.of(Kind.TIMEOUT, "Another process has been refreshing the same tokens of the"
					+ " registration '" + this.registrationId + "' for longer than " + patience);
		}
		this.clockwork.pause().accept(BETWEEN_LOOKS.toNanos());
	}

	private @Nullable TokenEndpointResponse leased(ManagedSlot slot, String variant, GrantParameters parameters,
			ManagedEvents.Round round) {
		try {
			return refresh(slot, variant, parameters, round);
		}
		finally {
			this.unsaved.settle(slot);
			if (!this.unsaved.contains(slot)) {
				release(slot);
			}
		}
	}

	private void release(ManagedSlot slot) {
		try {
			this.entries.releaseLease(slot);
		}
		catch (GrantException ex) {
			this.events.leaseNotReleased(ex);
		}
	}

	/**
	 * Refreshes with the lock and the lease.
	 * @return the token, or {@code null} if somebody else wrote meanwhile
	 */
	private @Nullable TokenEndpointResponse refresh(ManagedSlot slot, String variant, GrantParameters parameters,
			ManagedEvents.Round round) {
		long since = this.clockwork.nanos();
		Known current = load(slot, round);
		TokenEndpointResponse fresh = fresh(slot, variant);
		if (fresh != null) {
			return fresh;
		}
		if (this.clockwork.nanos() - since > LONG_READ && !this.entries.acquireLease(slot)) {
			// The lease is to last for as long as the request may take.
			return null;
		}
		long sentNanos = this.clockwork.nanos();
		try {
			TokenEndpointResponse token = send(slot, current, variant, parameters, round);
			if (token != null) {
				round.refreshed(slot);
			}
			return token;
		}
		catch (GrantException ex) {
			if (!isInvalidGrant(ex)) {
				throw ex;
			}
			if (isReplaced(slot, current)) {
				return null;
			}
			if (!TokenVariant.DEFAULT.equals(variant) && isAlive(slot, current, round)) {
				this.coolDowns.failed(new Asked(slot.key, variant), ex, sentNanos);
				throw ex;
			}
			if (!lose(slot)) {
				return null;
			}
			round.lost(slot, ex);
			throw ex;
		}
	}

	// Some servers refuse what is asked for with the same error as a refresh token.
	private boolean isAlive(ManagedSlot slot, Known current, ManagedEvents.Round round) {
		try {
			TokenEndpointResponse unused = send(slot, current, TokenVariant.DEFAULT, GrantParameters.none(), round);
			return true;
		}
		catch (GrantException ex) {
			return !isInvalidGrant(ex);
		}
	}

	private Known load(ManagedSlot slot, ManagedEvents.Round round) {
		Known known = this.entries.load(slot);
		if (known == null) {
			round.absent();
			throw GrantException.misconfigured("The registration '" + this.registrationId
					+ "' has no tokens under that name: log in where it keeps its logins (initiateDeviceAuthorization,"
					+ " initiateBackchannelAuthentication), or hand tokens over first (put)");
		}
		if (known.entry().isLost()) {
			throw GrantException.oauthError(new OAuth2Error(OAuth2ErrorCodes.INVALID_GRANT),
					"The refresh token of the registration '" + this.registrationId
							+ "' under that name was refused before: nothing was sent. Log in again",
					null, null);
		}
		keepKey(known.entry());
		return known;
	}

	/**
	 * Asks the server.
	 * @return the new token, or {@code null} if the name has another login by now
	 */
	private @Nullable TokenEndpointResponse send(ManagedSlot slot, Known current, String variant,
			GrantParameters parameters, ManagedEvents.Round round) {
		ManagedEntry entry = current.entry();
		TokenRefresher.RefreshRequest request = new TokenRefresher.RefreshRequest(entry.refreshToken(),
				entry.previous(), entry.dpopThumbprint(), parameters);
		TokenEndpointResponse token = ask(new Asked(slot.key, variant), request, (next) -> {
			if (!next.equals(entry.refreshToken())) {
				this.unsaved.keep(slot, () -> this.entries.replace(slot, current, entry.rotated(next)), round);
			}
		});
		String refreshToken = (token.refreshToken() != null) ? token.refreshToken() : entry.refreshToken();
		Known ours = of(slot, refreshToken);
		if (ours != null) {
			// If it cannot be written, another one can be had.
			GrantException unused = this.entries.replace(slot, ours, ours.entry().with(variant, token, this.clockwork));
			ours = of(slot, refreshToken);
		}
		return (ours != null) ? token.withoutRefreshToken() : null;
	}

	// A server that does not take a refresh token answers, and may take the next one.
	private TokenEndpointResponse ask(Asked asked, TokenRefresher.RefreshRequest request, Consumer<String> rotated) {
		this.coolDowns.begin(asked, this.patience);
		long sentNanos = this.clockwork.nanos();
		try {
			TokenEndpointResponse token = this.refresher.refresh(request, rotated);
			this.coolDowns.succeeded(asked);
			return token;
		}
		catch (GrantException ex) {
			if (isInvalidGrant(ex)) {
				this.coolDowns.succeeded(asked);
			}
			else {
				this.coolDowns.failed(asked, ex, sentNanos);
			}
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			this.coolDowns.abandoned(asked);
			throw ex;
		}
	}

	// What somebody else has put there meanwhile may be another user's.
	private static @Nullable Known of(ManagedSlot slot, String refreshToken) {
		Known known = slot.known;
		return (known != null && known.entry().refreshToken().equals(refreshToken)) ? known : null;
	}

	private boolean isReplaced(ManagedSlot slot, Known current) {
		Known now = this.entries.load(slot);
		return now == null || now.entry().isLost()
				|| !now.entry().refreshToken().equals(current.entry().refreshToken());
	}

	/**
	 * Writes down that the login is lost.
	 * @return whether it is, and not replaced by somebody else just now
	 */
	private boolean lose(ManagedSlot slot) {
		Known now = slot.known;
		if (now != null) {
			GrantException unused = this.entries.replace(slot, now, now.entry().lost());
		}
		Known left = slot.known;
		return left != null && left.entry().isLost();
	}

	private static boolean isInvalidGrant(GrantException failure) {
		return failure.kind() == Kind.OAUTH_ERROR
				&& OAuth2ErrorCodes.INVALID_GRANT.equals(failure.getError().getErrorCode());
	}

	private record Asked(String key, String variant) {
	}

}
