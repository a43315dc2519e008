package io.github.oidcgrants.oidcprovider;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OpenID provider {@code oidc-provider} in a Node process on free ports of 127.0.0.1.
 * It demands a nonce in each DPoP proof, and takes each refresh token once. Its users are
 * {@code ada} and {@code grace}.
 */
final class OidcProvider implements AutoCloseable {

	static final String ADA = "ada";

	private static final String SECRET = "a-secret-of-more-than-thirty-two-characters";

	private static final JsonMapper JSON = JsonMapper.shared();

	private final HttpClient http = HttpClient.newHttpClient();

	private final Process process;

	private final URI control;

	private final String issuer;

	private final AuthorizationServer server;

	private OidcProvider(Process process, JsonNode addresses) {
		this.process = process;
		this.control = URI.create(addresses.required("control").asString());
		this.issuer = addresses.required("issuer").asString();
		this.server = AuthorizationServer.discover(this.issuer);
	}

	/**
	 * Starts it, and waits until it listens.
	 * @param clients the metadata of each client (RFC 7591)
	 */
	static OidcProvider start(List<Map<String, Object>> clients) throws IOException {
		Path home = Path.of(property("oidc-provider.home"));
		Process process = new ProcessBuilder(node(home), "server.mjs").directory(home.toFile())
			.redirectError(ProcessBuilder.Redirect.to(home.resolve("error.log").toFile()))
			.start();
		process.getOutputStream().write((JSON.writeValueAsString(clients) + "\n").getBytes(StandardCharsets.UTF_8));
		process.getOutputStream().flush();
		BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
		String line = out.readLine();
		if (line == null) {
			throw new IllegalStateException("The provider ended: " + Files.readString(home.resolve("error.log")));
		}
		return new OidcProvider(process, JSON.readTree(line));
	}

	/**
	 * {@return the metadata of a client, all of whose tokens are bound, with a secret}
	 * @param id its id; the users of one that ends with {@code short} have three seconds
	 * @param grantTypes what it may do
	 * @param more what else there is about it
	 */
	static Map<String, Object> client(String id, List<String> grantTypes, Map<String, Object> more) {
		Map<String, Object> client = new HashMap<>(Map.of("client_id", id, "client_secret", SECRET, "grant_types",
				grantTypes, "redirect_uris", List.of(), "response_types", List.of(), "dpop_bound_access_tokens", true));
		client.putAll(more);
		return client;
	}

	private static String property(String name) {
		String value = System.getProperty(name);
		if (value == null) {
			throw new IllegalStateException("The system property " + name
					+ " is missing: run these tests with Maven and its profile oidc-provider (-Poidc-provider)");
		}
		return value;
	}

	// The one that was installed beside it, else this machine's own.
	private static String node(Path home) throws IOException {
		try (Stream<Path> modules = Files.list(home.resolve("node_modules"))) {
			return modules.filter((module) -> module.getFileName().toString().startsWith("node-"))
				.map((module) -> module.resolve("bin/node"))
				.filter(Files::isExecutable)
				.map(Path::toString)
				.findFirst()
				.orElse("node");
		}
	}

	/**
	 * {@return the beginning of the configuration of a client that authenticates with its
	 * secret}
	 */
	Configuration.Builder withSecret(String clientId) {
		return client(clientId).authentication(ClientAuthentication.clientSecretBasic(SECRET));
	}

	String issuer() {
		return this.issuer;
	}

	/**
	 * {@return the beginning of a configuration, all of which share the server's metadata
	 * and keys}
	 */
	Configuration.Builder client(String clientId) {
		return Configuration.builder(this.server, clientId).allowInsecureRequests(true);
	}

	/**
	 * Has a user decide on a device.
	 * @param user who agrees; {@code null} if the user refuses
	 */
	void decide(DeviceAuthorizationResponse pending, @Nullable String user) throws IOException, InterruptedException {
		control("/device", pending.userCode(), user);
	}

	/**
	 * Has a user decide who was asked.
	 * @param user who agrees; {@code null} if the user refuses
	 */
	void decide(BackchannelAuthenticationResponse pending, @Nullable String user)
			throws IOException, InterruptedException {
		control("/backchannel", pending.authReqId(), user);
	}

	/**
	 * {@return what was asked at a path up to now}
	 */
	List<Question> asked(String path) throws IOException, InterruptedException {
		return JSON.readValue(control("/", "", null), new TypeReference<List<Question>>() {
		}).stream().filter((question) -> question.path().equals(path)).toList();
	}

	private String control(String path, String code, @Nullable String user) throws IOException, InterruptedException {
		String query = "?code=" + URLEncoder.encode(code, StandardCharsets.UTF_8)
				+ ((user != null) ? "&user=" + user : "");
		HttpResponse<String> response = this.http
			.send(HttpRequest.newBuilder(this.control.resolve(path + query)).build(), BodyHandlers.ofString());
		if (response.statusCode() != 200) {
			throw new IllegalStateException(response.body());
		}
		return response.body();
	}

	@Override
	public void close() {
		this.process.destroy();
	}

	/**
	 * One request that the provider was sent.
	 *
	 * @param path where to
	 * @param status what it was answered with
	 * @param error the error in the answer
	 * @param nonce the nonce in its proof
	 */
	record Question(String path, int status, @Nullable String error, @Nullable String nonce) {

	}

}
