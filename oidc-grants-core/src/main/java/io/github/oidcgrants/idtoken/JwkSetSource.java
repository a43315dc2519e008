package io.github.oidcgrants.idtoken;

import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.flight.Attempt;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.jose.VerificationKey;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The keys that an issuer signs with (RFC 7517 section 5). Thread-safe.
 * <p>
 * They are fetched when first needed, by one request for all callers, and kept for five
 * minutes. A key that is not among them has them fetched again at once, so that a server
 * may make a key when it first needs one; but at most once a minute, so that invented key
 * identifiers cannot make this client flood its server. If they cannot be fetched, those
 * that are there serve for up to an hour.
 */
public final class JwkSetSource {

	private static final Log logger = LogFactory.getLog(JwkSetSource.class);

	private static final Duration FRESH = Duration.ofMinutes(5);

	private static final Duration USABLE = Duration.ofHours(1);

	private static final Duration BETWEEN_FETCHES = Duration.ofMinutes(1);

	private final LongSupplier nanoTime;

	private final SingleFlight<URI, Keys> flight = new SingleFlight<>();

	private volatile @Nullable Keys current;

	/**
	 * Creates a source that has fetched nothing yet.
	 * @param nanoTime a monotonic time in nanoseconds, like {@link System#nanoTime()}
	 */
	public JwkSetSource(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Finds the key that a header means.
	 * @param uri where the issuer publishes its keys
	 * @param http how to fetch them
	 * @param header the header of what is to be verified
	 * @return the key
	 * @throws GrantException {@link Kind#ID_TOKEN_REFUSED} if there is no such key, or
	 * the header names none and several would do; else what kept the keys from being
	 * fetched
	 */
	public VerificationKey find(URI uri, JsonHttp http, JWSHeader header) {
		Keys keys = this.current;
		boolean justFetched = keys == null || !keys.isFresh(now());
		if (keys == null || justFetched) {
			keys = fetch(uri, http, keys, false);
		}
		List<VerificationKey> matching = keys.matching(header);
		if (matching.isEmpty() && !justFetched && keys.maySearch(now())) {
			matching = fetch(uri, http, keys, true).matching(header);
		}
		if (matching.size() != 1) {
			throw IdTokenRefused.because(matching.isEmpty()
					? "its issuer has no key for it: algorithm " + IdTokenRefused.quote(header.getAlgorithm())
							+ ", kid " + IdTokenRefused.quote(header.getKeyID())
					: "it does not say which of its issuer's keys signed it, and several could have");
		}
		return matching.get(0);
	}

	private Keys fetch(URI uri, JsonHttp http, @Nullable Keys seen, boolean search) {
		return this.flight.call(uri, Attempt.within(http.timeout(), () -> {
			Keys newer = this.current;
			if (newer != null && !newer.equals(seen)) {
				return newer;
			}
			Long searchedAt = search ? Long.valueOf(now()) : (newer != null) ? newer.searchedAt() : null;
			Keys fetched = fetchOrKeep(uri, http, newer, searchedAt, search);
			this.current = fetched;
			return fetched;
		}));
	}

	private Keys fetchOrKeep(URI uri, JsonHttp http, @Nullable Keys old, @Nullable Long searchedAt, boolean search) {
		try {
			return new Keys(read(http.exchange(HttpCall.get(uri))), now(), now(), searchedAt);
		}
		catch (GrantException ex) {
			if (old == null || !old.isUsable(now())) {
				throw ex;
			}
			Keys kept = new Keys(old.keys(), old.fetchedAt(), now(), searchedAt);
			if (search) {
				// That the key is not there is not known: it could not be looked for.
				this.current = kept;
				throw ex;
			}
			logger.warn(
					"Keeping the keys of " + Redactor.describe(uri) + " that were fetched before: " + ex.getMessage());
			return kept;
		}
	}

	private static List<VerificationKey> read(HttpAnswer answer) {
		if (answer.status() != 200) {
			throw GrantException.answer(Kind.UNEXPECTED_STATUS, "The keys of the issuer cannot be fetched: "
					+ answer.call() + " answered with status " + answer.status(), answer.status(), null);
		}
		if (!(answer.object().get("keys") instanceof List<?> list)) {
			throw answer.malformed("it has no list of keys (RFC 7517 section 5)");
		}
		List<VerificationKey> keys = new ArrayList<>();
		for (Object element : list) {
			VerificationKey key = (element instanceof Map<?, ?> members) ? read(members) : null;
			if (key != null) {
				keys.add(key);
			}
		}
		return List.copyOf(keys);
	}

	// RFC 7517 section 5: what is not understood is passed over.
	private static @Nullable VerificationKey read(Map<?, ?> members) {
		try {
			JWK jwk = JWK.parse(JSONObjectUtils.toJSONString(stringKeys(members)));
			return VerificationKey.of(jwk);
		}
		catch (ParseException | IllegalArgumentException ex) {
			return null;
		}
	}

	private static Map<String, ?> stringKeys(Map<?, ?> members) {
		Map<String, Object> copy = new LinkedHashMap<>();
		members.forEach((name, value) -> copy.put(String.valueOf(name), value));
		return copy;
	}

	private long now() {
		return this.nanoTime.getAsLong();
	}

	@Override
	public String toString() {
		Keys keys = this.current;
		return "JwkSetSource[keys=" + ((keys != null) ? keys.keys().size() : 0) + "]";
	}

	// The last fetch for a key that was not there counts apart from those because of age.
	private record Keys(List<VerificationKey> keys, long fetchedAt, long triedAt, @Nullable Long searchedAt) {

		List<VerificationKey> matching(JWSHeader header) {
			return this.keys.stream().filter((key) -> key.matches(header)).toList();
		}

		// Keys that could not be fetched anew stand in for a minute at a time.
		boolean isFresh(long now) {
			return now - this.fetchedAt < FRESH.toNanos()
					|| (isUsable(now) && now - this.triedAt < BETWEEN_FETCHES.toNanos());
		}

		boolean isUsable(long now) {
			return now - this.fetchedAt < USABLE.toNanos();
		}

		boolean maySearch(long now) {
			return this.searchedAt == null || now - this.searchedAt >= BETWEEN_FETCHES.toNanos();
		}

	}

}
