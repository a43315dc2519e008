package io.github.oidcgrants.idtoken;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * The claims of an ID token, and the rules that they must keep (OpenID Connect Core 1.0
 * sections 2, 3.1.3.7 and 12.2).
 */
final class IdTokenClaims {

	private static final String NOT_BEFORE = "nbf";

	private static final String TENANT = "tid";

	private static final String AUTH_REQ_ID = "urn:openid:params:jwt:claim:auth_req_id";

	private final Map<String, @Nullable Object> claims;

	IdTokenClaims(Map<String, @Nullable Object> claims) {
		this.claims = claims;
	}

	OidcIdToken check(String token, IdTokenExpectation expected, IdTokenRules rules, JWSAlgorithm algorithm,
			Instant now) {
		checkIssuer(expected);
		checkAudience(expected.clientId());
		Instant expiresAt = requiredInstant(IdTokenClaimNames.EXP);
		Instant issuedAt = requiredInstant(IdTokenClaimNames.IAT);
		checkTimes(expiresAt, issuedAt, rules, now);
		requiredText(IdTokenClaimNames.SUB);
		checkAccessTokenHash(expected.accessToken(), algorithm);
		if (expected.nonce() != null) {
			checkEcho(IdTokenClaimNames.NONCE, expected.nonce(), true);
		}
		checkEcho(AUTH_REQ_ID, expected.authReqId(), false);
		if (expected.previous() != null) {
			checkSame(expected.previous());
		}
		return new OidcIdToken(token, issuedAt, expiresAt, asSpringHasThem());
	}

	private void checkIssuer(IdTokenExpectation expected) {
		String issuer = requiredText(IdTokenClaimNames.ISS);
		String wanted = expected.issuer();
		if (wanted.contains(IdTokenExpectation.TENANT)) {
			String tenant = requiredText(TENANT);
			if (!expected.tenants().contains(tenant)) {
				throw IdTokenRefused
					.because("its tenant " + IdTokenRefused.quote(tenant) + " is not on the list (provider tenants)");
			}
			wanted = wanted.replace(IdTokenExpectation.TENANT, tenant);
		}
		if (!wanted.equals(issuer)) {
			throw IdTokenRefused.because("its issuer is " + IdTokenRefused.quote(issuer) + ", not '" + wanted + "'");
		}
	}

	private void checkAudience(String clientId) {
		List<String> audience = audience();
		if (!audience.contains(clientId)) {
			throw IdTokenRefused.because(
					"its audience is " + IdTokenRefused.quote(audience) + ", without the client '" + clientId + "'");
		}
		if (audience.size() > 1 && !clientId.equals(requiredText(IdTokenClaimNames.AZP))) {
			throw IdTokenRefused.because("it has several audiences and was issued to "
					+ IdTokenRefused.quote(get(IdTokenClaimNames.AZP)) + ", not to the client '" + clientId + "'");
		}
	}

	private List<String> audience() {
		Object value = get(IdTokenClaimNames.AUD);
		List<?> values = (value instanceof List<?> list) ? list : Arrays.asList(value);
		if (values.isEmpty() || !values.stream().allMatch((v) -> v instanceof String text && !text.isEmpty())) {
			throw IdTokenRefused.because("its aud is neither a text nor a list of texts");
		}
		return values.stream().map(String.class::cast).toList();
	}

	private void checkTimes(Instant expiresAt, Instant issuedAt, IdTokenRules rules, Instant now) {
		Duration tolerance = rules.tolerance();
		if (!now.isBefore(expiresAt.plus(tolerance))) {
			throw IdTokenRefused.because("it expired at " + expiresAt + ", and now it is " + now);
		}
		if (!expiresAt.isAfter(issuedAt)) {
			throw IdTokenRefused
				.because("it expires at " + expiresAt + ", no later than it was issued, at " + issuedAt);
		}
		requireNotAfter(IdTokenClaimNames.IAT, issuedAt, now.plus(tolerance), now);
		if (issuedAt.isBefore(now.minus(rules.maxAge()).minus(tolerance))) {
			throw IdTokenRefused.because(
					"it was issued at " + issuedAt + ", longer ago than " + rules.maxAge() + " (id-token.max-age)");
		}
		for (String name : List.of(NOT_BEFORE, IdTokenClaimNames.AUTH_TIME)) {
			if (get(name) != null) {
				requireNotAfter(name, requiredInstant(name), now.plus(tolerance), now);
			}
		}
	}

