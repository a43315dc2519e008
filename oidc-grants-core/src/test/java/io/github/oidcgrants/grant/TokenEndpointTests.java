package io.github.oidcgrants.grant;

import java.net.URI;
import java.time.Duration;

import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TokenServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

import static org.assertj.core.api.Assertions.assertThat;

class TokenEndpointTests {

	@Test
	void countsTheLifetimeFromBeforeTheRequestIsSent() {
		TestClock clock = new TestClock();
		StubTransport slow = new StubTransport((uri) -> {
			clock.advance(Duration.ofSeconds(20));
			return StubTransport.json(200, TokenServer.SUCCESS);
		});
		TokenEndpointResponse token = new TokenEndpoint(slow, clock).request(new TokenRequest(
				TokenServer.configuration(URI.create("https://idp.example/token"), "client",
						ClientAuthentication.none()),
				AuthorizationGrantType.CLIENT_CREDENTIALS, GrantParameters.none(), GrantOptions.none()));
		assertThat(token.issuedAt()).isEqualTo(TestClock.START);
		assertThat(token.expiresIn()).isEqualTo(Duration.ofSeconds(3580));
	}

}
