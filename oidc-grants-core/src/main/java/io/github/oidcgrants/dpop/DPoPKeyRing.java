package io.github.oidcgrants.dpop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The DPoP keys of a registration: the one that new tokens are bound to, and those before
 * it. One that retires stays for five minutes at least, and until the tokens have expired
 * that are bound to it: those of unknown lifetime after a day. Refresh tokens of public
 * clients are bound too, but no server says how long they are good: the key stays for 30
 * days after the last one came or was used. One that has retired before the ring is made
 * stays as long as the ring does. Thread-safe.
 */
public final class DPoPKeyRing {

	private static final Duration GRACE = Duration.ofMinutes(5);

	private static final Duration IF_UNKNOWN = Duration.ofDays(1);

	private final InstantSource clock;

	private final Map<String, Key> keys = new LinkedHashMap<>();

	// Read on every call of an API, and by every look for a kept token.
	private volatile DPoPHandle current;

	private DPoPKeyRing(DPoPHandle current, InstantSource clock, DPoPHandle... retired) {
		this.clock = clock;
		this.current = current;
		for (DPoPHandle handle : retired) {
			this.keys.put(handle.thumbprint(), new Key(handle, Instant.MAX));
		}
		this.keys.putIfAbsent(current.thumbprint(), new Key(current, Instant.MIN));
	}

	/**
	 * Creates a ring.
	 * @param current the key that new tokens are bound to
	 * @param retired keys that tokens are still bound to, of logins for one that are kept
	 * from before
	 * @return the ring
	 */
	public static DPoPKeyRing of(DPoPHandle current, DPoPHandle... retired) {
		return of(current, InstantSource.system(), retired);
	}

	/**
	 * Creates a ring on a given clock.
	 * @param current the key that new tokens are bound to
	 * @param clock tells when tokens have expired
	 * @param retired keys that tokens are still bound to, of logins for one that are kept
	 * from before
	 * @return the ring
	 */
	public static DPoPKeyRing of(DPoPHandle current, InstantSource clock, DPoPHandle... retired) {
		return new DPoPKeyRing(current, clock, retired);
	}

	/**
	 * {@return the key that new tokens are bound to}
	 */
	public DPoPHandle current() {
		return this.current;
	}

	/**
	 * Binds new tokens to another key from now on. The one before retires: it is still
	 * found by its thumbprint until the last token that is bound to it has expired.
	 * @param next the key
	 */
	public synchronized void rotate(DPoPHandle next) {
		Instant now = this.clock.instant();
		// A token that was asked for with the key before may be on its way still.
		issued(this.current.thumbprint(), now.plus(GRACE));
		this.keys.values().removeIf((key) -> !key.neededUntil().isAfter(now));
		this.keys.putIfAbsent(next.thumbprint(), new Key(next, Instant.MIN));
		this.current = next;
	}

	/**
	 * Finds the key that a token is bound to.
	 * @param thumbprint the thumbprint that the token carries
	 * @return the key, or {@code null} if it is not here, or no more
	 */
	public @Nullable DPoPHandle find(String thumbprint) {
		DPoPHandle current = this.current;
		return current.thumbprint().equals(thumbprint) ? current : findRetired(thumbprint);
	}

	private synchronized @Nullable DPoPHandle findRetired(String thumbprint) {
		Key key = this.keys.get(thumbprint);
		return (key != null && key.neededUntil().isAfter(this.clock.instant())) ? key.handle() : null;
	}

	/**
	 * Takes note of a token, so that its key stays as long as it is valid.
	 * @param thumbprint the thumbprint that the token carries
	 * @param expiresAt when the token expires; {@code null} if that is not known, which
	 * counts as a day
	 */
	public synchronized void issued(String thumbprint, @Nullable Instant expiresAt) {
		Instant until = (expiresAt != null) ? expiresAt : this.clock.instant().plus(IF_UNKNOWN);
		this.keys.computeIfPresent(thumbprint,
				(t, key) -> key.neededUntil().isBefore(until) ? new Key(key.handle(), until) : key);
	}

	@Override
	public synchronized String toString() {
		return "DPoPKeyRing[current=" + this.current.thumbprint() + ", keys=" + this.keys.size() + "]";
	}

	private record Key(DPoPHandle handle, Instant neededUntil) {
	}

}
