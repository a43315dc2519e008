package io.github.oidcgrants.boot.ciba;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.UserServer;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.CibaNotifications;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A server notifies an application that Spring Security protects, over HTTP.
 */
@ParameterizedClass
@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
class NotificationEndpointTests {

	private static final String PATH = "/oidc-grants/ciba";

	private static final String TOO_LONG = "x".repeat(CibaNotifications.MAX_BODY + 1);

	private final HttpClient http = HttpClient.newHttpClient();

	private final UserServer server = UserServer.start().interval(600).answer(400, "{\"error\":\"access_denied\"}");

	@Parameter
	private WebApplicationType type;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void start() {
		this.application = run();
	}

	@AfterEach
	void stop() {
		this.application.close();
		this.server.close();
	}

	private ConfigurableApplicationContext run(String... more) {
		String prefix = "oidc-grants.registration.till.";
		return new SpringApplicationBuilder(Application.class).web(this.type)
			.properties("server.address=127.0.0.1", "server.port=0", "spring.main.banner-mode=off",
					"oidc-grants.http.allow-insecure-requests=true",
					"oidc-grants.provider.main.issuer-uri=" + this.server.address(), prefix + "provider=main",
					prefix + "client-id=till", prefix + "scope=openid",
					prefix + "authorization-grant-type=urn:openid:params:grant-type:ciba",
					prefix + "ciba.token-delivery-mode=ping")
			.properties(more)
			.run();
	}

	@Test
	void a_notification_wakes_the_poll_that_it_names_and_no_other() throws Exception {
		Asked one = ask();
		Asked other = ask();
		HttpResponse<String> answer = send("POST", PATH, "Bearer " + one.token, one.body());
		assertAnswer(answer, 204);
		assertDenied(one);
		assertThat(other.future).isNotDone();
		assertAnswer(send("POST", PATH, "Bearer " + one.token, one.body()), 204);
		assertThat(other.future).isNotDone();
		assertAnswer(send("POST", PATH, "bearer " + other.token, other.body()), 204);
		assertDenied(other);
	}

