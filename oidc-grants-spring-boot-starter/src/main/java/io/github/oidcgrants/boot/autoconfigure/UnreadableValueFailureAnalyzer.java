package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConversionException;
import org.springframework.util.ClassUtils;

/**
 * Says which property has a value that is not of its kind, and what would be. Spring
 * Boot's own analysis would name types of Java, and print the value, which may be a
 * secret in the wrong line.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnreadableValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(OidcGrantsProperties.PREFIX);

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		boolean own = PREFIX.equals(cause.getName()) || PREFIX.isAncestorOf(cause.getName());
		if (!own || !(cause.getCause() instanceof ConversionException)) {
			return null;
		}
		ConfigurationProperty property = cause.getProperty();
		String origin = (property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return new FailureAnalysis(
				"The property '" + cause.getName() + "' has a value that cannot be read" + origin + ".",
				action(cause.getName(), ClassUtils.resolvePrimitiveIfNecessary(cause.getTarget().getType().toClass())),
				cause);
	}

	private static String action(ConfigurationPropertyName name, Class<?> type) {
		if (type.isRecord()) {
			return "It has keys of its own: " + UnknownPropertyFailureAnalyzer.keys(name, type);
		}
		return Map.class.isAssignableFrom(type) ? "It has names and values of its own: write them under '" + name + "'."
				: "Set it to " + kind(type) + ".";
	}

	private static String kind(Class<?> type) {
		if (type == Duration.class) {
			return "a duration, such as 30s, 5m or PT1H";
		}
		if (type == Boolean.class) {
			return "true or false";
		}
		if (type.isEnum()) {
			return Arrays.stream(type.getEnumConstants())
				.map((constant) -> constant.toString().toLowerCase(Locale.ROOT))
				.collect(Collectors.joining(" or "));
		}
		return Number.class.isAssignableFrom(type) ? "a number" : "what the README's list of properties says";
	}

}
