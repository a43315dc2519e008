package io.github.oidcgrants;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.EverythingLogged;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * With everything logged and a server that repeats whatever it was told, nothing is shown
 * of a wait for a user: no code, no hint, no message to the user, no notification token
 * and no signed request.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
class UserGrantRedactionTests {

	private static final String DEVICE_CODE = "d3v1ce/c0de+&=";

	private static final String USER_CODE = "US3R-C0D3";

	private static final String AUTH_REQ_ID = "4uth.r3q/1d+&=";

	private static final GrantParameters AUTHENTICATION = GrantParameters.builder()
		.scope("openid")
		.parameter("login_hint", "us3r+h1nt@idp.example")
		.parameter("binding_message", "p4y m3 & g0")
		.parameter("user_code", "p1n-c0d3=")
		.build();

	private static final List<String> CODES = List.of(DEVICE_CODE, USER_CODE, AUTH_REQ_ID);

	@RegisterExtension
	private final EverythingLogged logged = new EverythingLogged();

	@Parameter
	TestTransport transport;

	static Stream<String> answers() {
		return RedactionTests.answers();
	}

	@ParameterizedTest(name = "{index}")
	@MethodSource("answers")
	void showsNothingOfAnAuthenticationRequestThatTheServerRepeats(String answer) {
		for (String name : List.of("login_hint", "binding_message", "user_code", "client_notification_token")) {
			assertNotShown(answer, name, CibaOptions.builder());
		}
	}

	@ParameterizedTest(name = "{index}")
	@MethodSource("answers")
	void showsNothingOfASignedRequestThatTheServerRepeats(String answer) {
		assertNotShown(answer, "request", CibaOptions.builder().requestSigningKey(SigningKey.of(TestKeys.P256)));
	}

	@ParameterizedTest(name = "{index}")
	@MethodSource("answers")
	void showsNothingOfACodeThatTheServerRepeats(String answer) {
		assertNotShown(answer, "device_code",
				(client, configuration) -> client.genericGrantRequest(configuration,
						"urn:ietf:params:oauth:grant-type:device_code",
						GrantParameters.builder().parameter("device_code", DEVICE_CODE).build()),
				CibaOptions.builder());
		assertNotShown(answer, "auth_req_id",
				(client, configuration) -> client.genericGrantRequest(configuration,
						"urn:openid:params:grant-type:ciba",
						GrantParameters.builder().parameter("auth_req_id", AUTH_REQ_ID).build()),
				CibaOptions.builder());
	}

	@Test
	void showsNoCodeOfASuccess() {
		String codes = """
				{"device_code": "%s", "user_code": "%s", "auth_req_id": "%s", "expires_in": 600,
				"verification_uri": "https://idp.example/device?user_code=%2$s",
				"verification_uri_complete": "https://idp.example/device?user_code=%2$s"}""".formatted(DEVICE_CODE,
				USER_CODE, AUTH_REQ_ID);
		try (RawServer server = answering(codes); GrantClient client = client()) {
			Configuration configuration = configuration(server.uri("/any"), CibaOptions.builder());
			DeviceAuthorizationResponse code = client.initiateDeviceAuthorization(configuration,
					GrantParameters.none());
			BackchannelAuthenticationResponse request = client.initiateBackchannelAuthentication(configuration,
					AUTHENTICATION);
			assertThat(code.userCode()).isEqualTo(USER_CODE);
			assertThat(request.authReqId()).isEqualTo(AUTH_REQ_ID);
			Set<String> secrets = new LinkedHashSet<>(CODES);
			AUTHENTICATION.asMap().forEach((name, values) -> secrets.addAll(values));
			secrets.remove("openid");
			secrets.add(parameter(server.requests().get(1), "client_notification_token"));
			assertThat(code + " " + request + " " + AUTHENTICATION + " " + client + client.cibaNotifications()
					+ configuration.ciba() + this.logged.text())
				.doesNotContain(secrets);
		}
	}

