package io.github.oidcgrants.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packaged sample, processed ahead of time, in a JVM of its own. There is no way
 * round the generated code: without it the start fails in this mode.
 */
class AheadOfTimeIntegrationTests {

	private static final Pattern READY = Pattern.compile("Try: curl (http://127\\.0\\.0\\.1:\\d+)");

	@TempDir
	private static Path directory;

	private static Path log;

	private static Process sample;

	private static RestTestClient http;

	@BeforeAll
	static void start() throws IOException {
		log = directory.resolve("sample.log");
		String late = "--oidc-grants.registration.late.";
		sample = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Dspring.aot.enabled=true", "-jar", System.getProperty("sample.jar"), "--server.port=0",
				"--sample.authorization-server.port=0", late + "provider=local", late + "client-id=sample",
				late + "client-secret=${sample.authorization-server.client-secret}",
				late + "client-authentication-method=client_secret_post", late + "scope=read:users",
				late + "resource=https://users.example.com")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		await().atMost(Duration.ofMinutes(1)).until(() -> !sample.isAlive() || READY.matcher(output()).find());
		Matcher ready = READY.matcher(output());
		assertThat(ready.find()).as(output()).isTrue();
		http = RestTestClient.bindToServer().baseUrl(ready.group(1)).build();
	}

	@AfterAll
	static void stop() throws InterruptedException {
		sample.destroy();
		boolean ended = sample.waitFor(30, TimeUnit.SECONDS);
		sample.destroyForcibly();
		assertThat(ended).as("the sample ends when it is told to").isTrue();
	}

	@Test
	void runsWhatWasGenerated() {
		assertThat(output()).contains("Starting AOT-processed SampleApplication");
	}

	@ParameterizedTest
	@ValueSource(strings = { "users", "late" })
	void getsTokenAndCallsTheApi(String registration) {
		http.get()
			.uri("/client-credentials?registration={registration}", registration)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.tokenType")
			.isEqualTo("bearer")
			.jsonPath("$.api.status")
			.isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/refresh", "/token-exchange", "/dpop" })
	void showsTheOtherGrants(String uri) {
		http.get().uri(uri).exchange().expectStatus().isOk().expectBody().jsonPath("$.accessToken").exists();
	}

	@Test
	void showsLoginsThatTheUserDecidesAbout() {
		http.get().uri("/device").exchange().expectStatus().isOk().expectBody().jsonPath("$.login").isEqualTo(1);
		http.post()
			.uri("/device/1/approve")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.user[1]")
			.isEqualTo("agreed");
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> http.get()
				.uri("/device/1")
				.exchange()
				.expectBody()
				.jsonPath("$.state")
				.isEqualTo("approved"));
	}

	private static String output() {
		try {
			return Files.readString(log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
