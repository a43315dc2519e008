package io.github.oidcgrants.grant;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.StubTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which polls share their places because one address is asked.
 */
class PollProviderTests {

	private final PollRig rig = new PollRig();

	@Test
	void manyIssuersAtOneAddressAreOneProvider() {
		List<Poll> hung = new ArrayList<>();
		for (int realm = 0; realm < 7; realm++) {
			String issuer = "https://Hung.example" + ((realm % 2 == 0) ? "" : ":8443") + "/realms/" + realm;
			hung.add(unstarted(AuthorizationServer.discover("https://hung.example/realms/" + realm)));
			hung.add(unstarted(AuthorizationServer.builder()
				.issuer(issuer)
				.tokenEndpoint(URI.create("https://HUNG.example/realms/" + realm + "/token"))
				.withoutDiscovery()
				.build()));
		}
		assertThat(hung).extracting(Poll::provider).containsOnly("https://hung.example:443");
	}

	@ParameterizedTest
	@CsvSource({ "https://idp.example, https://idp.example:443", "https://IDP.example:443/x, https://idp.example:443",
			"https://idp.example:8443/a/b?c=d, https://idp.example:8443", "https://[::1]:8443/x, https://[::1]:8443" })
	void aProviderIsAnAddress(String issuer, String provider) {
		assertThat(unstarted(AuthorizationServer.builder().tokenEndpoint(URI.create(issuer)).build()).provider())
			.isEqualTo(provider);
	}

	@Test
	void aProviderWithACertificateIsAskedAtItsAlias() {
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.member("mtls_endpoint_aliases", Map.of("token_endpoint", "https://mtls.example/token"))
			.build();
		assertThat(server.tokenOrigin(true)).isEqualTo("https://mtls.example:443");
		assertThat(server.tokenOrigin(false)).isEqualTo("https://idp.example:443");
	}

	@Test
	void aProviderThatIsDiscoveredIsAskedWhereItsMetadataSay() {
		StubTransport transport = new StubTransport((uri) -> StubTransport.json(200, """
				{"issuer": "https://idp.example", "token_endpoint": "https://tokens.example/token"}"""));
		Configuration client = Configuration.builder(AuthorizationServer.discover("https://idp.example"), "client")
			.authentication(ClientAuthentication.none())
			.build();
		assertThat(this.rig.unstarted(client).provider()).isEqualTo("https://idp.example:443");
		assertThat(client.server().metadata(client.http(transport, null)).issuer()).isNotNull();
		assertThat(this.rig.unstarted(client).provider()).isEqualTo("https://tokens.example:443");
	}

	private Poll unstarted(AuthorizationServer server) {
		return this.rig
			.unstarted(Configuration.builder(server, "client").authentication(ClientAuthentication.none()).build());
	}

}