	@Test
	void showsNoCodeOfAnAnswerThatIsMalformed() {
		String codes = "{\"device_code\": \"" + DEVICE_CODE + "\", \"user_code\": \"" + USER_CODE
				+ "\", \"auth_req_id\": \"" + AUTH_REQ_ID + "\"";
		for (String rest : List.of("", "}", "} x", ", \"expires_in\": \"" + USER_CODE + "\"}", ", \"expires_in\": -1}",
				", \"expires_in\": 60, \"interval\": \"" + DEVICE_CODE + "\"}",
				", \"user_code\": 1, \"auth_req_id\": 1}")) {
			assertMalformedShowsNoCode(codes + rest);
		}
		assertMalformedShowsNoCode("{\"device_code\": [\"" + DEVICE_CODE + "\"], \"auth_req_id\": [\"" + AUTH_REQ_ID
				+ "\"], \"expires_in\": 60}");
		assertMalformedShowsNoCode("{\"device_code\": \"c\", \"user_code\": \"u\", \"verification_uri\": \"http:"
				+ USER_CODE + "\", \"auth_req_id\": \"" + AUTH_REQ_ID + "\\n\", \"expires_in\": 60}");
	}

	private void assertMalformedShowsNoCode(String body) {
		try (RawServer server = answering(body); GrantClient client = client()) {
			Configuration configuration = configuration(server.uri("/any"), CibaOptions.builder());
			List<GrantException> failures = List.of(
					catchThrowableOfType(GrantException.class,
							() -> client.initiateDeviceAuthorization(configuration, GrantParameters.none())),
					catchThrowableOfType(GrantException.class,
							() -> client.initiateBackchannelAuthentication(configuration, AUTHENTICATION)));
			assertThat(failures).map(EverythingLogged::everythingIn)
				.allSatisfy((text) -> assertThat(text).doesNotContain(CODES));
			assertThat(this.logged.text()).doesNotContain(CODES);
		}
	}

	private static RawServer answering(String body) {
		return RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 200 OK", "application/json", body));
			}
		});
	}

	private void assertNotShown(String answer, String name, CibaOptions.Builder ciba) {
		assertNotShown(answer, name,
				(client, configuration) -> client.initiateBackchannelAuthentication(configuration, AUTHENTICATION),
				ciba);
	}

	// The server repeats a parameter, first as it came and then decoded.
	private void assertNotShown(String answer, String name, Operation operation, CibaOptions.Builder ciba) {
		for (boolean decoded : new boolean[] { false, true }) {
			AtomicReference<String> sent = new AtomicReference<>();
			try (RawServer server = RawServer.start((connection) -> {
				connection.readRequest();
				sent.set(parameter(connection.lastRequest(), name));
				connection.write(answer.replace("%s", decoded ? TokenServer.decode(sent.get()) : sent.get()));
			}); GrantClient client = client()) {
				GrantException failure = catchThrowableOfType(GrantException.class,
						() -> operation.run(client, configuration(server.uri("/any"), ciba)));
				assertThat(failure).isNotNull();
				assertThat(EverythingLogged.everythingIn(failure) + this.logged.text()).doesNotContain(sent.get(),
						TokenServer.decode(sent.get()));
			}
		}
	}

	private GrantClient client() {
		return GrantClient.builder().transport(this.transport.shared()).build();
	}

	private static Configuration configuration(URI endpoint, CibaOptions.Builder ciba) {
		AuthorizationServer server = AuthorizationServer.builder()
			.issuer("https://idp.example")
			.tokenEndpoint(endpoint)
			.deviceAuthorizationEndpoint(endpoint)
			.backchannelAuthenticationEndpoint(endpoint)
			.build();
		return Configuration.builder(server, "client")
			.authentication(ClientAuthentication.clientSecretPost("s3cr3t"))
			.ciba(ciba.tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.allowInsecureRequests(true)
			.timeout(Duration.ofMillis(500))
			.build();
	}

	private static String parameter(String request, String name) {
		String form = request.substring(request.indexOf("\r\n\r\n") + 4);
		return Stream.of(form.split("&"))
			.filter((pair) -> pair.startsWith(name + "="))
			.map((pair) -> pair.substring(name.length() + 1))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * What is tried.
	 */
	@FunctionalInterface
	interface Operation {

		void run(GrantClient client, Configuration configuration);

	}

}