	@Test
	void what_is_no_notification_is_answered_with_its_status_alone() throws Exception {
		Asked one = ask();
		Asked other = ask();
		String bearer = "Bearer " + one.token;
		assertUnauthorized(send("POST", PATH, null, one.body()));
		assertUnauthorized(send("POST", PATH, "Bearer " + one.token + "x", one.body()));
		assertUnauthorized(send("POST", PATH, "Basic " + one.token, one.body()));
		assertUnauthorized(send("POST", PATH, bearer, other.body()));
		assertUnauthorized(send("POST", PATH, bearer, "{\"auth_req_id\":\"unknown\"}"));
		assertAnswer(send("POST", PATH, bearer, "{"), 400);
		assertAnswer(send("POST", PATH, bearer, ""), 400);
		assertThat(one.future).isNotDone();
		assertThat(other.future).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD" })
	void another_method_than_post_is_not_allowed(String method) throws Exception {
		Asked one = ask();
		HttpResponse<String> answer = send(method, PATH, "Bearer " + one.token, one.body());
		assertAnswer(answer, 405);
		assertThat(answer.headers().allValues("Allow")).containsExactly("POST");
		assertThat(one.future).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Length: 100000000", "Transfer-Encoding: chunked" })
	void of_a_body_that_is_too_long_the_rest_is_not_waited_for(String header) throws Exception {
		Asked one = ask();
		assertThat(sendBeginning(header, "Bearer " + one.token, TOO_LONG)).isEqualTo("HTTP/1.1 413");
		assertThat(sendBeginning(header, "Bearer of nothing", TOO_LONG)).isEqualTo("HTTP/1.1 401");
		assertThat(one.future).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Length: 100", "Transfer-Encoding: chunked" })
	void the_body_of_a_stranger_is_not_waited_for(String header) throws Exception {
		Asked one = ask();
		assertThat(sendBeginning(header, "Bearer of nothing", "x")).isEqualTo("HTTP/1.1 401");
		assertThat(one.future).isNotDone();
	}

	@Test
	void a_body_may_be_as_long_as_is_allowed() throws Exception {
		Asked one = ask();
		String longest = one.body() + " ".repeat(CibaNotifications.MAX_BODY - one.body().length());
		assertAnswer(send("POST", PATH, "Bearer " + one.token, longest + " "), 413);
		assertAnswer(send("POST", PATH, "Bearer " + one.token, longest), 204);
		assertDenied(one);
	}

	@Test
	void everything_else_stays_protected() throws Exception {
		for (String path : new String[] { "/", PATH + "/", PATH + "/more", PATH + "x", "/oidc-grants" }) {
			assertThat(send("GET", path, null, "").statusCode()).isEqualTo(401);
			assertThat(send("POST", path, null, "").statusCode()).isIn(401, 403);
		}
	}

	@Test
	void the_path_is_the_one_that_is_set_below_the_one_of_the_application() throws Exception {
		this.application.close();
		this.application = run("oidc-grants.ciba.notification-path=/told", "server.servlet.context-path=/shop",
				"spring.webflux.base-path=/shop");
		Asked one = ask();
		assertThat(send("POST", "/shop" + PATH, "Bearer " + one.token, one.body()).statusCode()).isIn(401, 403);
		assertThat(one.future).isNotDone();
		assertAnswer(send("POST", "/shop/told", "Bearer " + one.token, one.body()), 204);
		assertDenied(one);
	}

	private Asked ask() {
		GrantTemplate template = this.application.getBean(GrantTemplate.class);
		BackchannelAuthenticationResponse pending = template.initiateBackchannelAuthentication("till",
				(ask) -> ask.parameter("login_hint", "ada"));
		String form = this.server.authentications().get(this.server.authentications().size() - 1);
		String token = form.replaceFirst(".*client_notification_token=([^&]+).*", "$1");
		assertThat(token).hasSizeBetween(22, 1024);
		return new Asked(pending.authReqId(), token, template.pollBackchannelAuthenticationGrant("till", pending));
	}

	private static void assertDenied(Asked asked) {
		ExecutionException ex = catchThrowableOfType(ExecutionException.class,
				() -> asked.future.get(30, TimeUnit.SECONDS));
		assertThat(ex.getCause()).isInstanceOfSatisfying(GrantException.class,
				(cause) -> assertThat(cause.getError().getErrorCode()).isEqualTo("access_denied"));
	}

	private static void assertUnauthorized(HttpResponse<String> answer) {
		assertAnswer(answer, 401);
		assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer");
	}

	private static void assertAnswer(HttpResponse<String> answer, int status) {
		assertThat(answer.statusCode()).isEqualTo(status);
		assertThat(answer.body()).isEmpty();
		assertThat(answer.headers().map()).doesNotContainKeys("set-cookie", "content-type");
	}

	private HttpResponse<String> send(String method, String path, @Nullable String authorization, String body)
			throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
			.header("Content-Type", "application/json")
			.method(method, BodyPublishers.ofString(body));
		if (authorization != null) {
			request.header("Authorization", authorization);
		}
		return this.http.send(request.build(), BodyHandlers.ofString());
	}

	/**
	 * Sends the beginning of a body, and goes on to send nothing.
	 */
	private String sendBeginning(String header, String authorization, String body) throws IOException {
		String sent = header.endsWith("chunked") ? Integer.toHexString(body.length()) + "\r\n" + body + "\r\n" : body;
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
			socket.setSoTimeout(30_000);
			OutputStream out = socket.getOutputStream();
			out.write(("POST " + PATH + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + authorization + "\r\n"
					+ header + "\r\n\r\n" + sent)
				.getBytes(StandardCharsets.US_ASCII));
			out.flush();
			return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
		}
	}

	private int port() {
		return this.application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private record Asked(String authReqId, String token, CompletableFuture<TokenEndpointResponse> future) {

		String body() {
			return "{\"auth_req_id\":\"" + this.authReqId + "\"}";
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
