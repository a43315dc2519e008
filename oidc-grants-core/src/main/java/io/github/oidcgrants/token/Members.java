package io.github.oidcgrants.token;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * Reads the members of an answer, each as RFC 6749 appendix A has it. A {@code null}
 * counts as absent, and so does an optional text that is empty.
 */
public final class Members {

	private static final Set<String> TOKEN_TYPES = Set.of("bearer", "dpop");

	private static final String NOT_APPLICABLE = "n_a";

	private static final Pattern DECIMAL = Pattern.compile("\\d{1,40}(\\.\\d{1,40})?");

	private static final BigDecimal LONGEST_LIFETIME = BigDecimal.valueOf(Duration.ofDays(3650).toSeconds());

	private final Map<String, @Nullable Object> body;

	private final Function<String, GrantException> malformed;

	/**
	 * Begins to read.
	 * @param body the members of the JSON object that the server sent
	 * @param malformed creates the exception for a member that breaks the specification,
	 * from the end of a sentence that says how
	 */
	public Members(Map<String, @Nullable Object> body, Function<String, GrantException> malformed) {
		this.body = body;
		this.malformed = malformed;
	}

	String tokenType(boolean tokenExchange) {
		String type = required(OAuth2ParameterNames.TOKEN_TYPE).toLowerCase(Locale.ROOT);
		if (!TOKEN_TYPES.contains(type) && !(tokenExchange && NOT_APPLICABLE.equals(type))) {
			throw this.malformed.apply("its token_type is none that this client can use (Bearer, DPoP)");
		}
		return type;
	}

	/**
	 * {@return a text that must be there}
	 * @param name its name
	 */
	public String required(String name) {
		return present(name, optional(name));
	}

	/**
	 * {@return a member that must be there}
	 * @param <T> its type
	 * @param name its name
	 * @param value what was read
	 */
	public <T> T present(String name, @Nullable T value) {
		if (value == null) {
			throw this.malformed.apply("it has no " + name);
		}
		return value;
	}

	/**
	 * {@return a text, or {@code null} if it is absent}
	 * @param name its name
	 */
	public @Nullable String optional(String name) {
		Object value = this.body.get(name);
		if (value == null || "".equals(value)) {
			return null;
		}
		if (!(value instanceof String text)) {
			throw this.malformed.apply(name + " is not a string");
		}
		// RFC 6749 appendix A. A token goes into a header as it is.
		if (!isPrintableAscii(text)) {
			throw this.malformed.apply(name + " has characters outside printable ASCII");
		}
		return text;
	}

	private static boolean isPrintableAscii(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < 0x20 || c > 0x7E) {
				return false;
			}
		}
		return true;
	}

	/**
	 * {@return a number of seconds, or its text, without fractions and at most ten years;
	 * {@code null} if it is absent}
	 * @param name its name
	 */
	public @Nullable Duration seconds(String name) {
		BigDecimal seconds = number(name);
		return (seconds != null) ? Duration.ofSeconds(seconds.longValue()) : null;
	}

	/**
	 * {@return a number of seconds to wait, or its text, a fraction counted as a whole
	 * and at most ten years; {@code null} if it is absent}
	 * @param name its name
	 */
	public @Nullable Duration pause(String name) {
		BigDecimal seconds = number(name);
		if (seconds == null) {
			return null;
		}
		long whole = seconds.longValue();
		return Duration.ofSeconds((seconds.compareTo(BigDecimal.valueOf(whole)) > 0) ? whole + 1 : whole);
	}

	private @Nullable BigDecimal number(String name) {
		Object value = this.body.get(name);
		if (value == null) {
			return null;
		}
		BigDecimal seconds = decimal(value);
		if (seconds == null || seconds.signum() < 0) {
			throw this.malformed.apply(name + " is not a number of seconds");
		}
		// Compared first: a number of a billion digits must not be written out.
		return (seconds.compareTo(LONGEST_LIFETIME) >= 0) ? LONGEST_LIFETIME : seconds;
	}

	private static @Nullable BigDecimal decimal(Object value) {
		if (value instanceof Integer || value instanceof Long) {
			return BigDecimal.valueOf(((Number) value).longValue());
		}
		if (value instanceof BigInteger integer) {
			return new BigDecimal(integer);
		}
		if (value instanceof String text && DECIMAL.matcher(text).matches()) {
			return new BigDecimal(text);
		}
		return (value instanceof BigDecimal decimal) ? decimal : null;
	}

	@Override
	public String toString() {
		return "Members" + this.body.keySet();
	}

}
