package io.github.oidcgrants.grant;

import java.util.stream.Stream;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.testing.BadAnswer;
import io.github.oidcgrants.testing.BadAnswers;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Refresh and generic grants against the table of bad answers.
 */
class GrantBadAnswersTests {

	@AutoClose
	private static final TokenServer server = TokenServer.start();

	private final GrantClient client = GrantClient.builder().transport(TestTransport.HTTP_COMPONENTS.shared()).build();

	static Stream<BadAnswer> ofTokenEndpoint() {
		return BadAnswers.ofTokenEndpoint();
	}

	static Stream<BadAnswer> ofAnyEndpoint() {
		return BadAnswers.ofAnyEndpoint();
	}

	@ParameterizedTest
	@MethodSource("ofTokenEndpoint")
	void refreshRefusesABadAnswer(BadAnswer bad) {
		bad.assertRefused(server, () -> this.client.refreshTokenGrant(server.configuration(), "refresh-1"));
	}

	@ParameterizedTest
	@MethodSource("ofTokenEndpoint")
	void jwtBearerRefusesABadAnswer(BadAnswer bad) {
		bad.assertRefused(server, () -> request("urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion"));
	}

	@ParameterizedTest
	@MethodSource("ofTokenEndpoint")
	void samlBearerRefusesABadAnswer(BadAnswer bad) {
		bad.assertRefused(server, () -> request("urn:ietf:params:oauth:grant-type:saml2-bearer", "assertion"));
	}

	@ParameterizedTest
	@MethodSource("ofTokenEndpoint")
	void customGrantRefusesABadAnswer(BadAnswer bad) {
		bad.assertRefused(server, () -> request("urn:example:grant", "ticket"));
	}

	// What it alone must refuse is in TokenExchangeTests.
	@ParameterizedTest
	@MethodSource("ofAnyEndpoint")
	void tokenExchangeRefusesABadAnswer(BadAnswer bad) {
		bad.assertRefused(server, () -> request("urn:ietf:params:oauth:grant-type:token-exchange", "subject_token",
				"subject_token_type"));
	}

	private void request(String grantType, String... names) {
		GrantParameters.Builder parameters = GrantParameters.builder();
		for (String name : names) {
			parameters.parameter(name, "value-of-" + name);
		}
		this.client.genericGrantRequest(server.configuration(), grantType, parameters.build());
	}

}
