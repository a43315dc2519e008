package io.github.oidcgrants.testing;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.AuthorizationServer;

import org.springframework.web.util.UriUtils;

/**
 * An authorization server on WireMock that answers what a test tells it to.
 */
public final class TokenServer implements AutoCloseable {

	public static final String CLIENT_ID = "client";

	public static final String CLIENT_SECRET = "client-secret-5sJ2";

	public static final String ACCESS_TOKEN = "access-token-9qLw";

	public static final String SUCCESS = """
			{"access_token": "%s", "token_type": "Bearer", "expires_in": 3600}""".formatted(ACCESS_TOKEN);

	private final WireMockServer wireMock;

	private TokenServer(WireMockServer wireMock) {
		this.wireMock = wireMock;
	}

	public static TokenServer start() {
		WireMockServer wireMock = new WireMockServer(
				WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
		wireMock.start();
		return new TokenServer(wireMock);
	}

	public static ResponseDefinitionBuilder json(int status, String body) {
		return WireMock.aResponse()
			.withStatus(status)
			.withHeader("Content-Type", "application/json")
			.withBody(body.getBytes(StandardCharsets.UTF_8));
	}

	public static ResponseDefinitionBuilder success() {
		return json(200, SUCCESS);
	}

	/**
	 * Forgets all requests and answers every request from now on.
	 */
	public void answer(ResponseDefinitionBuilder answer) {
		this.wireMock.resetAll();
		this.wireMock.stubFor(WireMock.any(WireMock.anyUrl()).willReturn(answer));
	}

	/**
	 * Answers requests to one path; other paths as before.
	 */
	public void answer(String path, ResponseDefinitionBuilder answer) {
		this.wireMock.stubFor(WireMock.any(WireMock.urlEqualTo(path)).willReturn(answer));
	}

	/**
	 * Forgets all requests and all answers; what is not told gets 404.
	 */
	public void reset() {
		this.wireMock.resetAll();
	}

	public String origin() {
		return "http://127.0.0.1:" + this.wireMock.port();
	}

	public URI tokenEndpoint() {
		return URI.create(origin() + "/token");
	}

	/**
	 * {@return a client of this server that knows its token endpoint}
	 */
	public Configuration configuration() {
		return configuration(ClientAuthentication.clientSecretBasic(CLIENT_SECRET));
	}

	public Configuration configuration(ClientAuthentication authentication) {
		return configuration(tokenEndpoint(), CLIENT_ID, authentication);
	}

	/**
	 * {@return a client of any server}
	 */
	public static Configuration configuration(URI tokenEndpoint, String clientId, ClientAuthentication authentication) {
		return Configuration.builder(AuthorizationServer.builder().tokenEndpoint(tokenEndpoint).build(), clientId)
			.authentication(authentication)
			.allowInsecureRequests(true)
			.timeout(Duration.ofSeconds(10))
			.build();
	}

	/**
	 * {@return the requests in the order in which they came}
	 */
	public List<LoggedRequest> requests() {
		List<LoggedRequest> requests = new ArrayList<>();
		this.wireMock.getAllServeEvents().forEach((event) -> requests.add(0, event.getRequest()));
		return requests;
	}

	public LoggedRequest onlyRequest() {
		List<LoggedRequest> requests = requests();
		if (requests.size() != 1) {
			throw new AssertionError("There were " + requests.size() + " requests, not one");
		}
		return requests.get(0);
	}

	/**
	 * {@return the form of the only request: names and values, decoded, in their order}
	 */
	public List<Map.Entry<String, String>> form() {
		return Arrays.stream(onlyRequest().getBodyAsString().split("&", -1)).map((pair) -> {
			String[] parts = pair.split("=", -1);
			return Map.entry(decode(parts[0]), decode(parts[1]));
		}).toList();
	}

	/**
	 * Undoes form encoding without the class that the library encodes with.
	 */
	public static String decode(String text) {
		return UriUtils.decode(text.replace('+', ' '), StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.wireMock.stop();
	}

}
