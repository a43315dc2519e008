package io.github.oidcgrants;

import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedTokenListener;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.managed.ManagedTokens;
import io.github.oidcgrants.testing.EverythingLogged;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
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
 * With everything logged and a server that repeats whatever it was told, no secret is
 * ever shown.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
class RedactionTests {

	private static final String CLIENT_SECRET = "cl13nt/s3cr3t+&=%? x";

	private static final String ASSERTION = "eyJhbGciOi.as~s/ert+ion==";

	private static final String ACCESS_TOKEN = "acc3ss-tok3n";

	private static final String REFRESH_TOKEN = "r3fr3sh-tok3n";

	private static final String ID_TOKEN = "1d-tok3n";

	private static final List<String> SECRETS = List.of(CLIENT_SECRET, form(CLIENT_SECRET),
			form(CLIENT_SECRET).replace("+", "%20"), basic(CLIENT_SECRET), ASSERTION, form(ASSERTION));

	private static final List<String> TOKENS = List.of(ACCESS_TOKEN, REFRESH_TOKEN, ID_TOKEN);

	@RegisterExtension
	private final EverythingLogged logged = new EverythingLogged();

	@Parameter
	TestTransport transport;

	// Each %s becomes a secret, as it is and encoded.
	static Stream<String> answers() {
		return Stream.of(json("400 No", "{\"error\": \"invalid_grant\", \"error_description\": \"You said %s\"}"),
				json("400 No", "{\"error\": \"%s\"}"), json("400 No", "{\"error\": \"a\", \"error_uri\": \"%s\"}"),
				json("400 No", "{\"error_description\": \"%s\"}"), json("400 No", "{\"%s\": \"%s\""),
				json("200 OK", "{\"error\": \"invalid_grant\", \"error_description\": \"%s\"}"),
				json("200 OK", "{\"access_token\": \"t\", \"token_type\": \"%s\"}"),
				json("200 OK", "{\"access_token\": \"t\", \"token_type\": \"Bearer\", \"expires_in\": \"%s\"}"),
				json("200 OK", "{\"%s\": 1, \"%s\": 1}"), json("200 OK", "\"%s\""), json("200 OK", "%s"),
				json("500 Oops", "{\"error\": \"%s\"}"), text("500 Oops", "X-A: b", "%s"), text("200 %s", "X-A: b", ""),
				text("404 %s", "X-A: b", ""), text("%s", "X-A: b", ""), text("500 Oops", "X-Echo: %s", ""),
				text("500 Oops", "%s", ""), text("500 Oops", "%s: x", ""), text("302 Found", "Location: /%s", ""),
				text("302 Found", "Location: %s", ""), text("401 No", "WWW-Authenticate: %s", ""),
				text("401 No", "WWW-Authenticate: Bearer error=\"%s\"", ""),
				text("401 No", "WWW-Authenticate: Bearer error=\"a\", error_description=\"%s\"", ""),
				text("401 No", "WWW-Authenticate: Basic realm=\"%s\"", ""), text("429 Wait", "Retry-After: %s", ""),
				text("200 OK", "Content-Type: %s", "{}"), text("200 OK", "Content-Type: application/json;a=%s", "%s"),
				text("200 OK", "Content-Encoding: %s", "{}"), text("200 OK", "Transfer-Encoding: %s", "{}"),
				text("200 OK", "Set-Cookie: %s=%s", "{}"), "%s\r\n\r\n", "HTTP/1.1 %s\r\n\r\n", "%s",
				"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n{}",
				"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n{}");
	}

	@ParameterizedTest(name = "{index}")
	@MethodSource("answers")
	void showsNoSecretThatTheServerRepeats(String answer) {
		for (String secret : SECRETS) {
			boolean basic = secret.equals(basic(CLIENT_SECRET));
			try (RawServer server = RawServer.start((connection) -> {
				connection.readRequest();
				connection.write(answer.replace("%s", secret));
			})) {
				GrantException failure = catchThrowableOfType(GrantException.class,
						() -> template(server, basic ? ClientAuthentication.clientSecretBasic(CLIENT_SECRET)
								: ClientAuthentication.clientSecretPost(CLIENT_SECRET))
							.token("r"));
				assertThat(failure).isNotNull();
				assertClean(EverythingLogged.everythingIn(failure));
			}
		}
		assertClean(this.logged.text());
	}

