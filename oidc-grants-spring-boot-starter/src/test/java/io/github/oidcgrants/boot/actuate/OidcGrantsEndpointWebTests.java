package io.github.oidcgrants.boot.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.StubServer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

class OidcGrantsEndpointWebTests {

	@Test
	void its_answers_over_http_hold_no_secret() throws Exception {
		String prefix = "oidc-grants.registration.payments.";
		try (StubServer server = StubServer.start();
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.web(WebApplicationType.SERVLET)
					.properties("server.address=127.0.0.1", "server.port=0", "spring.main.banner-mode=off",
							"management.endpoints.web.exposure.include=*", "management.endpoint.env.show-values=always",
							"management.endpoint.configprops.show-values=always",
							"oidc-grants.http.allow-insecure-requests=true",
							"oidc-grants.provider.main.issuer-uri=" + server.address(), prefix + "provider=main",
							prefix + "client-id=app", prefix + "client-secret=hush-1",
							prefix + "parameters.ticket=hush-2")
					.run()) {
			context.getBean(GrantTemplate.class).token("payments");
			String status = send(context, "GET", "oidcgrants").body();
			JsonNode token = JsonMapper.shared().readTree(status).get("tokens").get(0);
			assertThat(token.get("registration").asString()).isEqualTo("payments");
			assertThat(token.get("tokenType").asString()).isEqualTo("bearer");
			assertThat(status).doesNotContain("token-1").doesNotContain("hush");
			assertThat(send(context, "GET", "env").body()).contains("parameters.ticket").doesNotContain("hush");
			assertThat(send(context, "GET", "configprops").body()).contains("clientSecret").doesNotContain("hush");
			assertThat(send(context, "DELETE", "oidcgrants/payments").statusCode()).isEqualTo(204);
			assertThat(send(context, "DELETE", "oidcgrants/nobody").statusCode()).isEqualTo(404);
			assertThat(send(context, "GET", "oidcgrants").body()).contains("\"tokens\":[]");
		}
	}

	private static HttpResponse<String> send(ConfigurableApplicationContext context, String method, String path)
			throws Exception {
		URI uri = URI.create(
				"http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/actuator/" + path);
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
					HttpResponse.BodyHandlers.ofString());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		SecurityFilterChain open(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.csrf(CsrfConfigurer::disable)
				.build();
		}

	}

}
