package io.github.oidcgrants.boot.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;

/**
 * Says which keys are unknown and which there are. Spring Boot's own analysis would print
 * the values too, and a misspelt {@code client-secret} has one that must not be printed.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(OidcGrantsProperties.PREFIX);

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
		Set<ConfigurationProperty> unknown = cause.getUnboundProperties();
		if (!unknown.stream().map(ConfigurationProperty::getName).allMatch(PREFIX::isAncestorOf)) {
			return null;
		}
		String description = unknown.stream()
			.map(UnknownPropertyFailureAnalyzer::describe)
			.collect(Collectors.joining(System.lineSeparator()));
		String action = unknown.stream()
			.map((property) -> known(property.getName()))
			.distinct()
			.collect(Collectors.joining(System.lineSeparator()));
		return new FailureAnalysis(description, action, cause);
	}

	private static String describe(ConfigurationProperty property) {
		String origin = (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return "The property '" + property.getName() + "' is unknown, or has a value of the wrong shape" + origin + ".";
	}

	private static String known(ConfigurationPropertyName name) {
		Class<?> type = OidcGrantsProperties.class;
		int depth = 1;
		while (depth + 1 < name.getNumberOfElements()) {
			RecordComponent component = component(type, name.getElement(depth, Form.UNIFORM));
			ResolvableType inner = ResolvableType.forType((component != null) ? component.getGenericType() : null);
			boolean map = Map.class.isAssignableFrom(inner.toClass());
			Class<?> below = map ? inner.getGeneric(1).toClass() : inner.toClass();
			int next = depth + (map ? 2 : 1);
			if (!below.isRecord() || next >= name.getNumberOfElements()) {
				break;
			}
			type = below;
			depth = next;
		}
		return "Remove it, or " + keys(name.chop(depth), type);
	}

	/**
	 * {@return what may be written under a property}
	 */
	static String keys(ConfigurationPropertyName name, Class<?> type) {
		return "write one of these under '" + name + "': "
				+ Arrays.stream(type.getRecordComponents())
					.map(RecordComponent::getName)
					.map(DataObjectPropertyName::toDashedForm)
					.collect(Collectors.joining(", "))
				+ ".";
	}

	private static @Nullable RecordComponent component(Class<?> type, String element) {
		return Arrays.stream(type.getRecordComponents())
			.filter((component) -> component.getName().toLowerCase(Locale.ROOT).equals(element))
			.findFirst()
			.orElse(null);
	}

}
