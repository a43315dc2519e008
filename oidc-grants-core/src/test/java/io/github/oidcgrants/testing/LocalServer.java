package io.github.oidcgrants.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.function.BiFunction;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * A server on a free port of 127.0.0.1 that Keycloak sends requests to. It has one thread
 * and answers with a status and nothing else.
 */
public final class LocalServer implements AutoCloseable {

	private final HttpServer server;

	private LocalServer(HttpServer server) {
		this.server = server;
	}

	public static LocalServer start() throws IOException {
		InetAddress loopback = InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 });
		HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
		server.start();
		return new LocalServer(server);
	}

	/**
	 * Answers requests to a path.
	 * @param path the path
	 * @param handler makes a status of a request's {@code Authorization} header and its
	 * body
	 * @return the address of the path
	 */
	public URI handle(String path, BiFunction<@Nullable String, byte[], Integer> handler) {
		this.server.createContext(path, (exchange) -> answer(exchange, handler));
		return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort() + path);
	}

	private static void answer(HttpExchange exchange, BiFunction<@Nullable String, byte[], Integer> handler)
			throws IOException {
		try (exchange) {
			byte[] body = exchange.getRequestBody().readAllBytes();
			String authorization = exchange.getRequestHeaders().getFirst("Authorization");
			exchange.sendResponseHeaders(handler.apply(authorization, body), -1);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
