package io.github.oidcgrants;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Servers that give no token over a real connection: callers fail fast, and the server
 * sees no more than the rate of the pauses.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GrantTemplateCoolDownTests {

	private final TestClock clock = new TestClock();

	private final TokenServer server = TokenServer.start();

	private final GrantClient client = GrantClient.create();

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
	}

	@Test
	void aServerThatRefusesTheClientIsAskedAtTheRateOfThePauses() {
		this.server.answer(TokenServer.json(401, "{\"error\": \"invalid_client\"}"));
		GrantTemplate template = template(this.server.configuration());
		assertThat(fail(template).kind()).isEqualTo(Kind.OAUTH_ERROR);
		for (int i = 0; i < 70; i++) {
			fail(template);
			this.clock.advance(Duration.ofSeconds(1));
		}
		// At 0, 1, 3, 7, 15, 31 and 61 s.
		assertThat(this.server.requests()).hasSize(7);
		GrantException refusal = fail(template);
		assertThat(refusal.kind()).isEqualTo(Kind.COOLING_DOWN);
		assertThat(refusal.getCause()).isInstanceOfSatisfying(GrantException.class,
				(cause) -> assertThat(cause.getError().getErrorCode()).isEqualTo("invalid_client"));
	}

	@Test
	void aServerThatAsksToWaitIsLeftAloneAsLong() {
		this.server.answer(TokenServer.json(429, "{\"error\": \"slow\"}").withHeader("Retry-After", "20"));
		GrantTemplate template = template(this.server.configuration());
		fail(template);
		this.clock.advance(Duration.ofSeconds(20).minusNanos(1));
		assertThat(fail(template).kind()).isEqualTo(Kind.COOLING_DOWN);
		assertThat(this.server.requests()).hasSize(1);
		this.server.answer(TokenServer.success());
		this.clock.advance(Duration.ofNanos(1));
		assertThat(template.token("r").accessToken()).isEqualTo(TokenServer.ACCESS_TOKEN);
	}

	@Test
	void aServerThatHangsIsWaitedForOnceAPauseAndNotByTheNextCaller() {
		try (RawServer hanging = RawServer.start((connection) -> connection.pause(Duration.ofSeconds(30)))) {
			GrantTemplate template = template(Configuration
				.builder(AuthorizationServer.builder().tokenEndpoint(hanging.uri("/token")).build(), "client")
				.authentication(ClientAuthentication.clientSecretPost("secret"))
				.allowInsecureRequests(true)
				.timeout(Duration.ofMillis(200))
				.build());
			int connections = 0;
			for (int pause : new int[] { 1, 2, 4 }) {
				assertThat(fail(template).kind()).isEqualTo(Kind.TIMEOUT);
				this.clock.advance(Duration.ofSeconds(pause).minusNanos(1));
				for (int i = 0; i < 100; i++) {
					GrantException refusal = fail(template);
					assertThat(refusal.kind()).isEqualTo(Kind.COOLING_DOWN);
					assertThat(refusal.getCause()).isInstanceOfSatisfying(GrantException.class,
							(cause) -> assertThat(cause.kind()).isEqualTo(Kind.TIMEOUT));
				}
				connections++;
				assertThat(hanging.connections()).isEqualTo(connections);
				this.clock.advance(Duration.ofNanos(1));
			}
		}
	}

	@Test
	void aCallerThatIsInAHurryStopsNobody() {
		this.server.answer(TokenServer.success().withFixedDelay(300));
		GrantTemplate template = template(this.server.configuration());
		GrantException failure = catchThrowableOfType(GrantException.class, () -> template.clientCredentialsGrant("r",
				GrantParameters.none(), GrantOptions.builder().timeout(Duration.ofMillis(20)).build()));
		assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
		assertThat(template.token("r").accessToken()).isEqualTo(TokenServer.ACCESS_TOKEN);
	}

	@Test
	void aServerThatNobodyListensForIsNotTriedAgainAtOnce() {
		URI deaf = RawServer.deaf();
		GrantTemplate template = template(
				TokenServer.configuration(deaf, "client", ClientAuthentication.clientSecretPost("secret")));
		assertThat(fail(template).kind()).isEqualTo(Kind.TRANSPORT);
		assertThat(fail(template).kind()).isEqualTo(Kind.COOLING_DOWN);
	}

	private GrantTemplate template(Configuration configuration) {
		TokenCache cache = TokenCache.builder()
			.clock(this.clock, this.clock::nanoTime)
			.jitter(() -> 0.5)
			.executor(Runnable::run)
			.build();
		return new GrantTemplate(this.client, cache, List.of(GrantRegistration.builder("r", configuration).build()));
	}

	private static GrantException fail(GrantTemplate template) {
		return catchThrowableOfType(GrantException.class, () -> template.token("r"));
	}

}
