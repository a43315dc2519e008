package io.github.oidcgrants.sample;

import java.net.URI;
import java.time.Duration;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.json.JsonContent;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The profile for a Keycloak, with a server that does as Keycloak does.
 */
@ActiveProfiles("keycloak")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.authorization-server.port=0")
class SampleCibaTests {

	private static final OpenIdProvider PROVIDER = OpenIdProvider.start();

	private RestTestClient http;

	@DynamicPropertySource
	static void issuer(DynamicPropertyRegistry properties) {
		properties.add("sample.keycloak.issuer-uri", PROVIDER::issuer);
	}

	@AfterAll
	static void stop() {
		PROVIDER.close();
	}

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.http = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		PROVIDER.phone(URI.create("http://127.0.0.1:" + port + "/phone"));
	}

	@Test
	void userAgreesOnThePhone() {
		int login = begin("Pay-10");
		assertThat(json(get("/ciba/" + login))).extractingPath("$.state").isEqualTo("pending");

		String seen = post("/ciba/" + login + "/approve", HttpStatus.OK);

		assertThat(json(seen)).extractingPath("$.phone.binding_message").isEqualTo("Pay-10");
		assertThat(json(seen)).extractingPath("$.phone.login_hint").isEqualTo("demo-user");
		assertThat(PROVIDER.lastChannelRequest()).containsEntry("scope", "openid");
		String end = awaitEnd(login);
		assertThat(json(end)).extractingPath("$.state").isEqualTo("approved");
		assertThat(json(end)).extractingPath("$.subject").isEqualTo("subject-of-demo-user");
		assertThat(json(end)).extractingPath("$.token.accessToken").asString().endsWith("***");
	}

	@Test
	void userRefusesOneOfTwo() {
		int refused = begin("Pay-10");
		int other = begin("Pay-10");

		post("/ciba/" + refused + "/deny", HttpStatus.OK);

		assertThat(json(awaitEnd(refused))).extractingPath("$.state").isEqualTo("denied");
		assertThat(json(get("/ciba/" + other))).extractingPath("$.state").isEqualTo("pending");
		post("/ciba/" + other + "/deny", HttpStatus.OK);
	}

	@Test
	void questionIsAnsweredOnce() {
		int login = begin("Pay-10");
		post("/ciba/" + login + "/approve", HttpStatus.OK);

		assertThat(json(post("/ciba/" + login + "/deny", HttpStatus.CONFLICT))).extractingPath("$.detail")
			.asString()
			.contains("login " + login);
	}

	@Test
	void unknownLoginIsNotFound() {
		post("/ciba/4711/approve", HttpStatus.NOT_FOUND);
		this.http.get().uri("/ciba/4711").exchange().expectStatus().isNotFound();
	}

	@Test
	void nobodyIsAskedWithoutAHint() {
		this.http.get().uri("/ciba").exchange().expectStatus().isBadRequest();
		this.http.get().uri("/ciba?login_hint=").exchange().expectStatus().isBadRequest();
	}

	@Test
	void homeListsIt() {
		assertThat(get("/")).contains("/ciba?login_hint=demo-user");
	}

	private int begin(String bindingMessage) {
		String begun = get("/ciba?login_hint=demo-user&binding_message=" + bindingMessage);
		assertThat(begun).doesNotContain("auth_req_id", "authReqId");
		return JsonPath.read(begun, "$.login");
	}

	private String awaitEnd(int login) {
		return await().atMost(Duration.ofSeconds(20))
			.until(() -> get("/ciba/" + login), (status) -> !status.contains("\"pending\""));
	}

	private String get(String uri) {
		return body(this.http.get().uri(uri), HttpStatus.OK);
	}

	private String post(String uri, HttpStatus status) {
		return body(this.http.post().uri(uri), status);
	}

	private static String body(RestTestClient.RequestHeadersSpec<?> request, HttpStatus status) {
		String body = request.exchange().expectStatus().isEqualTo(status).returnResult(String.class).getResponseBody();
		return (body != null) ? body : "";
	}

	private static JsonContent json(String body) {
		return new JsonContent(body);
	}

}
