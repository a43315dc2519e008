package io.github.oidcgrants.sample;

import java.util.Map;

import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Calls the users API. Its bean is called as the registration is: they do not get in each
 * other's way.
 */
@Component("users")
class UsersApi {

	private static final ParameterizedTypeReference<Map<String, Object>> JSON_OBJECT = new ParameterizedTypeReference<>() {
	};

	private final RestClient http;

	private final Environment environment;

	UsersApi(RestClient.Builder http, Environment environment) {
		this.http = http.build();
		this.environment = environment;
	}

	Answer list(TokenEndpointResponse token) {
		// This very application; an API of somebody else has a fixed address.
		String port = this.environment.getRequiredProperty("local.server.port");
		return this.http.get()
			.uri("http://127.0.0.1:{port}/api/users", port)
			.headers((headers) -> headers.setBearerAuth(token.accessToken()))
			.exchangeForRequiredValue((request, response) -> new Answer(response.getStatusCode().value(),
					response.getStatusCode().is2xxSuccessful() ? response.bodyTo(JSON_OBJECT) : null,
					response.getHeaders().getFirst(HttpHeaders.WWW_AUTHENTICATE)));
	}

	/**
	 * What the API answered.
	 *
	 * @param status the HTTP status
	 * @param body the JSON object; {@code null} if the call was refused
	 * @param challenge why it was refused (RFC 6750 section 3); {@code null} if it was
	 * not
	 */
	record Answer(int status, @Nullable Map<String, Object> body, @Nullable String challenge) {
	}

}
