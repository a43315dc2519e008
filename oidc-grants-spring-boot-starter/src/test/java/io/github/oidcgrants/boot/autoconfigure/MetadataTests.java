package io.github.oidcgrants.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
				"http.connect-timeout", "http.timeout", "http.allow-insecure-requests", "http.ssl.bundle",
				"polling.max-concurrent-requests", "ciba.notification-path", "crypto-provider");
		assertDescribed(MAIN, "oidc-grants.", "http.", OidcGrantsProperties.Http.class);
		assertDescribed(MAIN, "oidc-grants.", "polling.", OidcGrantsProperties.Polling.class);
		assertDescribed(MAIN, "oidc-grants.", "ciba.", OidcGrantsProperties.Notifications.class);
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
		assertThat(main.get("polling.max-concurrent-requests").get("defaultValue").asInt()).isEqualTo(64);
		assertThat(main.get("ciba.notification-path").get("defaultValue").asString()).isEqualTo("/oidc-grants/ciba");
		Map<String, JsonNode> registration = properties("/META-INF/spring/configuration-metadata/"
				+ OidcGrantsProperties.Registration.class.getName() + ".json", "ciba.");
		assertThat(registration.get("token-delivery-mode").get("defaultValue").asString()).isEqualTo("poll");
		assertThat(registration.get("request.lifetime").get("defaultValue").asString()).isEqualTo("5m");
	}

	@Test
	void methods_grants_and_algorithms_are_suggested() {
		assertThat(suggested("client-authentication-method")).containsExactly("client_secret_basic",
				"client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth",
				"self_signed_tls_client_auth", "none");
		assertThat(suggested("authorization-grant-type")).hasSize(6)
			.contains("client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
					"urn:openid:params:grant-type:ciba");
		assertThat(suggested("ciba.token-delivery-mode")).containsExactly("poll", "ping");
		assertThat(suggested("ciba.request.algorithm")).contains("ES256").noneMatch((name) -> name.startsWith("HS"));
		assertThat(suggested("client-assertion.audience")).containsExactly("issuer", "endpoint");
		for (String name : List.of("client-assertion.algorithm", "dpop.algorithm", "id-token.signature-algorithm")) {
			assertThat(suggested(name)).contains("RS256", "ES256", "EdDSA");
		}
	}

	private static List<String> suggested(String name) {
		return read(MAIN).get("hints")
			.valueStream()
			.filter((hint) -> hint.get("name").asString().equals("oidc-grants.registration.*." + name))
			.flatMap((hint) -> hint.get("values").valueStream())
			.map((value) -> value.get("value").asString())
			.toList();
	}

	private static void assertDescribed(String resource, String prefix, String group, Class<?> type) {
		Map<String, JsonNode> properties = properties(resource, prefix);
		assertThat(names(group, type)).isNotEmpty()
			.allSatisfy((name) -> assertThat(properties.get(name).get("description").asString()).endsWith("."));
	}

	private static Stream<String> names(String group, Class<?> type) {
		return Arrays.stream(type.getRecordComponents()).flatMap((component) -> {
			String name = group + DataObjectPropertyName.toDashedForm(component.getName());
			return component.getType().isRecord() ? names(name + ".", component.getType()) : Stream.of(name);
		});
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
