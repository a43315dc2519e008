package io.github.oidcgrants.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpServer;

/**
 * A token endpoint that does nothing but answer, in a process of its own.
 */
final class TrivialTokenServer implements AutoCloseable {

	private final Process process;

	private final URI tokenEndpoint;

	private TrivialTokenServer(Process process, URI tokenEndpoint) {
		this.process = process;
		this.tokenEndpoint = tokenEndpoint;
	}

	static TrivialTokenServer start() throws IOException {
		Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"),
				"-Dsun.net.httpserver.nodelay=true", "-cp", System.getProperty("java.class.path"),
				TrivialTokenServer.class.getName())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		String port = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
			.readLine();
		return new TrivialTokenServer(process, URI.create("http://127.0.0.1:" + port + "/token"));
	}

	URI tokenEndpoint() {
		return this.tokenEndpoint;
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
			byte[] body = ("{\"access_token\":\"" + "a".repeat(800) + "\",\"token_type\":\""
					+ (proof ? "DPoP" : "Bearer") + "\",\"expires_in\":300}")
				.getBytes(StandardCharsets.UTF_8);
			exchange.getRequestBody().readAllBytes();
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.getResponseHeaders().set("DPoP-Nonce", "nonce");
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
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

}
