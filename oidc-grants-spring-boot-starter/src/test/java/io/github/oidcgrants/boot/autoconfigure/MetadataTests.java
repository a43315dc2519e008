package io.github.oidcgrants.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What IDEs know about the properties.
 */
class MetadataTests {

	private static final String MAIN = "/META-INF/spring-configuration-metadata.json";

	@Test
	void every_property_has_a_description() {
		assertThat(properties(MAIN, "oidc-grants.")).containsOnlyKeys("registration", "provider",
				"http.connect-timeout", "http.timeout", "http.allow-insecure-requests");
		assertDescribed(MAIN, "oidc-grants.", "http.", OidcGrantsProperties.Http.class);
		for (Class<?> type : List.of(OidcGrantsProperties.Registration.class, OidcGrantsProperties.Provider.class)) {
			assertDescribed("/META-INF/spring/configuration-metadata/" + type.getName() + ".json", "", "", type);
		}
	}

	@Test
	void what_has_a_default_says_which() {
		Map<String, JsonNode> main = properties(MAIN, "oidc-grants.");
		assertThat(main.get("http.connect-timeout").get("defaultValue").asString()).isEqualTo("5s");
		assertThat(main.get("http.timeout").get("defaultValue").asString()).isEqualTo("30s");
		assertThat(main.get("http.allow-insecure-requests").get("defaultValue").asBoolean()).isFalse();
	}

	@Test
	void methods_and_grants_are_suggested() {
		assertThat(read(MAIN).get("hints")
			.valueStream()
			.flatMap((hint) -> hint.get("values").valueStream())
			.map((value) -> value.get("value").asString()))
			.containsExactlyInAnyOrder("client_secret_basic", "client_secret_post", "none", "client_credentials");
	}

	private static void assertDescribed(String resource, String prefix, String group, Class<?> type) {
		Map<String, JsonNode> properties = properties(resource, prefix);
		assertThat(Arrays.stream(type.getRecordComponents())
			.map(RecordComponent::getName)
			.map((name) -> group + DataObjectPropertyName.toDashedForm(name))).isNotEmpty()
			.allSatisfy((name) -> assertThat(properties.get(name).get("description").asString()).endsWith("."));
	}

	private static Map<String, JsonNode> properties(String resource, String prefix) {
		Map<String, JsonNode> properties = new HashMap<>();
		read(resource).get("properties")
			.valueStream()
			.filter((property) -> property.get("name").asString().startsWith(prefix))
			.forEach(
					(property) -> properties.put(property.get("name").asString().substring(prefix.length()), property));
		return properties;
	}

	private static JsonNode read(String resource) {
		try (InputStream in = MetadataTests.class.getResourceAsStream(resource)) {
			return JsonMapper.shared().readTree(in);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
