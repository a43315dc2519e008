package io.github.oidcgrants.grant;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.BadAnswer;
import io.github.oidcgrants.testing.BadAnswers;
import io.github.oidcgrants.testing.BrokenAnswer;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both endpoints that begin a wait against the table of bad answers. None is asked again.
 */
class InitiationBadAnswersTests {

	@AutoClose
	private static final TokenServer server = TokenServer.start();

	@AutoClose
	private static final GrantClient client = GrantClient.builder()
		.transport(TestTransport.HTTP_COMPONENTS.shared())
		.build();

	static Stream<Arguments> badAnswers() {
		return kinds().flatMap((kind) -> BadAnswers.ofAnyEndpoint().map((bad) -> Arguments.of(kind, bad)));
	}

	static Stream<Arguments> brokenAnswers() {
		return kinds()
			.flatMap((kind) -> Arrays.stream(BrokenAnswer.values()).map((broken) -> Arguments.of(kind, broken)));
	}

	private static Stream<InitiationKind> kinds() {
		return Arrays.stream(InitiationKind.values());
	}

	@ParameterizedTest
	@MethodSource("badAnswers")
	void refusesABadAnswer(InitiationKind kind, BadAnswer bad) {
		URI endpoint = URI.create(server.origin() + kind.path());
		bad.assertRefused(server, () -> initiate(kind, endpoint, Duration.ofSeconds(10)));
	}

	@ParameterizedTest
	@MethodSource("brokenAnswers")
	void refusesABrokenAnswer(InitiationKind kind, BrokenAnswer broken) {
		broken.assertRefused((uri) -> initiate(kind, uri, Duration.ofMillis(500)));
	}

	private static void initiate(InitiationKind kind, URI endpoint, Duration timeout) {
		AuthorizationServer idp = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.member(kind.endpoint(), endpoint.toString())
			.build();
		Configuration configuration = Configuration.builder(idp, TokenServer.CLIENT_ID)
			.allowInsecureRequests(true)
			.timeout(timeout)
			.build();
		kind.initiate(client, configuration);
	}

}
