package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.testing.LocalServer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The authentication device of the realm's user, for CIBA: Keycloak tells it who shall
 * log in, and it tells Keycloak what the user decided, when a test says so. A request
 * that no test decides stays open until it expires.
 * <p>
 * Requests are known by their binding message, so each needs one of its own.
 */
final class AuthenticationChannel {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Map<String, CompletableFuture<Request>> requests = new ConcurrentHashMap<>();

	private final HttpClient http = HttpClient.newHttpClient();

	private final URI uri;

	AuthenticationChannel(LocalServer server) {
		this.uri = server.handle("/authentication-channel", this::receive);
	}

	URI uri() {
		return this.uri;
	}

	private int receive(@Nullable String authorization, byte[] body) {
		JsonNode json = JsonMapper.shared().readTree(body);
		request(json.required("binding_message").asString()).complete(new Request(authorization, json));
		return 201;
	}

	private CompletableFuture<Request> request(String bindingMessage) {
		return this.requests.computeIfAbsent(bindingMessage, (name) -> new CompletableFuture<>());
	}

	/**
	 * Waits for a request to arrive.
	 * @param bindingMessage the request's
	 * @return what Keycloak sent
	 */
	JsonNode await(String bindingMessage) {
		return arrived(bindingMessage).body();
	}

	boolean hasArrived(String bindingMessage) {
		return request(bindingMessage).isDone();
	}

	private Request arrived(String bindingMessage) {
		return request(bindingMessage).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	/**
	 * Says yes. Keycloak knows the request only when it has answered the client, so that
	 * must have happened before.
	 * @param bindingMessage the request's
	 */
	void approve(String bindingMessage) throws IOException, InterruptedException {
		decide(arrived(bindingMessage), "SUCCEED");
	}

	/**
	 * Says no. Keycloak knows the request only when it has answered the client, so that
	 * must have happened before.
	 * @param bindingMessage the request's
	 */
	void deny(String bindingMessage) throws IOException, InterruptedException {
		decide(arrived(bindingMessage), "CANCELLED");
	}

	// Keycloak answers this only after it has sent the ping, where the client wants one.
	private void decide(Request request, String status) throws IOException, InterruptedException {
		HttpResponse<String> response = this.http.send(HttpRequest.newBuilder(request.callback())
			.timeout(PATIENCE)
			.header("Content-Type", "application/json")
			.header("Authorization", request.authorization())
			.POST(BodyPublishers.ofString("{\"status\": \"" + status + "\"}"))
			.build(), BodyHandlers.ofString());
		if (response.statusCode() != 200) {
			throw new IllegalStateException(
					"Keycloak did not take " + status + ": " + response.statusCode() + ", " + response.body());
		}
	}

	/**
	 * What Keycloak sent: its token is the right to answer, and says which realm asks.
	 */
	private record Request(String authorization, JsonNode body) {

		URI callback() {
			try {
				String issuer = SignedJWT.parse(this.authorization.substring("Bearer ".length()))
					.getJWTClaimsSet()
					.getIssuer();
				return URI.create(issuer + "/protocol/openid-connect/ext/ciba/auth/callback");
			}
			catch (ParseException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
