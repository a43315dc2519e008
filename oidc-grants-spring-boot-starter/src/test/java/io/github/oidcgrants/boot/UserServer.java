package io.github.oidcgrants.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

/**
 * An authorization server that asks users, and answers its clients at the same time.
 */
public final class UserServer implements AutoCloseable {

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<String> authentications = new CopyOnWriteArrayList<>();

	private final AtomicInteger asking = new AtomicInteger();

	private final AtomicInteger mostAsking = new AtomicInteger();

	private final CountDownLatch together = new CountDownLatch(1);

	private volatile int interval = 1;

	private volatile int status = 200;

	private volatile String answer = "{\"access_token\":\"token-of-a-user\",\"token_type\":\"Bearer\"}";

	private UserServer() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.server.setExecutor(this.threads);
		handle("/.well-known/openid-configuration", (exchange) -> send(exchange, 200, """
				{"issuer":"%1$s","token_endpoint":"%1$s/token","jwks_uri":"%1$s/jwks",
				"device_authorization_endpoint":"%1$s/discovered-device",
				"backchannel_authentication_endpoint":"%1$s/bc"}""".formatted(address())));
		handle("/device", (exchange) -> send(exchange, 200, """
				{"device_code":"device-code","user_code":"USER-CODE","expires_in":60,"interval":%d,
				"verification_uri":"https://idp.example.com/activate"}""".formatted(this.interval)));
		handle("/bc", this::authenticate);
		handle("/token", this::token);
		this.server.start();
	}

	public static UserServer start() {
		return new UserServer();
	}

	private void handle(String path, HttpHandler handler) {
		this.server.createContext(path, handler);
	}

	private void authenticate(HttpExchange exchange) throws IOException {
		this.authentications.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
		send(exchange, 200, "{\"auth_req_id\":\"request-" + this.authentications.size()
				+ "\",\"expires_in\":600,\"interval\":" + this.interval + "}");
	}

	private void token(HttpExchange exchange) throws IOException {
		byte[] unused = exchange.getRequestBody().readAllBytes();
		int now = this.asking.incrementAndGet();
		this.mostAsking.accumulateAndGet(now, Math::max);
		if (now > 1) {
			this.together.countDown();
		}
		try {
			boolean unusedTogether = this.together.await(300, TimeUnit.MILLISECONDS);
			this.asking.decrementAndGet();
			send(exchange, this.status, this.answer);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void send(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	/**
	 * Lets itself be asked in intervals of so many seconds.
	 */
	public UserServer interval(int seconds) {
		this.interval = seconds;
		return this;
	}

	/**
	 * Answers every token request like this.
	 */
	public UserServer answer(int status, String body) {
		this.status = status;
		this.answer = body;
		return this;
	}

	public String address() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/**
	 * {@return the bodies of the authentication requests}
	 */
	public List<String> authentications() {
		return this.authentications;
	}

	/**
	 * {@return how many token requests there were at a time at most}
	 */
	public int mostAsking() {
		return this.mostAsking.get();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
