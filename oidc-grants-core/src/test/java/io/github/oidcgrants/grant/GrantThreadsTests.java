package io.github.oidcgrants.grant;

import java.lang.management.ManagementFactory;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.TestTransport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What grants cost in threads.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GrantThreadsTests {

	private static final RawServer.Conversation BOUND_TOKENS = (connection) -> {
		for (int i = 0; connection.readRequest(); i++) {
			connection.write(RawServer.answer("HTTP/1.1 200 OK\r\nDPoP-Nonce: nonce-" + i, "application/json",
					"{\"access_token\": \"a\", \"token_type\": \"DPoP\", \"expires_in\": 300}"));
		}
	};

	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void noThreadIsStartedPerGrant(TestTransport transport) {
		try (RawServer server = RawServer.start(BOUND_TOKENS);
				GrantClient client = GrantClient.builder().transport(transport.shared()).build()) {
			Configuration configuration = Configuration
				.builder(AuthorizationServer.builder().tokenEndpoint(server.uri("/token")).build(), "client")
				.authentication(ClientAuthentication.clientSecretBasic("secret"))
				.allowInsecureRequests(true)
				.build();
			GrantOptions options = GrantOptions.builder()
				.dpop(DPoPHandle.of(DPoPKeyPair.random()), DPoPMode.REQUIRED)
				.build();
			grants(client, configuration, options, 20);
			long before = startedThreads();
			grants(client, configuration, options, 100);
			// The JDK's client may widen its pool now and then, but not each time.
			assertThat(startedThreads() - before).isLessThan(10);
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	private static void grants(GrantClient client, Configuration configuration, GrantOptions options, int number) {
		for (int i = 0; i < number; i++) {
			assertThat(client.clientCredentialsGrant(configuration, GrantParameters.none(), options).tokenType())
				.isEqualTo("dpop");
		}
	}

	private static long startedThreads() {
		return ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
	}

}
