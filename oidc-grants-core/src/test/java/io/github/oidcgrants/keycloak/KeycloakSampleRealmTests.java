package io.github.oidcgrants.keycloak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The realm that the sample application is tried with: Keycloak takes it, and with the
 * sample's own registrations its user gets tokens.
 */
@KeycloakTest
class KeycloakSampleRealmTests {

	private static final Path REALM = Path.of("../oidc-grants-sample-app/keycloak/sample-realm.json");

	private static final Duration INTERVAL = Duration.ofSeconds(2);

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final Keycloak keycloak;

	private final SampleProperties sample;

	KeycloakSampleRealmTests(Keycloak keycloak) {
		this.keycloak = keycloak;
		this.sample = new SampleProperties(keycloak.issuer("sample"));
	}

	@BeforeAll
	static void importRealm(Keycloak keycloak) throws Exception {
		keycloak.importRealm(Files.readString(REALM));
	}

	private GrantTemplate template(GrantRegistration registration) {
		return new GrantTemplate(this.keycloak.grants(), TokenCache.create(), List.of(registration));
	}

	private void approve(DeviceAuthorizationResponse pending) throws Exception {
		assertThat(pending.interval()).isEqualTo(INTERVAL);
		DeviceApproval.approve(pending.verificationUriComplete(), this.sample.user(), this.sample.password());
	}

	@Test
	void its_user_signs_in_to_the_sample_with_a_browser_elsewhere() throws Exception {
		GrantRegistration registration = this.sample.registration("device");
		GrantTemplate template = template(registration);
		DeviceAuthorizationResponse pending = template.initiateDeviceAuthorization("device");
		approve(pending);
		TokenEndpointResponse token = template.awaitDeviceAuthorizationGrant("device", pending, PATIENCE);
		TokenAssertions.assertOwnedBy(this.sample.user(), token, registration.configuration());
	}

	/**
	 * As the sample's program does it, whose arguments are the issuer and this client.
	 */
	@Test
	void its_user_signs_in_at_the_command_line() throws Exception {
		Configuration client = Configuration
			.builder(AuthorizationServer.discover(this.keycloak.issuer("sample")), "command-line")
			.allowInsecureRequests(true)
			.build();
		DeviceAuthorizationResponse pending = this.keycloak.grants()
			.initiateDeviceAuthorization(client, (ask) -> ask.scope("openid"));
		approve(pending);
		TokenEndpointResponse token = this.keycloak.grants().awaitDeviceAuthorizationGrant(client, pending, PATIENCE);
		TokenAssertions.assertOwnedBy(this.sample.user(), token, client);
	}

	/**
	 * The parameter of the sample's own reaches the phone, which finds the login by it.
	 */
	@Test
	void its_user_signs_in_to_the_sample_on_the_phone() throws Exception {
		GrantRegistration registration = this.sample.registration("ciba");
		GrantTemplate template = template(registration);
		String bindingMessage = "Sign-in-to-the-sample";
		BackchannelAuthenticationResponse pending = template.initiateBackchannelAuthentication("ciba",
				(ask) -> ask.parameter("login_hint", this.sample.user())
					.parameter("binding_message", bindingMessage)
					.parameter("sample_login", "7"));
		assertThat(pending.interval()).isEqualTo(INTERVAL);
		JsonNode asked = this.keycloak.authenticationChannel().await(bindingMessage);
		assertThat(asked.required("sample_login").asString()).isEqualTo("7");
		assertThat(asked.required("login_hint").asString()).isEqualTo(this.sample.user());
		this.keycloak.authenticationChannel().approve(bindingMessage);
		TokenEndpointResponse token = template.awaitBackchannelAuthenticationGrant("ciba", pending, PATIENCE);
		TokenAssertions.assertOwnedBy(this.sample.user(), token, registration.configuration());
	}

}
