package io.github.oidcgrants.metadata;

import java.net.URI;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A grant whose token endpoint is discovered.
 */
class DiscoveredGrantTests {

	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void asksTheEndpointThatWasDiscoveredOnce(TestTransport transport) {
		try (TokenServer server = TokenServer.start()) {
			String issuer = server.origin() + "/realms/main";
			server.answer("/token", TokenServer.success());
			server.answer("/.well-known/oauth-authorization-server/realms/main", TokenServer.json(200, """
					{"issuer": "%s", "token_endpoint": "%s"}""".formatted(issuer, server.tokenEndpoint())));
			Configuration configuration = Configuration.builder(AuthorizationServer.discover(issuer), "client")
				.authentication(ClientAuthentication.none())
				.allowInsecureRequests(true)
				.build();
			GrantClient client = GrantClient.builder().transport(transport.shared()).build();
			for (int i = 0; i < 2; i++) {
				assertThat(client.clientCredentialsGrant(configuration).accessToken())
					.isEqualTo(TokenServer.ACCESS_TOKEN);
			}
			assertThat(server.requests()).extracting((request) -> request.getMethod() + " " + request.getUrl())
				.containsExactly("GET /realms/main/.well-known/openid-configuration",
						"GET /.well-known/oauth-authorization-server/realms/main", "POST /token", "POST /token");
		}
	}

	@Test
	void sendsNothingToADiscoveredEndpointThatIsNotHttps() {
		StubTransport transport = new StubTransport((uri) -> StubTransport.json(200,
				"{\"issuer\": \"https://idp.example\", \"token_endpoint\": \"http://idp.example/token\"}"));
		Configuration configuration = Configuration.discover("https://idp.example", "client",
				ClientAuthentication.clientSecretPost("secret"));
		GrantException failure = catchThrowableOfType(GrantException.class,
				() -> GrantClient.builder().transport(transport).build().clientCredentialsGrant(configuration));
		assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
		assertThat(failure).hasMessageContaining("http://idp.example/token")
			.hasMessageContaining("allow-insecure-requests");
		assertThat(transport.requests())
			.containsExactly(URI.create("https://idp.example/.well-known/openid-configuration"));
	}

}
