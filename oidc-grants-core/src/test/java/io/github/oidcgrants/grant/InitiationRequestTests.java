package io.github.oidcgrants.grant;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAssertionOptions;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.UserEndpoints;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The requests that begin a wait (RFC 8628 section 3.1, OpenID Connect CIBA Core 1.0
 * section 7.1): where they go, and what is in them.
 */
@ParameterizedClass
@EnumSource
class InitiationRequestTests {

	private static final String SECRET = "client-secret-".repeat(4);

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@Parameter
	InitiationKind kind;

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
	}

	@Test
	void publicClientSaysWhoItIs() {
		initiate(ClientAuthentication.none());
		assertForm(Map.of("client_id", AuthorizationServerRig.CLIENT_ID));
		assertThat(this.users.onlyRequest(this.kind.path()).containsHeader("Authorization")).isFalse();
	}

	@Test
	void clientSecretBasicLeavesTheFormAlone() {
		initiate(ClientAuthentication.clientSecretBasic("s3cr3t"));
		assertForm(Map.of());
		String credentials = Base64.getEncoder()
			.encodeToString((AuthorizationServerRig.CLIENT_ID + ":s3cr3t").getBytes(StandardCharsets.US_ASCII));
		assertThat(this.users.onlyRequest(this.kind.path()).getHeader("Authorization"))
			.isEqualTo("Basic " + credentials);
	}

	@Test
	void clientSecretPostIsInTheForm() {
		initiate(ClientAuthentication.clientSecretPost("s3cr3t"));
		assertForm(Map.of("client_id", AuthorizationServerRig.CLIENT_ID, "client_secret", "s3cr3t"));
	}

	@Test
	void privateKeyJwtIsForTheIssuer() throws GeneralSecurityException {
		initiate(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		JwtReader assertion = assertion();
		assertThat(assertion.isSignedBy(TestKeys.P256_PAIR.getPublic())).isTrue();
		assertThat(assertion.claims()).containsEntry("aud", rig.issuer());
	}

	@Test
	void clientSecretJwtIsForTheIssuer() throws GeneralSecurityException {
		initiate(ClientAuthentication.clientSecretJwt(() -> SECRET, ClientAssertionOptions.defaults()));
		JwtReader assertion = assertion();
		assertThat(assertion.isSignedWith(SECRET)).isTrue();
		assertThat(assertion.claims()).containsEntry("aud", rig.issuer());
	}

	@Test
	void assertionMayBeForTheEndpointThatIsCalled() {
		initiate(ClientAuthentication.privateKeyJwt(() -> SigningKey.of(TestKeys.P256),
				ClientAssertionOptions.builder().endpointAsAudience().build()));
		assertThat(assertion().claims()).containsEntry("aud", rig.issuer() + this.kind.path());
	}

	@Test
	void additionalParametersAreSentAsTheyAre() {
		GrantParameters more = GrantParameters.builder()
			.scope("openid", "profile")
			.resource("https://a.example", "https://b.example")
			.parameter("acr_values", "urn:a urn:b")
			.parameter("Größe", "10 €&=+")
			.parameter("authorization_details", "[{\"type\":\"payment\"}]")
			.parameter("made", () -> "by a supplier")
			.build();
		this.kind.initiate(rig.client(), rig.configuration(), more.withDefaults(this.kind.least()),
				GrantOptions.none());
		assertThat(this.users.form(this.kind.path())).containsEntry("scope", List.of("openid profile"))
			.containsEntry("resource", List.of("https://a.example", "https://b.example"))
			.containsEntry("acr_values", List.of("urn:a urn:b"))
			.containsEntry("Größe", List.of("10 €&=+"))
			.containsEntry("authorization_details", List.of("[{\"type\":\"payment\"}]"))
			.containsEntry("made", List.of("by a supplier"))
			.doesNotContainKeys("grant_type", "request", "client_notification_token");
	}

	@Test
	void templateAddsWhatTheRegistrationAsksFor() {
		GrantParameters defaults = GrantParameters.builder()
			.scope("openid", "email")
			.resource("https://a.example")
			.parameter("acr_values", "urn:a")
			.build();
		GrantTemplate template = new GrantTemplate(rig.client(), TokenCache.create(),
				List.of(GrantRegistration.builder("users", rig.configuration()).parameters(defaults).build()));
		GrantParameters hint = GrantParameters.builder().parameter("login_hint", "user-1").build();
		this.kind.initiate(template, "users", hint);
		this.kind.initiate(template, "users", GrantParameters.builder().scope("openid").build().withDefaults(hint));
		assertThat(this.users.requests(this.kind.path())).map(AuthorizationServerRig::form)
			.allSatisfy((form) -> assertThat(form).containsEntry("login_hint", List.of("user-1"))
				.containsEntry("resource", List.of("https://a.example"))
				.containsEntry("acr_values", List.of("urn:a")))
			.extracting((form) -> form.getFirst("scope"))
			.containsExactlyInAnyOrder("openid email", "openid");
	}

	@Test
	void endpointThatIsConfiguredNeedsNoDiscovery() {
		AuthorizationServer server = AuthorizationServer.builder()
			.issuer(rig.issuer())
			.member(this.kind.endpoint(), rig.issuer() + this.kind.path())
			.build();
		this.kind.initiate(rig.client(), rig.configuration(server).build());
		assertThat(rig.http().getAllServeEvents()).singleElement()
			.extracting((event) -> event.getRequest().getUrl())
			.isEqualTo(this.kind.path());
	}

	@Test
	void endpointThatIsConfiguredWinsOverTheDiscoveredOne() {
		String own = "/own" + this.kind.path();
		rig.http().stubFor(WireMock.post(own).willReturn(WireMock.badRequest()));
		AuthorizationServer server = AuthorizationServer.builder()
			.issuer(rig.issuer())
			.member(this.kind.endpoint(), rig.issuer() + own)
			.build();
		assertFails(Kind.UNEXPECTED_STATUS, () -> this.kind.initiate(rig.client(), rig.configuration(server).build()))
			.withMessageContaining(own);
		assertThat(this.users.requests(this.kind.path())).isEmpty();
	}

	@Test
	void endpointThatIsAbsentIsNamed() {
		rig.reset();
		assertMisconfigured("has no " + this.kind.endpoint(),
				() -> this.kind.initiate(rig.client(), rig.configuration()));
		AuthorizationServer fixed = AuthorizationServer.builder()
			.tokenEndpoint(URI.create(rig.issuer() + AuthorizationServerRig.TOKEN))
			.build();
		assertMisconfigured("has no " + this.kind.endpoint(),
				() -> this.kind.initiate(rig.client(), rig.configuration(fixed).build()));
	}

	@Test
	void clientWithACertificateGoesToTheAlias() {
		StubTransport transport = new StubTransport((uri) -> StubTransport.json(400, "{\"error\": \"no\"}"));
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.member(this.kind.endpoint(), "https://idp.example/plain")
			.member("mtls_endpoint_aliases", Map.of(this.kind.endpoint(), "https://mtls.idp.example/alias"))
			.build();
		try (GrantClient client = GrantClient.builder().transport(transport).build()) {
			assertFails(Kind.OAUTH_ERROR,
					() -> this.kind.initiate(client,
							Configuration.builder(server, "client")
								.authentication(ClientAuthentication.tlsClientAuth())
								.transport(transport)
								.build()));
			assertFails(Kind.OAUTH_ERROR,
					() -> this.kind.initiate(client, Configuration.builder(server, "client").build()));
		}
		assertThat(transport.requests()).map(URI::toString)
			.containsExactly("https://mtls.idp.example/alias", "https://idp.example/plain");
	}

	@Test
	void httpIsNotSpokenUnlessItIsAllowed() {
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.member(this.kind.endpoint(), rig.issuer() + this.kind.path())
			.build();
		assertMisconfigured(this.kind.endpoint(), () -> Configuration.builder(server, "client").build());
		assertThat(this.users.requests(this.kind.path())).isEmpty();
	}

	@Test
	void secretThatChangedIsReadAgainAndSentOnceMore() {
		rig.http()
			.stubFor(WireMock.post(this.kind.path())
				.inScenario("changed")
				.whenScenarioStateIs(Scenario.STARTED)
				.willReturn(AuthorizationServerRig.json(401, Map.of("error", "invalid_client")))
				.willSetStateTo("refused"));
		Iterator<String> secrets = List.of("old", "new").iterator();
		initiate(ClientAuthentication.clientSecretPost(secrets::next));
		assertThat(sentSecrets()).containsExactly("old", "new");
	}

	@Test
	void secretThatChangedTwiceIsSentOnlyOnceMore() {
		this.users.answer(this.kind.path(), AuthorizationServerRig.json(401, Map.of("error", "invalid_client")));
		Iterator<String> secrets = List.of("old", "new", "newer").iterator();
		assertFails(Kind.OAUTH_ERROR, () -> initiate(ClientAuthentication.clientSecretPost(secrets::next)))
			.withMessageContaining("invalid_client");
		assertThat(sentSecrets()).containsExactly("old", "new");
	}

	@Test
	void secretThatDidNotChangeIsNotSentAgain() {
		this.users.answer(this.kind.path(), AuthorizationServerRig.json(401, Map.of("error", "invalid_client")));
		assertFails(Kind.OAUTH_ERROR, () -> initiate(ClientAuthentication.clientSecretPost("same")));
		assertThat(sentSecrets()).containsExactly("same");
	}

	private void initiate(ClientAuthentication authentication) {
		this.kind.initiate(rig.client(), rig.configuration(authentication));
	}

	private void assertForm(Map<String, String> clientAuthentication) {
		MultiValueMap<String, String> expected = new LinkedMultiValueMap<>();
		this.kind.least().asMap().forEach((name, values) -> values.forEach((value) -> expected.add(name, value)));
		clientAuthentication.forEach(expected::add);
		assertThat(this.users.form(this.kind.path())).isEqualTo(expected);
	}

	private JwtReader assertion() {
		MultiValueMap<String, String> form = this.users.form(this.kind.path());
		assertThat(form).containsEntry("client_id", List.of(AuthorizationServerRig.CLIENT_ID))
			.containsEntry("client_assertion_type", List.of("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
			.doesNotContainKey("client_secret");
		return JwtReader.read(form.getFirst("client_assertion"));
	}

	private List<String> sentSecrets() {
		return this.users.requests(this.kind.path())
			.stream()
			.map((request) -> AuthorizationServerRig.form(request).getFirst("client_secret"))
			.toList();
	}

}
