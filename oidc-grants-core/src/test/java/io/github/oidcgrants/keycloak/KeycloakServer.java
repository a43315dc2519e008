package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Keycloak process on a free port of 127.0.0.1, with a database in memory. It writes
 * nothing but its log and what stands beside it, so several can run off one installation.
 */
final class KeycloakServer implements AutoCloseable {

	private static final String ADMIN = "fixture";

	private final HttpClient http = HttpClient.newHttpClient();

	private final String adminSecret = UUID.randomUUID().toString();

	private final URI uri;

	private final Path log;

	private final ChildProcess process;

	private KeycloakServer(KeycloakInstallation installation, Path log, List<String> options) throws IOException {
		int port = freePort();
		this.uri = URI.create("http://127.0.0.1:" + port);
		this.log = log;
		// The cache is an option of this command, not of the build: without it, it would
		// look for a cluster.
		List<String> arguments = new ArrayList<>(List.of("start", "--optimized", "--cache=local",
				"--http-host=127.0.0.1", "--http-port=" + port, "--http-enabled=true", "--hostname-strict=false",
				"-Dquarkus.transaction-manager.object-store.directory=" + log + ".transactions"));
		arguments.addAll(options);
		ProcessBuilder command = installation.command(arguments, log);
		command.environment().put("KC_BOOTSTRAP_ADMIN_CLIENT_ID", ADMIN);
		command.environment().put("KC_BOOTSTRAP_ADMIN_CLIENT_SECRET", this.adminSecret);
		this.process = ChildProcess.start(command);
	}

	/**
	 * Starts a server and waits until it answers.
	 * @param installation what to start
	 * @param patience how long to wait
	 * @param log where its output goes
	 * @param options more options for {@code kc.sh start}
	 * @throws IllegalStateException with the end of the log, if it does not answer
	 */
	static KeycloakServer start(KeycloakInstallation installation, Duration patience, Path log, String... options)
			throws IOException {
		KeycloakServer server = new KeycloakServer(installation, log, List.of(options));
		try {
			Awaitility.await()
				.atMost(patience)
				.pollInterval(Duration.ofMillis(250))
				.failFast(() -> !server.process.isAlive())
				.until(server::answers);
			return server;
		}
		catch (ConditionTimeoutException | TerminalFailureException ex) {
			server.close();
			throw new IllegalStateException(
					"Keycloak ended or was not there after " + patience.toSeconds() + " s: " + LogTail.of(log));
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private boolean answers() throws InterruptedException {
		try {
			return send(request("/realms/master")).statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Imports a realm.
	 * @param json the realm, as Keycloak exports it
	 */
	void importRealm(String json) throws IOException, InterruptedException {
		HttpResponse<String> response = send(request("/admin/realms").header("Content-Type", "application/json")
			.header("Authorization", "Bearer " + adminToken())
			.POST(BodyPublishers.ofString(json)));
		if (response.statusCode() != 201) {
			throw new IllegalStateException("The realm was refused with status " + response.statusCode() + ", "
					+ response.body() + ": " + LogTail.of(this.log));
		}
	}

	private String adminToken() throws IOException, InterruptedException {
		String form = "grant_type=client_credentials&client_id=" + ADMIN + "&client_secret="
				+ URLEncoder.encode(this.adminSecret, StandardCharsets.UTF_8);
		HttpResponse<String> response = send(request("/realms/master/protocol/openid-connect/token")
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(form)));
		return JsonMapper.shared().readTree(response.body()).required("access_token").asString();
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(this.uri.resolve(path)).timeout(Duration.ofSeconds(30));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.http.send(request.build(), BodyHandlers.ofString());
	}

	/**
	 * {@return the issuer identifier of a realm}
	 * @param realm the realm's name
	 */
	String issuer(String realm) {
		return this.uri.resolve("/realms/" + realm).toString();
	}

	@Override
	public void close() {
		this.process.close();
	}

}
