package io.github.oidcgrants.sample;

import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Calls the users API. Its bean is called as the registration is: they do not get in each
 * other's way.
 */
@Component("users")
class UsersApi {

	private final RestClient http;

	private final Environment environment;

	UsersApi(RestClient.Builder http, Environment environment) {
		this.http = http.build();
		this.environment = environment;
	}

	ApiAnswer list(TokenEndpointResponse token) {
		// This very application; an API of somebody else has a fixed address.
		String port = this.environment.getRequiredProperty("local.server.port");
		return this.http.get()
			.uri("http://127.0.0.1:{port}/api/users", port)
			.headers((headers) -> headers.setBearerAuth(token.accessToken()))
			.exchangeForRequiredValue((request, response) -> ApiAnswer.of(response));
	}

}
