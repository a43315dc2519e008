package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.oidcgrants.http.JsonObject;
import io.github.oidcgrants.http.NotJsonException;
import io.github.oidcgrants.jose.Sha256;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/**
 * Takes the notifications of CIBA's ping mode (OpenID Connect CIBA Core 1.0 section
 * 10.2): each wakes the poll that it is about, which asks once at once. What a
 * notification endpoint receives is handed over to {@link #handle(String, byte[])}.
 * Thread-safe.
 * <p>
 * A notification is for the process that asked for it: one that reaches another process
 * is refused there, and the poll goes on in its intervals. So it does if more than
 * 100,000 notifications are expected at a time: then some are forgotten. One is expected
 * from when the user is asked until a minute after its poll has ended, but not longer
 * than the user has time.
 */
public final class CibaNotifications {

	/**
	 * The longest body that is read, in bytes.
	 */
	public static final int MAX_BODY = 16 * 1024;

	private static final int MAXIMUM_SIZE = 100_000;

	private static final Duration UNTIL_ANSWERED = Duration.ofMinutes(10);

	private static final Duration REPLAYS = Duration.ofMinutes(1);

	private static final CibaNotification NOBODYS = new CibaNotification();

	private static final String SCHEME = "Bearer ";

	// By the hash of the token: how long it takes to find one says nothing about it.
	private final Cache<String, Expected> expected;

	private final InstantSource clock;

	/**
	 * Creates a place where no notification is expected yet.
	 * @param clock tells when authentication requests expire
	 */
	public CibaNotifications(InstantSource clock) {
		this(clock, Ticker.systemTicker());
	}

	CibaNotifications(InstantSource clock, Ticker ticker) {
		this.clock = clock;
		this.expected = Caffeine.newBuilder()
			.maximumSize(MAXIMUM_SIZE)
			.expireAfter(Expiry.<String, Expected>writing((hash, entry) -> entry.timeLeft(clock.instant())))
			.ticker(ticker)
			.executor(Runnable::run)
			.build();
	}

	/**
	 * Expects a notification, before the server can send one.
	 */
	CibaNotification expect() {
		CibaNotification notification = new CibaNotification();
		keep(notification, this.clock.instant().plus(UNTIL_ANSWERED));
		return notification;
	}

	/**
	 * Expects it until the user's time is up.
	 */
	void expectUntil(CibaNotification notification, Instant expiresAt) {
		keep(notification, expiresAt);
	}

	/**
	 * Takes note that a poll has ended that it was to wake. One that comes again after
	 * its first is answered alike; no place is kept for it longer than that takes.
	 */
	void settled(CibaNotification notification, Runnable wake, Instant expiresAt) {
		if (!notification.settled(wake)) {
			return;
		}
		Instant replaysUntil = this.clock.instant().plus(REPLAYS);
		keep(notification, replaysUntil.isBefore(expiresAt) ? replaysUntil : expiresAt);
		if (notification.isAwaited()) {
			// By a second poll that has just begun.
			keep(notification, expiresAt);
		}
	}

	void forget(CibaNotification notification) {
		this.expected.invalidate(Sha256.base64Url(notification.token()));
	}

	private void keep(CibaNotification notification, Instant until) {
		this.expected.put(Sha256.base64Url(notification.token()), new Expected(notification, until));
	}

	/**
	 * Takes a notification.
	 * @param authorization the request's {@code Authorization} header, or {@code null}
	 * @param body the request's body
	 * @return what to answer: 204 if it is a notification that was expected, also if it
	 * comes again; 401 if its token is not one that a server was given, or was given for
	 * another request; 413 if its body is too long and 400 if it is not readable, which
	 * only those learn who have such a token
	 */
	public HttpStatus handle(@Nullable String authorization, byte[] body) {
		CibaNotification notification = find(authorization);
		if (notification == null) {
			return HttpStatus.UNAUTHORIZED;
		}
		if (body.length > MAX_BODY) {
			return HttpStatus.CONTENT_TOO_LARGE;
		}
		String authReqId = authReqId(body);
		if (authReqId == null) {
			return HttpStatus.BAD_REQUEST;
		}
		return notification.arrived(authReqId) ? HttpStatus.NO_CONTENT : HttpStatus.UNAUTHORIZED;
	}

	/**
	 * Says whether a notification is worth reading.
	 * @param authorization the request's {@code Authorization} header, or {@code null}
	 * @return whether its token is one that a server was given; if it is not, the answer
	 * is 401 whatever the body is
	 */
	public boolean isExpected(@Nullable String authorization) {
		return find(authorization) != null;
	}

	private @Nullable CibaNotification find(@Nullable String authorization) {
		String token = token(authorization);
		Expected entry = this.expected.getIfPresent(Sha256.base64Url(token));
		boolean known = entry != null && this.clock.instant().isBefore(entry.until());
		CibaNotification notification = known ? Objects.requireNonNull(entry).notification() : NOBODYS;
		return CibaNotification.isEqual(notification.token(), token) ? notification : null;
	}

	private static String token(@Nullable String authorization) {
		boolean bearer = authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
		return bearer ? Objects.requireNonNull(authorization).substring(SCHEME.length()).strip() : "";
	}

	private static @Nullable String authReqId(byte[] body) {
		try {
			return (JsonObject.parse(body).get(PolledGrant.CIBA.parameter()) instanceof String text && !text.isEmpty())
					? text : null;
		}
		catch (NotJsonException ex) {
			return null;
		}
	}

	@Override
	public String toString() {
		this.expected.cleanUp();
		return "CibaNotifications[expected=" + this.expected.estimatedSize() + "]";
	}

	private record Expected(CibaNotification notification, Instant until) {

		Duration timeLeft(Instant now) {
			Duration left = Duration.between(now, this.until);
			return left.isNegative() ? Duration.ZERO : left;
		}

	}

}
