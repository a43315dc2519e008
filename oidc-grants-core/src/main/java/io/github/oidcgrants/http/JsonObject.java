package io.github.oidcgrants.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a JSON object (RFC 8259) from bytes that nobody vouches for: UTF-8 only, no
 * member twice, nothing after the object, nesting bounded, and every number exact.
 */
public final class JsonObject {

	private static final int MAX_DEPTH = 64;

	private static final TypeReference<LinkedHashMap<String, @Nullable Object>> TYPE = new TypeReference<>() {
	};

	private static final TypeReference<List<@Nullable Object>> ARRAY = new TypeReference<>() {
	};

	private static final JsonMapper MAPPER = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.build())
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final ObjectReader READER = MAPPER.readerFor(TYPE);

	private static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.nativeOrder());

	private static final long ONES = 0x0101010101010101L;

	private static final long HIGH_BITS = 0x8080808080808080L;

	private JsonObject() {
	}

	/**
	 * Reads an object.
	 * @param body the bytes
	 * @return its members, as JSON's types are in Java
	 * @throws NotJsonException if they are no JSON object
	 */
	public static Map<String, @Nullable Object> parse(byte[] body) throws NotJsonException {
		try {
			Map<String, @Nullable Object> object = read(body);
			if (object == null) {
				throw new NotJsonException("its body is not a JSON object");
			}
			return object;
		}
		catch (JacksonException ex) {
			throw new NotJsonException("its body is not a JSON object" + where(ex.getLocation()));
		}
	}

	private static @Nullable Map<String, @Nullable Object> read(byte[] body) throws NotJsonException {
		if (isPlain(body)) {
			return READER.readValue(body);
		}
		String text = text(body);
		if (text.isBlank()) {
			throw new NotJsonException("its body is empty");
		}
		return READER.readValue(text);
	}

	// Most bodies are plain ASCII, which the parser reads fastest as it came. All others
	// are decoded first: the parser would guess another encoding, and let broken UTF-8
	// pass.
	private static boolean isPlain(byte[] body) {
		if (body.length == 0 || body[0] != '{') {
			return false;
		}
		int i = 0;
		for (; i <= body.length - Long.BYTES; i += Long.BYTES) {
			long eight = (long) EIGHT_BYTES.get(body, i);
			// The high bit of a byte is set if it is not ASCII, and by the subtraction if
			// it is 0.
			if (((eight | (eight - ONES)) & HIGH_BITS) != 0) {
				return false;
			}
		}
		for (; i < body.length; i++) {
			if (body[i] <= 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Reads an array.
	 * @param text the text
	 * @return its elements, as JSON's types are in Java; {@code null} if it is no JSON
	 * array
	 */
	public static @Nullable List<@Nullable Object> parseArray(String text) {
		try {
			return MAPPER.readValue(text, ARRAY);
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private static String text(byte[] body) throws NotJsonException {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
			return text.startsWith("\uFEFF") ? text.substring(1) : text;
		}
		catch (CharacterCodingException ex) {
			throw new NotJsonException("its body is not UTF-8");
		}
	}

	// Only where, never what: the parser's own message quotes the body.
	private static String where(@Nullable TokenStreamLocation location) {
		return (location != null) ? " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")" : "";
	}

}
