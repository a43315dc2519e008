package io.github.oidcgrants.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.client.ClientHttpRequestFactory;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What mutual TLS changes in a request (RFC 8705 sections 2 and 5).
 */
class TlsClientMethodsTests {

	private static final String ALIAS = "/mtls/token";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private static final ClientHttpRequestFactory transport = Transports.jdk(Duration.ofSeconds(5), null);

	@BeforeEach
	void reset() {
		rig.reset();
		rig.http()
			.stubFor(WireMock.post(ALIAS)
				.willReturn(
						AuthorizationServerRig.json(Map.of("access_token", "alias-token", "token_type", "Bearer"))));
	}

	static Stream<ClientAuthentication> methods() {
		return Stream.of(ClientAuthentication.tlsClientAuth(), ClientAuthentication.selfSignedTlsClientAuth());
	}

	@ParameterizedTest
	@MethodSource("methods")
	void formOnlySaysWhoAsks(ClientAuthentication method) {
		rig.client().clientCredentialsGrant(configuration(method, false));
		assertThat(rig.form()).containsOnly(Map.entry("grant_type", List.of("client_credentials")),
				Map.entry("client_id", List.of(AuthorizationServerRig.CLIENT_ID)));
		assertThat(rig.tokenRequests().get(0).containsHeader("Authorization")).isFalse();
	}

	@ParameterizedTest
	@MethodSource("methods")
	void transportOfItsOwnIsNeeded(ClientAuthentication method) {
		assertThat(method.isMutualTls()).isTrue();
		Configuration.Builder builder = rig.configuration(rig.server()).authentication(method);
		assertMisconfigured("ssl.bundle", builder::build);
	}

	@Test
	void boundTokensNeedATransportTooWhateverTheMethod() {
		Configuration.Builder builder = rig.configuration(rig.server())
			.authentication(ClientAuthentication.clientSecretPost("secret"))
			.tlsClientCertificateBoundAccessTokens(true);
		assertMisconfigured("ssl.bundle", builder::build);
	}

	@ParameterizedTest
	@MethodSource("methods")
	void aliasIsCalledWhereThereIsOne(ClientAuthentication method) {
		rig.metadata(Map.of("mtls_endpoint_aliases", Map.of("token_endpoint", rig.issuer() + ALIAS)));
		assertThat(rig.client().clientCredentialsGrant(configuration(method, false)).accessToken())
			.isEqualTo("alias-token");
	}

	@Test
	void aliasIsCalledForBoundTokensWithAnotherMethod() {
		rig.metadata(Map.of("mtls_endpoint_aliases", Map.of("token_endpoint", rig.issuer() + ALIAS)));
		ClientAuthentication secret = ClientAuthentication.clientSecretPost("secret");
		assertThat(rig.client().clientCredentialsGrant(configuration(secret, true)).accessToken())
			.isEqualTo("alias-token");
		assertThat(rig.client().clientCredentialsGrant(configuration(secret, false)).accessToken())
			.isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
	}

	@Test
	void assertionForAnAliasNamesTheAliasIfTheEndpointIsTheAudience() {
		rig.metadata(Map.of("mtls_endpoint_aliases", Map.of("token_endpoint", rig.issuer() + ALIAS)));
		ClientAuthentication jwt = ClientAuthentication.clientSecretJwt("s".repeat(32),
				ClientAssertionOptions.builder().endpointAsAudience().build());
		rig.client().clientCredentialsGrant(configuration(jwt, true));
		var request = rig.http().findAll(WireMock.postRequestedFor(WireMock.urlEqualTo(ALIAS))).get(0);
		String assertion = AuthorizationServerRig.form(request).getFirst("client_assertion");
		assertThat(JwtReader.read(assertion).claims()).containsEntry("aud", rig.issuer() + ALIAS);
	}

	@Test
	void endpointWithoutAliasIsCalledAsItIs() {
		rig.metadata(Map.of("mtls_endpoint_aliases", Map.of("revocation_endpoint", rig.issuer() + ALIAS)));
		assertThat(rig.client()
			.clientCredentialsGrant(configuration(ClientAuthentication.tlsClientAuth(), false))
			.accessToken()).isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
	}

	@Test
	void aliasThatIsNoAddressIsRefused() {
		for (Object alias : List.of("", "/token", 1, "https://host/#fragment", List.of())) {
			rig.metadata(Map.of("mtls_endpoint_aliases", Map.of("token_endpoint", alias)));
			assertMisconfigured("token_endpoint", () -> rig.client()
				.clientCredentialsGrant(configuration(ClientAuthentication.tlsClientAuth(), false)));
		}
	}

	@Test
	void publicClientOnlySaysWhoItIs() {
		rig.client().clientCredentialsGrant(rig.configuration(ClientAuthentication.none()));
		assertThat(rig.form()).containsOnlyKeys("grant_type", "client_id");
	}

	private static Configuration configuration(ClientAuthentication authentication, boolean boundTokens) {
		return rig.configuration(rig.server())
			.authentication(authentication)
			.transport(transport)
			.tlsClientCertificateBoundAccessTokens(boundTokens)
			.build();
	}

}
