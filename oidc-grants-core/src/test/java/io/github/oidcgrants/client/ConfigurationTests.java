package io.github.oidcgrants.client;

import java.net.URI;
import java.time.Duration;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.client.AuthorizationServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ConfigurationTests {

	private static final AuthorizationServer SERVER = AuthorizationServer.discover("https://idp.example");

	@Test
	void refusesABlankClientId() {
		refuses("client-id", () -> Configuration.builder(SERVER, " ").build());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n" })
	void refusesABlankSecret(String secret) {
		refuses("client-secret", () -> ClientAuthentication.clientSecretBasic(secret));
		refuses("client-secret", () -> ClientAuthentication.clientSecretPost(secret));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S" })
	void refusesATimeoutOfNothing(Duration timeout) {
		refuses("timeout", () -> Configuration.builder(SERVER, "client").timeout(timeout).build());
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://idp.example", "HTTP://127.0.0.1:9000/realms/main", "http://localhost" })
	void refusesAnInsecureIssuerWithoutPermission(String issuer) {
		AuthorizationServer server = AuthorizationServer.discover(issuer);
		refuses("allow-insecure-requests", () -> Configuration.builder(server, "client").build());
		assertThat(Configuration.builder(server, "client").allowInsecureRequests(true).build().server())
			.isSameAs(server);
	}

	@Test
	void refusesAnInsecureTokenEndpointWithoutPermission() {
		AuthorizationServer server = AuthorizationServer.builder()
			.issuer("https://idp.example")
			.tokenEndpoint(URI.create("http://idp.example/token"))
			.build();
		refuses("token_endpoint 'http://idp.example/token'", () -> Configuration.builder(server, "client").build());
	}

	private static void refuses(String message, ThrowingCallable call) {
		GrantException failure = catchThrowableOfType(GrantException.class, call);
		assertThat(failure).isNotNull().hasMessageContaining(message);
		assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
	}

}
