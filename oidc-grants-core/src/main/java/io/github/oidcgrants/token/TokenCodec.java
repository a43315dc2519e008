package io.github.oidcgrants.token;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * Turns token responses into bytes and back, for a store outside this process.
 * <p>
 * The first byte is the version, 1. What follows is a JSON object: {@code members}, the
 * server's answer as it was; {@code issued_at}, when the request was sent, from which the
 * lifetime counts; {@code dpop_jkt}, the thumbprint of the key that the access token is
 * bound to; {@code claims} and their times, as they were validated. In claims an instant
 * is an object with the one member {@code $instant}. The bytes are as secret as the
 * tokens.
 */
public final class TokenCodec {

	private static final byte VERSION = 1;

	private static final String MEMBERS = "members";

	private static final String ISSUED_AT = "issued_at";

	private static final String DPOP_JKT = "dpop_jkt";

	private static final String CLAIMS = "claims";

	private static final String CLAIMS_ISSUED_AT = "claims_iat";

	private static final String CLAIMS_EXPIRE_AT = "claims_exp";

	private static final String INSTANT = "$instant";

	private static final Set<Class<?>> PLAIN = Set.of(String.class, Boolean.class, Integer.class, Long.class,
			BigInteger.class, BigDecimal.class);

	private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT = new TypeReference<>() {
	};

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private TokenCodec() {
	}

	/**
	 * Encodes a response.
	 * @param token the response
	 * @return the bytes, as secret as the tokens; {@code null} if something in the
	 * response would not come back as it is
	 */
	public static byte @Nullable [] encode(TokenEndpointResponse token) {
		try {
			byte[] json = MAPPER.writeValueAsBytes(object(token));
			byte[] bytes = ByteBuffer.allocate(json.length + 1).put(VERSION).put(json).array();
			return isSame(token, decode(bytes, InstantSource.system())) ? bytes : null;
		}
		catch (JacksonException | IllegalArgumentException ex) {
			return null;
		}
	}

	private static Map<String, @Nullable Object> object(TokenEndpointResponse token) {
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		object.put(MEMBERS, token.members());
		object.put(ISSUED_AT, token.issuedAt().toString());
		object.put(DPOP_JKT, token.dpopThumbprint());
		OidcIdToken claims = token.claims();
		if (claims != null) {
			object.put(CLAIMS, marked(claims.getClaims()));
			object.put(CLAIMS_ISSUED_AT, text(claims.getIssuedAt()));
			object.put(CLAIMS_EXPIRE_AT, text(claims.getExpiresAt()));
		}
		return object;
	}

	private static boolean isSame(TokenEndpointResponse one, TokenEndpointResponse other) {
		return one.members().equals(other.members()) && one.issuedAt().equals(other.issuedAt())
				&& Objects.equals(one.dpopThumbprint(), other.dpopThumbprint()) && isSame(one.claims(), other.claims());
	}

	private static boolean isSame(@Nullable OidcIdToken one, @Nullable OidcIdToken other) {
		if (one == null || other == null) {
			return one == null && other == null;
		}
		return one.getTokenValue().equals(other.getTokenValue()) && one.getClaims().equals(other.getClaims())
				&& Objects.equals(one.getIssuedAt(), other.getIssuedAt())
				&& Objects.equals(one.getExpiresAt(), other.getExpiresAt());
	}

	private static @Nullable String text(@Nullable Instant instant) {
		return (instant != null) ? instant.toString() : null;
	}

	private static @Nullable Object marked(@Nullable Object value) {
		if (value instanceof Instant instant) {
			return Map.of(INSTANT, instant.toString());
		}
		if (value instanceof Map<?, ?> map) {
			Map<String, @Nullable Object> marked = new LinkedHashMap<>();
			map.forEach((name, element) -> marked.put(String.valueOf(name), marked(element)));
			return marked;
		}
		if (value instanceof List<?> list) {
			List<@Nullable Object> marked = new ArrayList<>();
			list.forEach((element) -> marked.add(marked(element)));
			return marked;
		}
		if (value == null || PLAIN.contains(value.getClass())) {
			return value;
		}
		throw new IllegalArgumentException("A claim is no type of JSON");
	}

	/**
	 * Decodes a response.
	 * @param bytes what {@link #encode(TokenEndpointResponse)} made
	 * @param clock tells the time left
	 * @return the response
	 * @throws IllegalArgumentException if the bytes are of another version, or no such
	 * response; its message holds nothing of them
	 */
	public static TokenEndpointResponse decode(byte[] bytes, InstantSource clock) {
		if (bytes.length == 0 || bytes[0] != VERSION) {
			throw new IllegalArgumentException("It is not of version " + VERSION);
		}
		try {
			Map<String, @Nullable Object> object = MAPPER.readValue(bytes, 1, bytes.length - 1, OBJECT);
			return decode(object, clock);
		}
		catch (JacksonException | GrantException | ClassCastException | DateTimeParseException
				| NullPointerException ex) {
			// The message of the cause may hold a part of it.
			throw new IllegalArgumentException("It is not a token response");
		}
	}

	private static TokenEndpointResponse decode(Map<String, @Nullable Object> object, InstantSource clock) {
		Map<String, @Nullable Object> members = object(object.get(MEMBERS));
		Function<String, GrantException> malformed = GrantException::misconfigured;
		TokenEndpointResponse token = TokenEndpointResponse.of(members, members.get("issued_token_type") != null,
				instant(object.get(ISSUED_AT)), clock, malformed);
		Object thumbprint = object.get(DPOP_JKT);
		if ("dpop".equals(token.tokenType()) != (thumbprint != null)) {
			throw new IllegalArgumentException("Its binding is lost");
		}
		if (thumbprint != null) {
			token = token.boundTo((String) thumbprint);
		}
		String idToken = token.idToken();
		Object claims = object.get(CLAIMS);
		if ((idToken != null) != (claims != null)) {
			throw new IllegalArgumentException("Its claims are lost");
		}
		if (idToken == null) {
			return token;
		}
		return token.withClaims(new OidcIdToken(idToken, instant(object.get(CLAIMS_ISSUED_AT)),
				instant(object.get(CLAIMS_EXPIRE_AT)), claims(claims)));
	}

	private static Map<String, Object> claims(@Nullable Object value) {
		Map<String, Object> claims = new LinkedHashMap<>();
		object(value).forEach((name, claim) -> claims.put(name, Objects.requireNonNull(unmarked(claim))));
		return claims;
	}

	private static @Nullable Object unmarked(@Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			if (map.size() == 1 && map.get(INSTANT) instanceof String instant) {
				return Instant.parse(instant);
			}
			Map<String, @Nullable Object> unmarked = new LinkedHashMap<>();
			map.forEach((name, element) -> unmarked.put(String.valueOf(name), unmarked(element)));
			return unmarked;
		}
		if (value instanceof List<?> list) {
			List<@Nullable Object> unmarked = new ArrayList<>();
			list.forEach((element) -> unmarked.add(unmarked(element)));
			return unmarked;
		}
		return value;
	}

	private static Map<String, @Nullable Object> object(@Nullable Object value) {
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		((Map<?, ?>) Objects.requireNonNull(value)).forEach((name, member) -> object.put((String) name, member));
		return object;
	}

	private static Instant instant(@Nullable Object value) {
		return Instant.parse((String) Objects.requireNonNull(value));
	}

}
