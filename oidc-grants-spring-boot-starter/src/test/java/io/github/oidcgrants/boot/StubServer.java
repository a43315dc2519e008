package io.github.oidcgrants.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * An authorization server that answers what a test tells it to.
 */
public final class StubServer implements AutoCloseable {

	private final HttpServer server;

	private final List<String> forms = new CopyOnWriteArrayList<>();

	private final List<String> authorizations = new CopyOnWriteArrayList<>();

	private final List<String> proofs = new CopyOnWriteArrayList<>();

	private final List<String> discoveries = new CopyOnWriteArrayList<>();

	private volatile String issuer;

	private volatile int status = 200;

	private volatile String answer = "";

	private volatile boolean repeatsRequest;

	private volatile String keys = "{\"keys\":[]}";

	private StubServer(int port) {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.issuer = "http://127.0.0.1:" + this.server.getAddress().getPort();
		this.server.createContext("/.well-known/openid-configuration", this::metadata);
		this.server.createContext("/token", this::token);
		this.server.createContext("/jwks", (exchange) -> send(exchange, 200, this.keys));
		this.server.start();
	}

	public static StubServer start() {
		return new StubServer(0);
	}

	public static StubServer startOn(int port) {
		return new StubServer(port);
	}

	/**
	 * Finds a port on which nobody listens.
	 */
	public static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void metadata(HttpExchange exchange) throws IOException {
		this.discoveries.add(exchange.getRequestURI().toString());
		send(exchange, 200, "{\"issuer\":\"" + this.issuer + "\",\"token_endpoint\":\"" + address()
				+ "/token\",\"jwks_uri\":\"" + address() + "/jwks\"}");
	}

	private void token(HttpExchange exchange) throws IOException {
		this.forms.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
		this.authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
		this.proofs.add(String.valueOf(exchange.getRequestHeaders().getFirst("DPoP")));
		if (this.repeatsRequest) {
			send(exchange, this.status, "{\"error\":\"invalid_client\",\"error_description\":\"not "
					+ this.forms.get(this.forms.size() - 1) + "\"}");
			return;
		}
		String body = this.answer.isEmpty()
				? "{\"access_token\":\"token-" + this.forms.size() + "\",\"token_type\":\"Bearer\",\"expires_in\":300}"
				: this.answer;
		send(exchange, this.status, body);
	}

	private static void send(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	public StubServer callItself(String issuer) {
		this.issuer = issuer;
		return this;
	}

	/**
	 * Answers with an error that repeats the request.
	 */
	public StubServer answerWithRequest(int status) {
		this.status = status;
		this.repeatsRequest = true;
		return this;
	}

	public StubServer answer(int status, String body) {
		this.repeatsRequest = false;
		this.status = status;
		this.answer = body;
		return this;
	}

	/**
	 * Offers keys at {@code /jwks}.
	 */
	public StubServer keys(String jwkSet) {
		this.keys = jwkSet;
		return this;
	}

	public String address() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/**
	 * {@return the bodies of the token requests}
	 */
	public List<String> forms() {
		return this.forms;
	}

	/**
	 * {@return the Authorization headers of the token requests}
	 */
	public List<String> authorizations() {
		return this.authorizations;
	}

	/**
	 * {@return the DPoP headers of the token requests}
	 */
	public List<String> proofs() {
		return this.proofs;
	}

	/**
	 * {@return the requests for metadata}
	 */
	public List<String> discoveries() {
		return this.discoveries;
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
