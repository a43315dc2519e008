package io.github.oidcgrants;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.oidcgrants.testing.BadAnswers;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What servers may answer to the client credentials grant, in its legal variety.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
class ClientCredentialsAnswersTests {

	private static final TokenServer server = TokenServer.start();

	private static final String OPEN = TokenServer.SUCCESS.substring(0, TokenServer.SUCCESS.length() - 1);

	@Parameter
	TestTransport transport;

	@AfterAll
	static void stop() {
		server.close();
	}

	static Stream<Arguments> waysToSayTheSame() {
		byte[] success = TokenServer.SUCCESS.getBytes(StandardCharsets.UTF_8);
		return Stream.of(Arguments.of("plain", TokenServer.success()),
				Arguments.of("with charset", typed("application/json;charset=UTF-8")),
				Arguments.of("with charset, spaced and quoted", typed("Application/JSON ; charset=\"utf-8\"")),
				Arguments.of("with an empty parameter", typed("application/json;")),
				Arguments.of("with a suffix", typed("application/token-response+json")),
				Arguments.of("in gzip", BadAnswers.gzip(TokenServer.json(200, ""), BadAnswers.gzip(success))),
				Arguments.of("in gzip by another name",
						TokenServer.json(200, "")
							.withHeader("Content-Encoding", "X-GZip")
							.withBody(BadAnswers.gzip(success))),
				Arguments.of("not encoded", TokenServer.success().withHeader("Content-Encoding", "identity")),
				Arguments.of("behind a byte order mark", TokenServer.json(200, "\uFEFF" + TokenServer.SUCCESS)),
				Arguments.of("between spaces", TokenServer.json(200, " \r\n\t" + TokenServer.SUCCESS + "\n\n")),
				Arguments.of("in chunks", TokenServer.success().withChunkedDribbleDelay(3, 1)),
				Arguments.of("with a cookie", TokenServer.success().withHeader("Set-Cookie", "a=b")),
				Arguments.of("with an error that is null", TokenServer.json(200, OPEN + ", \"error\": null}")),
				Arguments.of("with optional members that are null",
						TokenServer.json(200,
								OPEN + ", \"refresh_token\": null, \"scope\": null, \"id_token\": null}")),
				Arguments.of("with optional members that are empty",
						TokenServer.json(200,
								OPEN + ", \"refresh_token\": \"\", \"scope\": \"\", \"id_token\": \"\"}")),
				Arguments.of("almost as long as allowed",
						TokenServer.json(200, OPEN + ", \"padding\": \"" + "x".repeat(1000 * 1024) + "\"}")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("waysToSayTheSame")
	void understandsTheSameHoweverItIsSaid(String name, ResponseDefinitionBuilder answer) {
		server.answer(answer);
		TokenEndpointResponse token = grant();
		assertThat(token.accessToken()).as(name).isEqualTo(TokenServer.ACCESS_TOKEN);
		assertThat(token.tokenType()).isEqualTo("bearer");
		assertThat(token.expiresIn()).isEqualTo(Duration.ofHours(1));
		assertThat(token.refreshToken()).isNull();
		assertThat(token.scope()).isNull();
		assertThat(token.idToken()).isNull();
		assertThat(server.requests()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Bearer", "bearer", "BEARER" })
	void comparesTheTokenTypeWithoutCase(String type) {
		server.answer(TokenServer.json(200, TokenServer.SUCCESS.replace("Bearer", type)));
		assertThat(grant().tokenType()).isEqualTo(type.toLowerCase(Locale.ROOT));
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "1, 1", "3600.0, 3600", "3599.999, 3599", "0.5, 0", "-0, 0", "36e2, 3600", "1e-999999999, 0",
			"'\"3600\"', 3600", "'\"3600.7\"', 3600", "'\"0\"', 0", "315360000, 315360000", "315360001, 315360000",
			"9223372036854775808, 315360000", "1e999999999, 315360000", "'\"99999999999999999999\"', 315360000" })
	void readsALifetimeAsNumberOrText(String value, long seconds) {
		server.answer(TokenServer.json(200, TokenServer.SUCCESS.replace("3600", value)));
		assertThat(grant().expiresIn()).isEqualTo(Duration.ofSeconds(seconds));
	}

	@Test
	void capsALifetimeOfFourHundredDigits() {
		server.answer(TokenServer.json(200, TokenServer.SUCCESS.replace("3600", "9".repeat(400))));
		assertThat(grant().expiresIn()).isEqualTo(Duration.ofDays(3650));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"expires_in\": null", "\"x\": 1" })
	void doesNotInventALifetime(String member) {
		server.answer(TokenServer.json(200, TokenServer.SUCCESS.replace("\"expires_in\": 3600", member)));
		TokenEndpointResponse token = grant();
		assertThat(token.expiresIn()).isNull();
		assertThat(token.expiresAt()).isNull();
	}

	@Test
	void keepsEveryOtherMemberByName() {
		server.answer(TokenServer.json(200, OPEN + """
				, "scope": "read  write", "refresh_token": "r", "text": "\u00fc", "number": 1.50,
				"list": [1, null], "object": {"a": true}, "nothing": null}"""));
		TokenEndpointResponse token = grant();
		assertThat(token.scope()).isEqualTo("read  write");
		assertThat(token.scopes()).containsExactly("read", "write");
		assertThat(token.refreshToken()).isEqualTo("r");
		assertThat(token.get("text")).isEqualTo("\u00fc");
		assertThat(token.get("number")).isEqualTo(new BigDecimal("1.50"));
		assertThat(token.get("list")).isEqualTo(Arrays.asList(1, null));
		assertThat(token.get("object")).isEqualTo(Map.of("a", true));
		assertThat(token.get("absent")).isNull();
		assertThat(token.members()).containsKey("nothing").hasSize(10);
	}

	private TokenEndpointResponse grant() {
		return GrantClient.builder()
			.transport(this.transport.shared())
			.clock(new TestClock())
			.build()
			.clientCredentialsGrant(server.configuration());
	}

	private static ResponseDefinitionBuilder typed(String contentType) {
		return WireMock.aResponse()
			.withStatus(200)
			.withHeader("Content-Type", contentType)
			.withBody(TokenServer.SUCCESS);
	}

}
