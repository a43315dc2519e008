package io.github.oidcgrants.http;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.TestTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.client.ClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What both transports promise, seen from the server's side.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransportsTests {

	private static final RawServer.Conversation KEEPS_ALIVE = (connection) -> {
		while (connection.readRequest()) {
			connection.write(RawServer.answer("HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/", "application/json",
					"{\"a\": 1}"));
		}
	};

	@Parameter
	TestTransport transport;

	@Test
	void saysWhatItIs() throws IOException {
		Properties version = new Properties();
		version.load(UserAgent.class.getResourceAsStream("version.properties"));
		try (RawServer server = RawServer.start(KEEPS_ALIVE)) {
			post(server);
			assertThat(header(server.requests().get(0), "User-Agent"))
				.containsExactly("oidc-grants/" + version.getProperty("version"));
			assertThat(version.getProperty("version")).matches("\\d+\\.\\d+\\.\\d+.*");
		}
	}

	@Test
	void sendsAFormAndAsksForJson() {
		try (RawServer server = RawServer.start(KEEPS_ALIVE)) {
			post(server);
			String request = server.requests().get(0);
			assertThat(request).startsWith("POST /token HTTP/1.1\r\n").endsWith("\r\n\r\na=b");
			assertThat(header(request, "Accept")).containsExactly("application/json");
			assertThat(header(request, "Content-Type"))
				.allMatch((type) -> type.startsWith("application/x-www-form-urlencoded"))
				.hasSize(1);
			assertThat(header(request, "Content-Length")).containsExactly("3");
			assertThat(header(request, "Accept-Encoding")).isEmpty();
			assertThat(header(request, "Expect")).isEmpty();
		}
	}

	@Test
	void sendsBackNoCookies() {
		try (RawServer server = RawServer.start(KEEPS_ALIVE)) {
			post(server);
			post(server);
			assertThat(server.requests()).hasSize(2)
				.allSatisfy((request) -> assertThat(header(request, "Cookie")).isEmpty());
		}
	}

	@Test
	void usesAConnectionAgain() {
		try (RawServer server = RawServer.start(KEEPS_ALIVE)) {
			for (int i = 0; i < 20; i++) {
				post(server);
			}
			assertThat(server.requests()).hasSize(20);
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	@Test
	void usesAConnectionAgainAfterAnError() {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 500 Oops", "text/html", "<html>".repeat(1000)));
			}
		})) {
			for (int i = 0; i < 5; i++) {
				assertThat(post(server).status()).isEqualTo(500);
			}
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	@Test
	void addsNoAuthorizationAfterAChallenge() {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"idp\"",
						"application/json", "{}"));
			}
		})) {
			assertThat(post(server).status()).isEqualTo(401);
			assertThat(post(server).status()).isEqualTo(401);
			assertThat(server.requests()).hasSize(2)
				.allSatisfy((request) -> assertThat(header(request, "Authorization")).isEmpty());
		}
	}

	@Test
	void followsNoRedirectOfAGetEither() {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 302 Found\r\nLocation: /elsewhere", "text/html", ""));
			}
		})) {
			assertThat(http(this.transport.shared()).exchange(HttpCall.get(server.uri("/"))).status()).isEqualTo(302);
			assertThat(server.requests()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 503 })
	void doesNotTryAgainWhenTheServerAsksItTo(int status) {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 " + status + " Later\r\nRetry-After: 0", "text/html", ""));
			}
		})) {
			assertThat(http(this.transport.shared()).exchange(HttpCall.get(server.uri("/"))).status())
				.isEqualTo(status);
			assertThat(server.requests()).hasSize(1);
		}
	}

	@Test
	void sendsAGetAtMostTwice() {
		try (RawServer server = RawServer.start(RawServer.Connection::readRequest)) {
			GrantException failure = catchThrowableOfType(GrantException.class,
					() -> http(this.transport.shared()).exchange(HttpCall.get(server.uri("/"))));
			assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
			// java.net.http repeats a GET that got no answer, once, and cannot be
			// told not to.
			assertThat(server.requests()).hasSize((this.transport == TestTransport.JDK) ? 2 : 1);
		}
	}

	@Test
	void startsNoThreadPerExchange() {
		try (RawServer server = RawServer.start(KEEPS_ALIVE)) {
			for (int i = 0; i < 20; i++) {
				post(server);
			}
			long before = startedThreads();
			for (int i = 0; i < 50; i++) {
				post(server);
			}
			// The JDK's client may widen its pool now and then, but not each time.
			assertThat(startedThreads() - before).isLessThan(10);
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	@Test
	void givesUpConnectingAfterTheConnectTimeout() throws IOException {
		ClientHttpRequestFactory impatient = (this.transport == TestTransport.JDK)
				? Transports.jdk(Duration.ofMillis(200), null)
				: Transports.httpComponents(Duration.ofMillis(200), null);
		List<Socket> fillers = new ArrayList<>();
		// Linux answers no more SYNs once the queue of a listener is full.
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }))) {
			for (int i = 0; i < 2; i++) {
				Socket filler = new Socket();
				fillers.add(filler);
				filler.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()));
			}
			URI uri = URI.create("http://127.0.0.1:" + full.getLocalPort() + "/token");
			long start = System.nanoTime();
			GrantException failure = catchThrowableOfType(GrantException.class,
					() -> http(impatient).exchange(HttpCall.post(uri)));
			assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(150),
					Duration.ofSeconds(3));
		}
		finally {
			for (Socket filler : fillers) {
				filler.close();
			}
		}
	}

	private HttpAnswer post(RawServer server) {
		return http(this.transport.shared()).exchange(HttpCall.post(server.uri("/token")).parameter("a", "b"));
	}

	private static JsonHttp http(ClientHttpRequestFactory transport) {
		return new JsonHttp(transport, Duration.ofSeconds(10), true);
	}

	private static List<String> header(String request, String name) {
		return request.lines()
			.filter((line) -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
			.map((line) -> line.substring(name.length() + 1).strip())
			.toList();
	}

	private static long startedThreads() {
		return ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
	}

}
