package io.github.oidcgrants.managed;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns entries into bytes and back. The first byte is the version, 1; what follows is a
 * JSON object. An access token that would not come back as it is, or cannot be read, is
 * left out: another one can be had.
 */
final class ManagedEntryCodec {

	private static final byte VERSION = 1;

	private static final String REFRESH_TOKEN = "refresh_token";

	private static final String DPOP_JKT = "dpop_jkt";

	private static final String IDENTITY = "identity";

	private static final String SINCE = "since";

	private static final String TOKENS = "tokens";

	private static final String LOST = "lost";

	private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT = new TypeReference<>() {
	};

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private ManagedEntryCodec() {
	}

	static byte[] encode(ManagedEntry entry) {
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		object.put(REFRESH_TOKEN, entry.refreshToken());
		object.put(DPOP_JKT, entry.dpopThumbprint());
		object.put(IDENTITY, entry.identity());
		object.put(SINCE, entry.since().toString());
		object.put(TOKENS, encode(entry.tokens()));
		object.put(LOST, entry.isLost());
		byte[] json = MAPPER.writeValueAsBytes(object);
		return ByteBuffer.allocate(json.length + 1).put(VERSION).put(json).array();
	}

	private static Map<String, String> encode(Map<String, TimedToken> tokens) {
		Map<String, String> encoded = new LinkedHashMap<>();
		tokens.forEach((variant, token) -> {
			byte[] bytes = TokenCodec.encode(token.token());
			if (bytes != null) {
				encoded.put(variant, Base64.getEncoder().encodeToString(bytes));
			}
		});
		return encoded;
	}

	/**
	 * Decodes an entry.
	 * @throws IllegalArgumentException if the bytes are of another version, or no entry;
	 * its message holds nothing of them
	 */
	static ManagedEntry decode(byte[] bytes, ManagedClockwork clockwork) {
		if (bytes.length == 0 || bytes[0] != VERSION) {
			throw new IllegalArgumentException("it is not of version " + VERSION);
		}
		try {
			return decode(MAPPER.readValue(bytes, 1, bytes.length - 1, OBJECT), clockwork);
		}
		catch (JacksonException | ClassCastException | NullPointerException | DateTimeParseException ex) {
			// The message of the cause may hold a part of it.
			throw new IllegalArgumentException("it is not an entry");
		}
	}

	private static ManagedEntry decode(Map<String, @Nullable Object> object, ManagedClockwork clockwork) {
		String refreshToken = text(object.get(REFRESH_TOKEN));
		if (refreshToken.isBlank()) {
			throw new IllegalArgumentException("it holds no refresh token");
		}
		Object thumbprint = object.get(DPOP_JKT);
		Object identity = object.get(IDENTITY);
		return new ManagedEntry(refreshToken, (thumbprint != null) ? text(thumbprint) : null,
				(identity != null) ? identity(identity) : null, Instant.parse(text(object.get(SINCE))),
				tokens(object.get(TOKENS), clockwork), (Boolean) Objects.requireNonNull(object.get(LOST)));
	}

	private static Map<String, Object> identity(Object value) {
		Map<String, Object> identity = new LinkedHashMap<>();
		((Map<?, ?>) value).forEach((name, claim) -> identity.put(text(name),
				(claim instanceof List<?> list) ? list.stream().map(ManagedEntryCodec::text).toList() : text(claim)));
		if (!(identity.get("aud") instanceof List)) {
			throw new IllegalArgumentException("it does not say whose it is");
		}
		return identity;
	}

	private static Map<String, TimedToken> tokens(@Nullable Object value, ManagedClockwork clockwork) {
		Map<String, TimedToken> tokens = new LinkedHashMap<>();
		((Map<?, ?>) Objects.requireNonNull(value)).forEach((variant, encoded) -> {
			try {
				tokens.put(text(variant), clockwork
					.timed(TokenCodec.decode(Base64.getDecoder().decode(text(encoded)), clockwork.clock())));
			}
			catch (IllegalArgumentException ex) {
				// Of another version, perhaps.
			}
		});
		return tokens;
	}

	private static String text(@Nullable Object value) {
		return (String) Objects.requireNonNull(value);
	}

}
