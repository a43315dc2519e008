package io.github.oidcgrants.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A token endpoint that does nothing but answer, in a process of its own; one where the
 * user never decides, one that is busy, and where that begins.
 */
final class TrivialTokenServer implements AutoCloseable {

	private final Process process;

	private final String origin;

	private TrivialTokenServer(Process process, String origin) {
		this.process = process;
		this.origin = origin;
	}

	static TrivialTokenServer start() throws IOException {
		Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"),
				"-Dsun.net.httpserver.nodelay=true", "-cp", System.getProperty("java.class.path"),
				TrivialTokenServer.class.getName())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		String port = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
			.readLine();
		return new TrivialTokenServer(process, "http://127.0.0.1:" + port);
	}

	URI tokenEndpoint() {
		return URI.create(this.origin + "/token");
	}

	URI pendingEndpoint() {
		return URI.create(this.origin + "/pending");
	}

	/**
	 * {@return a token endpoint that is busy}
	 * @param retryAfter the seconds after which it may be asked again
	 */
	URI busyEndpoint(int retryAfter) {
		return URI.create(this.origin + "/busy/" + retryAfter);
	}

	/**
	 * {@return where a device authorization begins}
	 * @param interval the seconds between two questions
	 */
	URI deviceAuthorizationEndpoint(int interval) {
		return URI.create(this.origin + "/device/" + interval);
	}

	/**
	 * {@return where a backchannel authentication begins}
	 * @param interval the seconds between two questions
	 */
	URI backchannelAuthenticationEndpoint(int interval) {
		return URI.create(this.origin + "/ciba/" + interval);
	}

	@Override
	public void close() {
		this.process.destroy();
	}

	/**
	 * Runs the server until its standard input ends.
	 * @param args none
	 * @throws IOException if it cannot listen
	 */
	public static void main(String[] args) throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.setExecutor(Executors.newFixedThreadPool(2));
		server.createContext("/token", (exchange) -> {
			boolean proof = exchange.getRequestHeaders().containsKey("DPoP");
			exchange.getResponseHeaders().set("DPoP-Nonce", "nonce");
			answer(exchange, 200, "{\"access_token\":\"" + "a".repeat(800) + "\",\"token_type\":\""
					+ (proof ? "DPoP" : "Bearer") + "\",\"expires_in\":300}");
		});
		server.createContext("/pending", (exchange) -> answer(exchange, 400, "{\"error\":\"authorization_pending\"}"));
		server.createContext("/busy/", (exchange) -> {
			exchange.getResponseHeaders()
				.set("Retry-After", exchange.getRequestURI().getPath().substring("/busy/".length()));
			answer(exchange, 503, "{\"error\":\"temporarily_unavailable\"}");
		});
		server.createContext("/device/",
				(exchange) -> answer(exchange, 200,
						"{\"device_code\":\"" + (UUID.randomUUID() + "-0123456789").substring(0, 40)
								+ "\",\"user_code\":\"BCDF-GHJK\",\"verification_uri\":\"https://idp.example/device\","
								+ "\"expires_in\":86400,\"interval\":"
								+ exchange.getRequestURI().getPath().substring("/device/".length()) + "}"));
		server.createContext("/ciba/",
				(exchange) -> answer(exchange, 200,
						"{\"auth_req_id\":\"" + (UUID.randomUUID() + "-0123456789").substring(0, 40)
								+ "\",\"expires_in\":86400,\"interval\":"
								+ exchange.getRequestURI().getPath().substring("/ciba/".length()) + "}"));
		server.start();
		System.out.println(server.getAddress().getPort());
		try {
			while (System.in.read() >= 0) {
				// Whoever started it says nothing, only ends.
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			server.stop(0);
			System.exit(0);
		}
	}

	private static void answer(HttpExchange exchange, int status, String text) throws IOException {
		byte[] body = text.getBytes(StandardCharsets.UTF_8);
		exchange.getRequestBody().readAllBytes();
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

}
