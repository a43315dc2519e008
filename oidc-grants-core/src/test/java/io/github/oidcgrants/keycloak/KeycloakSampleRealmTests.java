package io.github.oidcgrants.keycloak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantParameters;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The realm that the sample application is tried with: Keycloak takes it, and its clients
 * may do what the sample has them do.
 */
@KeycloakTest
class KeycloakSampleRealmTests {

	private static final Path REALM = Path.of("../oidc-grants-sample-app/keycloak/sample-realm.json");

	private final Keycloak keycloak;

	KeycloakSampleRealmTests(Keycloak keycloak) {
		this.keycloak = keycloak;
	}

	@Test
	void the_realm_of_the_sample_can_do_what_the_sample_shows() throws Exception {
		this.keycloak.importRealm(Files.readString(REALM));
		AuthorizationServer server = AuthorizationServer.discover(this.keycloak.issuer("sample"));
		Configuration sample = Configuration.builder(server, "sample")
			.authentication(ClientAuthentication.clientSecretBasic("only-for-this-demo"))
			.allowInsecureRequests(true)
			.build();
		Configuration commandLine = Configuration.builder(server, "command-line")
			.authentication(ClientAuthentication.none())
			.allowInsecureRequests(true)
			.build();
		GrantParameters openid = GrantParameters.builder().scope("openid").build();
		for (Configuration client : new Configuration[] { sample, commandLine }) {
			assertThat(this.keycloak.grants().initiateDeviceAuthorization(client, openid).interval())
				.isEqualTo(Duration.ofSeconds(2));
		}
		assertThat(this.keycloak.grants()
			.initiateBackchannelAuthentication(sample,
					GrantParameters.builder()
						.scope("openid")
						.parameter("login_hint", "demo-user")
						.parameter("binding_message", "sample")
						.build())
			.interval()).isEqualTo(Duration.ofSeconds(2));
	}

}