	private static void requireNotAfter(String name, Instant value, Instant latest, Instant now) {
		if (value.isAfter(latest)) {
			throw IdTokenRefused
				.because("its " + name + " is " + value + ", and now it is only " + now + " (id-token.clock-skew)");
		}
	}

	private void checkAccessTokenHash(String accessToken, JWSAlgorithm algorithm) {
		if (get(IdTokenClaimNames.AT_HASH) == null) {
			return;
		}
		byte[] hash = hash(algorithm, accessToken);
		String wanted = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, hash.length / 2));
		if (!wanted.equals(requiredText(IdTokenClaimNames.AT_HASH))) {
			throw IdTokenRefused.because("its at_hash is not that of the access token beside it");
		}
	}

	private static byte[] hash(JWSAlgorithm algorithm, String text) {
		String name = algorithm.getName();
		String hash = name.endsWith("256") ? "SHA-256" : name.endsWith("384") ? "SHA-384" : "SHA-512";
		try {
			return MessageDigest.getInstance(hash).digest(text.getBytes(StandardCharsets.US_ASCII));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has the SHA-2 family", ex);
		}
	}

	private void checkEcho(String name, @Nullable String sent, boolean required) {
		Object value = get(name);
		if ((required || value != null) && !Objects.equals(sent, value)) {
			throw IdTokenRefused.because("its " + name + " is not the one of this request");
		}
	}

	private void checkSame(OidcIdToken previous) {
		boolean same = Objects.equals(previous.getClaimAsString(IdTokenClaimNames.ISS), get(IdTokenClaimNames.ISS))
				&& Objects.equals(previous.getSubject(), get(IdTokenClaimNames.SUB))
				&& audience().containsAll(previous.getAudience());
		if (!same) {
			throw IdTokenRefused.because("its iss, sub or aud is not that of the ID token before the refresh");
		}
		if (previous.getNonce() != null) {
			checkEcho(IdTokenClaimNames.NONCE, previous.getNonce(), false);
		}
	}

	private Map<String, Object> asSpringHasThem() {
		Map<String, Object> converted = new LinkedHashMap<>();
		this.claims.forEach((name, value) -> {
			if (value != null) {
				converted.put(name, value);
			}
		});
		converted.put(IdTokenClaimNames.AUD, audience());
		for (String name : List.of(IdTokenClaimNames.EXP, IdTokenClaimNames.IAT, NOT_BEFORE,
				IdTokenClaimNames.AUTH_TIME)) {
			converted.computeIfPresent(name, (n, v) -> requiredInstant(n));
		}
		return converted;
	}

	private Instant requiredInstant(String name) {
		Object value = get(name);
		// What is further away than that is no time, and would be cut when it is
		// converted.
		if (!(value instanceof Number seconds) || !(Math.abs(seconds.doubleValue()) < 1e12)) {
			throw missing(name, "number of seconds");
		}
		return Instant.ofEpochSecond(seconds.longValue());
	}

	private String requiredText(String name) {
		if (get(name) instanceof String text && !text.isEmpty()) {
			return text;
		}
		throw missing(name, "text");
	}

	private GrantException missing(String name, String type) {
		return IdTokenRefused.because((get(name) == null) ? "it has no " + name : "its " + name + " is no " + type);
	}

	private @Nullable Object get(String name) {
		return this.claims.get(name);
	}

	@Override
	public String toString() {
		return "IdTokenClaims" + this.claims.keySet();
	}

}
