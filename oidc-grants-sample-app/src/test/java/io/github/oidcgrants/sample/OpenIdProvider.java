package io.github.oidcgrants.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The part of a Keycloak that the sample's profile of that name needs: CIBA with an
 * authentication channel, and device authorization. It takes every client, and decides
 * nothing by itself.
 */
final class OpenIdProvider implements AutoCloseable {

	private static final String CALLBACK = "/protocol/openid-connect/ext/ciba/auth/callback";

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpClient http = HttpClient.newHttpClient();

	private final ECKey key;

	/** By the code or identifier that the token is asked for with. */
	private final Map<String, String> decisions = new ConcurrentHashMap<>();

	private final Map<String, String> requestsByRightToAnswer = new ConcurrentHashMap<>();

	private volatile @Nullable URI phone;

	private volatile Map<String, String> lastChannelRequest = Map.of();

	private OpenIdProvider() throws IOException, JOSEException {
		this.key = new ECKeyGenerator(Curve.P_256).keyID("1").generate();
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		handle("/.well-known/openid-configuration", (request) -> new Answer(200, metadata()));
		handle("/jwks", (request) -> new Answer(200, new JWKSet(this.key).toJSONObject()));
		handle("/device", (request) -> new Answer(200, device()));
		handle("/ciba", (request) -> new Answer(200, ciba(form(request))));
		handle("/token", (request) -> token(form(request)));
		handle(CALLBACK, this::decide);
	}

	static OpenIdProvider start() {
		try {
			OpenIdProvider provider = new OpenIdProvider();
			provider.server.start();
			return provider;
		}
		catch (IOException | JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String issuer() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/**
	 * Says where users are asked.
	 */
	void phone(URI uri) {
		this.phone = uri;
	}

	/**
	 * {@return what was last sent there}
	 */
	Map<String, String> lastChannelRequest() {
		return this.lastChannelRequest;
	}

	/**
	 * Decides all device authorizations that have begun.
	 * @param decision the error to answer with, or an empty text for tokens
	 */
	void decideDevices(String decision) {
		this.decisions.replaceAll((code, before) -> decision);
	}

	private Map<String, Object> metadata() {
		Map<String, Object> metadata = new LinkedHashMap<>();
		metadata.put("issuer", issuer());
		metadata.put("jwks_uri", issuer() + "/jwks");
		metadata.put("token_endpoint", issuer() + "/token");
		metadata.put("device_authorization_endpoint", issuer() + "/device");
		metadata.put("backchannel_authentication_endpoint", issuer() + "/ciba");
		metadata.put("id_token_signing_alg_values_supported", new String[] { "ES256" });
		return metadata;
	}

	private Map<String, Object> device() {
		String code = begin();
		return Map.of("device_code", code, "user_code", "ABCD-EFGH", "verification_uri", issuer() + "/page",
				"expires_in", 60, "interval", 1);
	}

	private String begin() {
		String code = UUID.randomUUID().toString();
		this.decisions.put(code, "authorization_pending");
		return code;
	}

	// Like Keycloak, it asks the user before it answers the client.
	private Map<String, Object> ciba(Map<String, String> form) throws IOException, InterruptedException {
		String authReqId = begin();
		String rightToAnswer = "Bearer " + UUID.randomUUID();
		this.requestsByRightToAnswer.put(rightToAnswer, authReqId);
		this.lastChannelRequest = form;
		int status = this.http
			.send(HttpRequest.newBuilder(this.phone)
				.header("Authorization", rightToAnswer)
				.header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(form)))
				.build(), BodyHandlers.discarding())
			.statusCode();
		if (status != 201) {
			throw new IOException("The phone answered with " + status);
		}
		return Map.of("auth_req_id", authReqId, "expires_in", 60, "interval", 1);
	}

	private Answer decide(HttpExchange request) throws IOException {
		String authReqId = this.requestsByRightToAnswer.remove(request.getRequestHeaders().getFirst("Authorization"));
		if (authReqId == null) {
			return new Answer(401, Map.of());
		}
		String status = JsonMapper.shared().readTree(request.getRequestBody()).required("status").asString();
		this.decisions.put(authReqId, "SUCCEED".equals(status) ? "" : "access_denied");
		return new Answer(200, Map.of());
	}

	private Answer token(Map<String, String> form) throws JOSEException {
		String decision = this.decisions.get(form.getOrDefault("device_code", form.get("auth_req_id")));
		if (!"".equals(decision)) {
			return new Answer(400, Map.of("error", (decision != null) ? decision : "invalid_grant"));
		}
		return new Answer(200, Map.of("access_token", UUID.randomUUID().toString(), "token_type", "Bearer",
				"expires_in", 300, "id_token", idToken(form.getOrDefault("client_id", "sample"))));
	}

	private String idToken(String audience) throws JOSEException {
		Instant now = Instant.now();
		SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("1").build(),
				new JWTClaimsSet.Builder().issuer(issuer())
					.subject("subject-of-demo-user")
					.audience(audience)
					.issueTime(Date.from(now))
					.expirationTime(Date.from(now.plusSeconds(300)))
					.build());
		token.sign(new ECDSASigner(this.key));
		return token.serialize();
	}

	private static Map<String, String> form(HttpExchange request) throws IOException {
		Map<String, String> form = new LinkedHashMap<>();
		String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		for (String pair : body.split("&", -1)) {
			int equals = pair.indexOf('=');
			form.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
		}
		return form;
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

	private void handle(String path, Endpoint endpoint) {
		this.server.createContext(path, (exchange) -> {
			try (exchange) {
				Answer answer = endpoint.answer(exchange);
				byte[] body = JsonMapper.shared().writeValueAsBytes(answer.body());
				exchange.getResponseHeaders().set("Content-Type", "application/json");
				exchange.sendResponseHeaders(answer.status(), body.length);
				exchange.getResponseBody().write(body);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			catch (JOSEException ex) {
				throw new UncheckedIOException(new IOException(ex));
			}
		});
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	@FunctionalInterface
	private interface Endpoint {

		Answer answer(HttpExchange request) throws IOException, InterruptedException, JOSEException;

	}

	private record Answer(int status, Map<String, Object> body) {
	}

}
