package io.github.oidcgrants.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.grant.GrantParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample as it is started by hand, but on free ports.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.authorization-server.port=0")
class SampleApplicationTests {

	private static final String USERS = "https://users.example.com";

	private static final String AUDIT = "https://audit.example.com";

	@Autowired
	private GrantTemplate grants;

	@Value("${sample.authorization-server.client-secret}")
	private String secret;

	private RestTestClient http;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.http = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		this.grants.evict("users");
	}

	@Test
	void getsTokenForTwoResourcesAndCallsTheApi() {
		this.http.get()
			.uri("/client-credentials")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.tokenType")
			.isEqualTo("bearer")
			.jsonPath("$.accessToken")
			.value(String.class, (token) -> assertThat(token).matches("[^*]{6}\\*\\*\\*"))
			.jsonPath("$.expiresIn")
			.value(Integer.class, (seconds) -> assertThat(seconds).isBetween(200, 300))
			.jsonPath("$.scope")
			.isEqualTo(List.of("read:users", "write:users"))
			.jsonPath("$.keptFromBefore")
			.isEqualTo(false)
			.jsonPath("$.api.status")
			.isEqualTo(200)
			.jsonPath("$.api.body.audience")
			.isEqualTo(List.of(USERS, AUDIT))
			.jsonPath("$.api.body.calledBy")
			.isEqualTo("sample");
	}

	@Test
	void givesTheSameTokenAgain() {
		String before = this.grants.token("users").accessToken();

		this.http.get()
			.uri("/client-credentials")
			.exchange()
			.expectBody()
			.jsonPath("$.keptFromBefore")
			.isEqualTo(true)
			.jsonPath("$.api.status")
			.isEqualTo(200);

		assertThat(this.grants.token("users").accessToken()).isEqualTo(before);
	}

	@Test
	void getsAnotherTokenForOneResource() {
		this.grants.token("users");

		this.http.get()
			.uri("/client-credentials?resource={resource}", USERS)
			.exchange()
			.expectBody()
			.jsonPath("$.keptFromBefore")
			.isEqualTo(false)
			.jsonPath("$.api.body.audience")
			.isEqualTo(List.of(USERS));
	}

	@ParameterizedTest
	@CsvSource({ "scope=write:users, 403, insufficient_scope", "resource=" + AUDIT + ", 401, invalid_token" })
	void showsThatTheApiRefusesTheToken(String query, int status, String error) {
		this.http.get()
			.uri("/client-credentials?" + query)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.api.status")
			.isEqualTo(status)
			.jsonPath("$.api.challenge")
			.value(String.class, (challenge) -> assertThat(challenge).contains(error));
	}

	@Test
	void apiRefusesWhoHasNoToken() {
		this.http.get().uri("/api/users").exchange().expectStatus().isUnauthorized();
	}

	@ParameterizedTest
	@CsvSource({ "resource=https://unknown.example.com, 502, oauth_error, invalid_target",
			"resource=" + USERS + "&resource=https://unknown.example.com, 502, oauth_error, invalid_target",
			"scope=delete:users, 502, oauth_error, invalid_scope",
			"registration=nobody, 400, misconfigured, misconfigured",
			"resource=relative, 400, misconfigured, misconfigured" })
	void answersWithProblemIfThereIsNoToken(String query, int status, String kind, String error) {
		this.http.get()
			.uri("/client-credentials?" + query)
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.valueOf(status))
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.kind")
			.isEqualTo(kind)
			.jsonPath("$.error")
			.isEqualTo(error)
			.jsonPath("$.detail")
			.exists();
	}

	@Test
	void actuatorTellsOfTheKeptTokens() {
		this.grants.token("users");

		assertThat(get("/actuator/oidcgrants")).contains("users", "read:users", USERS, AUDIT);
	}

	@Test
	void noAnswerHoldsTokenOrSecret() {
		List<String> answers = new ArrayList<>();
		answers.add(get("/client-credentials"));
		answers.add(get("/client-credentials"));
		answers.add(get("/client-credentials?resource=" + USERS));
		answers.add(get("/client-credentials?resource=" + AUDIT));
		answers.add(get("/client-credentials?resource=https://unknown.example.com"));
		answers.add(get("/actuator/oidcgrants"));

		String one = this.grants.token("users").accessToken();
		String other = this.grants.clientCredentialsGrant("users", (ask) -> ask.resource(USERS)).accessToken();
		String third = this.grants.clientCredentialsGrant("users", GrantParameters.builder().resource(AUDIT).build())
			.accessToken();

		assertThat(answers).allSatisfy((answer) -> assertThat(answer).isNotEmpty()
			.doesNotContain(this.secret)
			.doesNotContain(Stream.of(one, other, third).map(SampleApplicationTests::secretPart).toList()));
	}

	// All of a JWT but its header, which is no secret and the same for all.
	private static String secretPart(String token) {
		return token.substring(token.indexOf('.'));
	}

	@Test
	void homeListsEndpointsThatAnswer() {
		assertThat(get("/"))
			.contains("/client-credentials", "/refresh", "/token-exchange", "/dpop", "/device", "/actuator/oidcgrants")
			.doesNotContain("/ciba");
		this.http.get().uri("/actuator/health").exchange().expectStatus().isOk();
	}

	private String get(String uri) {
		String body = this.http.get().uri(uri).exchange().returnResult(String.class).getResponseBody();
		return (body != null) ? body : "";
	}

}