	@Test
	void showsNoTokenOfASuccess() {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 200 OK", "application/json", """
						{"access_token": "%s", "token_type": "Bearer", "refresh_token": "%s"}""".formatted(ACCESS_TOKEN,
						REFRESH_TOKEN)));
			}
		})) {
			GrantTemplate template = template(server, ClientAuthentication.clientSecretBasic(CLIENT_SECRET));
			TokenEndpointResponse response = template.token("r");
			assertThat(response.accessToken()).isEqualTo(ACCESS_TOKEN);
			assertThat(server.requests().get(0)).contains(basic(CLIENT_SECRET), form(ASSERTION));
			assertClean(response + " " + template + " " + template.configuration("r"));
			assertClean(this.logged.text());
		}
	}

	@Test
	void showsNoTokenOfAnAnswerThatIsMalformed() {
		for (String rest : List.of("\"token_type\": \"mac\"}", "\"token_type\": 1}", "\"expires_in\": -1}", "} x", "",
				"\"access_token\": 1}", "\"token_type\": \"Bearer\", \"scope\": [1]}")) {
			try (RawServer server = RawServer.start((connection) -> {
				connection.readRequest();
				connection.write(json("200 OK", "{\"access_token\": \"" + ACCESS_TOKEN + "\", " + rest));
			})) {
				GrantException failure = catchThrowableOfType(GrantException.class,
						() -> template(server, ClientAuthentication.none()).token("r"));
				assertClean(EverythingLogged.everythingIn(failure));
			}
		}
		assertClean(this.logged.text());
	}

	@Test
	void showsNoSecretOfASupplierThatFails() {
		ClientAuthentication failing = ClientAuthentication.clientSecretPost(() -> {
			throw new IllegalStateException("Cannot decrypt " + CLIENT_SECRET);
		});
		try (RawServer server = RawServer.start((connection) -> connection.readRequest())) {
			GrantException failure = catchThrowableOfType(GrantException.class,
					() -> template(server, failing).token("r"));
			assertClean(EverythingLogged.everythingIn(failure));
			assertThat(server.requests()).isEmpty();
		}
	}

	@Test
	void showsNoSecretInTheAddressOfATokenEndpoint() {
		String address = "http://user:" + ACCESS_TOKEN + "@127.0.0.1:1/token?code=" + ACCESS_TOKEN;
		AuthorizationServer server = AuthorizationServer.builder().tokenEndpoint(URI.create(address)).build();
		GrantException failure = catchThrowableOfType(GrantException.class,
				() -> Configuration.builder(server, "client").build());
		assertClean(EverythingLogged.everythingIn(failure));
	}

	@Test
	void showsNoTokenBesideAnIdTokenThatIsRefused() {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 200 OK", "application/json", """
						{"access_token": "%s", "token_type": "Bearer", "refresh_token": "%s", "id_token": "%s"}"""
					.formatted(ACCESS_TOKEN, REFRESH_TOKEN, ID_TOKEN)));
			}
		})) {
			GrantTemplate template = template(server, ClientAuthentication.clientSecretBasic(CLIENT_SECRET));
			GrantException failure = catchThrowableOfType(GrantException.class, () -> template.token("r"));
			assertThat(failure.kind()).isEqualTo(Kind.ID_TOKEN_REFUSED);
			assertClean(failure + " " + template);
		}
	}

	@Test
	void showsNoTokenThatIsManaged() {
		try (RawServer server = RawServer.start((connection) -> {
			while (connection.readRequest()) {
				connection.write(RawServer.answer("HTTP/1.1 200 OK", "application/json", """
						{"access_token": "%s", "token_type": "Bearer", "refresh_token": "%s"}""".formatted(ACCESS_TOKEN,
						REFRESH_TOKEN)));
				connection.readRequest();
				connection.write(RawServer.answer("HTTP/1.1 400 No", "application/json", """
						{"error": "invalid_grant", "error_description": "You said %s"}""".formatted(REFRESH_TOKEN)));
			}
		})) {
			GrantTemplate template = template(server, ClientAuthentication.clientSecretBasic(CLIENT_SECRET));
			ManagedTokens managed = template.managed("r");
			List<String> heard = new ArrayList<>();
			managed.listen(new ManagedTokenListener() {

				@Override
				public void lost(String registrationId, String name, GrantException reason) {
					throw new IllegalStateException(REFRESH_TOKEN);
				}

				@Override
				public void unsaved(String registrationId, String name, GrantException reason) {
					heard.add(EverythingLogged.everythingIn(reason));
				}

			});
			TokenEndpointResponse login = template.token("r");
			managed.put("n", login);
			managed.refused("n", login);
			for (int i = 0; i < 2; i++) {
				GrantException failure = catchThrowableOfType(GrantException.class, () -> managed.token("n"));
				assertThat(failure.getError().getErrorCode()).isEqualTo("invalid_grant");
				assertClean(EverythingLogged.everythingIn(failure));
			}
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> this.logged.text().contains("A listener of the managed"));
			assertThat(heard).isEmpty();
			assertClean(managed + " " + template + this.logged.text());
		}
	}

	@Test
	void showsNothingThatAStoreQuotes() {
		try (RawServer server = RawServer.start((connection) -> connection.readRequest())) {
			ManagedTokenStore failing = (ManagedTokenStore) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { ManagedTokenStore.class }, (proxy, method, arguments) -> {
						throw new IllegalStateException("Cannot write " + REFRESH_TOKEN);
					});
			ManagedTokens managed = template(server, ClientAuthentication.none(), failing).managed("r");
			List<String> heard = new ArrayList<>();
			managed.listen(new ManagedTokenListener() {

				@Override
				public void unsaved(String registrationId, String name, GrantException reason) {
					heard.add(EverythingLogged.everythingIn(reason));
				}

			});
			managed.put("n",
					TokenEndpointResponse.of(
							Map.of("access_token", ACCESS_TOKEN, "token_type", "Bearer", "refresh_token",
									REFRESH_TOKEN),
							false, Instant.EPOCH, InstantSource.system(), GrantException::misconfigured));
			GrantException failure = catchThrowableOfType(GrantException.class, () -> managed.token("n"));
			assertThat(heard).hasSize(1);
			assertClean(EverythingLogged.everythingIn(failure) + heard + managed + this.logged.text());
			assertThat(server.requests()).isEmpty();
		}
	}

	@Test
	void hasTheHttpClientLogWhatItDoes() {
		showsNoTokenOfASuccess();
		if (this.transport == TestTransport.HTTP_COMPONENTS) {
			assertThat(this.logged.text()).as("what is checked is not empty").contains("/token");
		}
	}

	private GrantTemplate template(RawServer server, ClientAuthentication authentication) {
		return template(server, authentication, ManagedTokenStore.inMemory());
	}

	private GrantTemplate template(RawServer server, ClientAuthentication authentication, ManagedTokenStore store) {
		Configuration configuration = Configuration
			.builder(AuthorizationServer.builder().tokenEndpoint(server.uri("/token")).build(), TokenServer.CLIENT_ID)
			.authentication(authentication)
			.allowInsecureRequests(true)
			.timeout(Duration.ofMillis(500))
			.build();
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", ASSERTION).build();
		return new GrantTemplate(GrantClient.builder().transport(this.transport.shared()).build(), TokenCache.create(),
				List.of(GrantRegistration.builder("r", configuration).parameters(parameters).build()), store);
	}

	private static void assertClean(String text) {
		assertThat(text).doesNotContain(SECRETS).doesNotContain(TOKENS).doesNotContain("cl13nt", "as~s");
	}

	private static String json(String status, String body) {
		return text(status, "Content-Type: application/json", body);
	}

	private static String text(String status, String header, String body) {
		return "HTTP/1.1 " + status + "\r\n" + header + "\r\nConnection: close\r\n\r\n" + body;
	}

	private static String form(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String basic(String secret) {
		return Base64.getEncoder()
			.encodeToString((TokenServer.CLIENT_ID + ":" + form(secret)).getBytes(StandardCharsets.US_ASCII));
	}

}
