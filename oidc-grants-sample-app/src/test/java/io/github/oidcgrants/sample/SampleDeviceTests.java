package io.github.oidcgrants.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.json.JsonContent;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Logins by device authorization, decided by the scripted user on the embedded server's
 * own pages.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.authorization-server.port=0")
class SampleDeviceTests {

	private RestTestClient http;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.http = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
	}

	@Test
	void oneIsApprovedAndOneDeniedByTheSameUser() {
		int approved = begin();
		int denied = begin();
		assertThat(json(look(approved))).extractingPath("$.state").isEqualTo("pending");

		String agreed = decide(approved, "approve");
		String refused = decide(denied, "deny");

		assertThat(json(agreed)).extractingPath("$.user").isEqualTo(List.of("signed in as demo-user", "agreed"));
		assertThat(json(refused)).extractingPath("$.user").isEqualTo(List.of("signed in as demo-user", "refused"));
		String end = awaitEnd(approved);
		assertThat(json(end)).extractingPath("$.state").isEqualTo("approved");
		assertThat(json(end)).extractingPath("$.token.scope").isEqualTo(List.of("read:users"));
		assertThat(json(end)).extractingPath("$.token.accessToken").asString().matches("[^*]{6}\\*\\*\\*");
		assertThat(json(end)).extractingPath("$.asked").isNotEqualTo(0);
		String otherEnd = awaitEnd(denied);
		assertThat(json(otherEnd)).extractingPath("$.state").isEqualTo("denied");
		assertThat(json(otherEnd)).extractingPath("$.error").isEqualTo("access_denied");
		assertThat(json(otherEnd)).doesNotHavePath("$.token");
		assertThat(List.of(agreed, refused, end, otherEnd))
			// Neither a JWT nor a device code is without such a piece.
			.allSatisfy((answer) -> assertThat(answer).doesNotContainPattern("[A-Za-z0-9_-]{40}"));
	}

	@Test
	void tellsTheUserWhereToGoButNotTheDeviceCode() {
		String begun = get("/device");

		assertThat(json(begun)).extractingPath("$.verificationUri").asString().endsWith("/activate");
		assertThat(json(begun)).extractingPath("$.userCode").asString().matches("[A-Z]{4}-[A-Z]{4}");
		assertThat(json(begun)).extractingPath("$.next.approve")
			.asString()
			.startsWith("curl -X POST http://127.0.0.1:");
		assertThat(begun).doesNotContainIgnoringCase("device_code").doesNotContainPattern("[A-Za-z0-9_-]{40}");
	}

	@Test
	void showsWhenItGoesOn() {
		String status = look(begin());

		assertThat(json(status)).extractingPath("$.waiting.interval").isEqualTo(5);
		assertThat(json(status)).extractingPath("$.waiting.expiresIn")
			.asNumber()
			.satisfies((seconds) -> assertThat(seconds.intValue()).isBetween(200, 300));
	}

	@Test
	void decisionIsMadeOnce() {
		int login = begin();
		decide(login, "approve");

		this.http.post()
			.uri("/device/{login}/deny", login)
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.CONFLICT)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
	}

	@ParameterizedTest
	@CsvSource({ "GET, /device/4711", "POST, /device/4711/approve", "POST, /device/4711/deny" })
	void unknownLoginIsNotFound(String method, String uri) {
		this.http.method(HttpMethod.valueOf(method))
			.uri(uri)
			.exchange()
			.expectStatus()
			.isNotFound()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("4711"));
	}

	@Test
	void personCanEnterTheCodeInTheBrowser() {
		Map<String, Object> begun = this.http.get()
			.uri("/device")
			.exchange()
			.returnResult(new ParameterizedTypeReference<Map<String, Object>>() {
			})
			.getResponseBody();
		RestTestClient browser = RestTestClient.bindToServer().baseUrl((String) begun.get("verificationUri")).build();

		browser.get()
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentTypeCompatibleWith(MediaType.TEXT_HTML)
			.expectBody(String.class)
			.value((page) -> assertThat(page).contains("<form action=\"/activate\">").contains("name=\"user_code\""));
		browser.get()
			.uri("?user_code={code}", begun.get("userCode"))
			.exchange()
			.expectStatus()
			.isTemporaryRedirect()
			.expectHeader()
			.valueEquals("Location", "/oauth2/device_verification?user_code=" + begun.get("userCode"));
	}

	private int begin() {
		return JsonPath.read(get("/device"), "$.login");
	}

	private String look(int login) {
		return get("/device/" + login);
	}

	private String awaitEnd(int login) {
		return await().atMost(Duration.ofSeconds(30))
			.until(() -> look(login), (status) -> !status.contains("\"pending\""));
	}

	private String decide(int login, String decision) {
		return body(this.http.post().uri("/device/{login}/{decision}", login, decision));
	}

	private String get(String uri) {
		return body(this.http.get().uri(uri));
	}

	private static String body(RestTestClient.RequestHeadersSpec<?> request) {
		String body = request.exchange().expectStatus().isOk().returnResult(String.class).getResponseBody();
		return (body != null) ? body : "";
	}

	private static JsonContent json(String body) {
		return new JsonContent(body);
	}

}
