package io.github.oidcgrants;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.BadAnswer;
import io.github.oidcgrants.testing.BrokenAnswer;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The client credentials grant against the table of bad answers, on both transports.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClientCredentialsBadAnswersTests {

	private static final TokenServer server = TokenServer.start();

	private static final GrantOptions IMPATIENT = GrantOptions.builder().timeout(Duration.ofMillis(300)).build();

	@Parameter
	TestTransport transport;

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@MethodSource("io.github.oidcgrants.testing.BadAnswers#ofTokenEndpoint")
	void refusesABadAnswerAfterOneRequest(BadAnswer bad) {
		bad.assertRefused(server, this::grant);
	}

	@ParameterizedTest
	@EnumSource(BrokenAnswer.class)
	void refusesABrokenAnswerAfterOneRequest(BrokenAnswer broken) {
		broken.assertRefused((uri) -> client().clientCredentialsGrant(
				TokenServer.configuration(uri, "client", ClientAuthentication.none()), GrantParameters.none(),
				IMPATIENT));
	}

	@Test
	void saysThatNobodyListens() {
		URI nobody = RawServer.deaf();
		GrantException failure = catchThrowableOfType(GrantException.class, () -> client()
			.clientCredentialsGrant(TokenServer.configuration(nobody, "client", ClientAuthentication.none())));
		assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
		assertThat(failure.getError().getErrorCode()).isEqualTo("transport");
		assertThat(failure.statusCode()).isNull();
		assertThat(failure).hasMessageContaining(nobody.toString()).hasMessageContaining("Connect");
	}

	@Test
	void doesNotRepeatARequestAfterAnEmptyReplyOnAConnectionThatWasKept() {
		try (RawServer once = RawServer.start((connection) -> {
			connection.readRequest();
			connection.write(RawServer.answer("HTTP/1.1 200 OK", "application/json", TokenServer.SUCCESS));
			connection.readRequest();
		})) {
			var configuration = TokenServer.configuration(once.uri("/token"), "client", ClientAuthentication.none());
			assertThat(client().clientCredentialsGrant(configuration).accessToken())
				.isEqualTo(TokenServer.ACCESS_TOKEN);
			GrantException failure = catchThrowableOfType(GrantException.class,
					() -> client().clientCredentialsGrant(configuration));
			assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
			assertThat(once.requests()).hasSize(2);
			assertThat(once.connections()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "DRIPPING_HEADERS", "DRIPPING_BODY", "STALLED_BODY", "SILENCE",
			"DRIPPING_BODY_OF_ANOTHER_TYPE", "ENDLESS_BODY" })
	void isBackSoonAfterTheDeadline(BrokenAnswer slow) {
		long start = System.nanoTime();
		refusesABrokenAnswerAfterOneRequest(slow);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
	}

	@Test
	void carriesWhatTheServerSaid() {
		server.answer(TokenServer.json(400, """
				{"error": "invalid_scope", "error_description": "No such\\u0007 scope\\n", "error_uri": "https://e/1"}
				""").withHeader("Retry-After", "7"));
		GrantException failure = catchThrowableOfType(GrantException.class, this::grant);
		assertThat(failure.getError().getErrorCode()).isEqualTo("invalid_scope");
		assertThat(failure.getError().getDescription()).isEqualTo("No such  scope");
		assertThat(failure.getError().getUri()).isEqualTo("https://e/1");
		assertThat(failure.statusCode()).isEqualTo(400);
		assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
		assertThat(failure).hasMessageStartingWith("POST " + server.tokenEndpoint() + " (client '")
			.hasMessageEndingWith(") was refused with invalid_scope (status 400): No such  scope");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "429|7|7", "503|0|0", "500|99999999999999999999|315360000",
			"429|Thu, 01 Jan 2026 00:01:40 GMT|100", "503|Wed, 31 Dec 2025 00:00:00 GMT|0" })
	void carriesHowLongToWait(int status, String header, long seconds) {
		server.answer(WireMock.aResponse().withStatus(status).withHeader("Retry-After", header));
		GrantException failure = catchThrowableOfType(GrantException.class, this::grant);
		assertThat(failure.statusCode()).isEqualTo(status);
		assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
	}

	@Test
	void namesTheSchemesThatTheServerAsksFor() {
		server.answer(WireMock.aResponse()
			.withStatus(401)
			.withHeader("WWW-Authenticate", "Negotiate YWJj, Basic realm=\"a, b\"", "Digest qop=\"auth\""));
		GrantException failure = catchThrowableOfType(GrantException.class, this::grant);
		assertThat(failure.statusCode()).isEqualTo(401);
		assertThat(failure)
			.hasMessageEndingWith("; it asks for the authentication negotiate, basic, digest. Check client-id,"
					+ " client-authentication-method, and the secret or key");
	}

	@Test
	void shortensALongDescription() {
		server.answer(TokenServer.json(400, """
				{"error": "invalid_scope", "error_description": "%s"}""".formatted("long ".repeat(1000))));
		GrantException failure = catchThrowableOfType(GrantException.class, this::grant);
		assertThat(failure.getError().getDescription()).hasSize(257).endsWith("…");
		assertThat(failure.getMessage()).hasSizeLessThan(400);
	}

	@Test
	@Timeout(value = 10, unit = TimeUnit.SECONDS)
	void endsWhenItsThreadIsInterruptedBeforehand() {
		server.answer(TokenServer.success());
		Thread.currentThread().interrupt();
		try {
			grant();
		}
		catch (GrantException ex) {
			assertThat(ex.kind()).isEqualTo(Kind.TRANSPORT);
		}
		assertThat(Thread.interrupted()).isTrue();
	}

	private void grant() {
		client().clientCredentialsGrant(server.configuration());
	}

	private GrantClient client() {
		return GrantClient.builder().transport(this.transport.shared()).clock(new TestClock()).build();
	}

}
