package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * Where a property stands, to name it when its value cannot work.
 *
 * @param name the full name
 */
record Property(String name) {

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9_.-]+)}");

	static final Property ROOT = new Property(OidcGrantsProperties.PREFIX);

	Property child(String child) {
		return new Property(this.name + "." + child);
	}

	InvalidPropertyException invalid(String problem, String action) {
		return new InvalidPropertyException(this.name, problem, action);
	}

	/**
	 * Runs what the core checks by itself, and names the property if it refuses.
	 */
	<T> T check(Supplier<T> step, String action) {
		try {
			return step.get();
		}
		catch (GrantException ex) {
			// The name is said anyway.
			String message = String.valueOf(ex.getMessage()).replace(" (" + this.name + ")", "");
			throw invalid(message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1), action);
		}
	}

	@Nullable Duration positive(@Nullable Duration duration) {
		if (duration != null && (duration.isNegative() || duration.isZero())) {
			throw invalid("it must be longer than nothing, not " + duration, "Set a positive duration, such as 5s");
		}
		return duration;
	}

	int positive(int number) {
		if (number < 1) {
			throw invalid("it must be at least 1, not " + number, "Set a positive number, or leave it out");
		}
		return number;
	}

	@Nullable String notBlank(@Nullable String value) {
		if (value != null && value.isBlank()) {
			throw invalid("it is blank", "Set it, or leave it out");
		}
		return resolved(value);
	}

	/**
	 * Refuses a placeholder that nothing filled in: it would be sent as it stands.
	 */
	@Nullable String resolved(@Nullable String value) {
		Matcher placeholder = (value != null) ? PLACEHOLDER.matcher(value) : null;
		if (placeholder != null && placeholder.find()) {
			throw invalid("nothing gives the placeholder ${" + placeholder.group(1) + "} a value",
					"Set the property or environment variable " + placeholder.group(1));
		}
		return value;
	}

}
