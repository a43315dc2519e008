package io.github.oidcgrants.grant;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.OpaquePrivateKey;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.UserEndpoints;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.MultiValueMap;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Signed authentication requests (OpenID Connect CIBA Core 1.0 section 7.1.1), read by
 * other means than they are made with.
 */
class SignedAuthenticationRequestTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
	}

	@Test
	void allParametersAreInsideAndOnlyTheClientIsOutside() {
		GrantParameters all = GrantParameters.builder()
			.scope("openid", "profile")
			.parameter("login_hint", "user-1")
			.parameter("binding_message", "W4 \u20ac")
			.parameter("acr_values", "urn:a urn:b")
			.parameter("user_code", () -> "1234")
			.parameter("requested_expiry", "0120")
			.resource("https://a.example")
			.audience("api-1", "api-2")
			.parameter("authorization_details",
					"[{\"type\":\"payment\",\"amount\":123.50,\"n\":12345678901234567890,\"to\":null,\"ok\":true}]")
			.build();
		initiate(all, signing(TestKeys.P256).build());
		assertThat(this.users.form(UserEndpoints.CIBA)).containsOnlyKeys("request", "client_id");
		Map<String, Object> claims = request().claims();
		assertThat(claims).contains(entry("scope", "openid profile"), entry("login_hint", "user-1"),
				entry("binding_message", "W4 \u20ac"), entry("acr_values", "urn:a urn:b"), entry("user_code", "1234"),
				entry("requested_expiry", 120), entry("resource", "https://a.example"),
				entry("audience", List.of("api-1", "api-2")));
		assertThat(claims.get("authorization_details"))
			.hasToString("[{type=payment, amount=123.5, n=12345678901234567890, to=null, ok=true}]");
		assertThat(claims).containsOnlyKeys("scope", "login_hint", "binding_message", "acr_values", "user_code",
				"requested_expiry", "resource", "audience", "authorization_details", "iss", "aud", "iat", "nbf", "exp",
				"jti");
	}

	@Test
	void authorizationDetailsOfASupplierAreNotLeftOut() {
		initiate(hinted().parameter("authorization_details", () -> "[{\"type\":\"payment\"}]").build(),
				signing(TestKeys.P256).build());
		assertThat(request().claims()).containsEntry("authorization_details", List.of(Map.of("type", "payment")));
		assertMisconfigured("'authorization_details' is not a JSON array",
				() -> initiate(hinted().parameter("authorization_details", () -> "payment").build(),
						signing(TestKeys.P256).build()));
		assertThat(this.users.requests(UserEndpoints.CIBA)).hasSize(1);
	}

	@Test
	void issuerIsTheClientAndAudienceTheServer() {
		initiate(signing(TestKeys.P256).build());
		assertThat(request().claims()).containsEntry("iss", AuthorizationServerRig.CLIENT_ID)
			.containsEntry("aud", rig.issuer());
	}

	@Test
	void validFromNowForFiveMinutes() {
		initiate(signing(TestKeys.P256).build());
		int now = (int) rig.now();
		assertThat(request().claims()).contains(entry("iat", now), entry("nbf", now), entry("exp", now + 300));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT1S", "PT10M", "PT60M" })
	void lifetimeCanBeSet(String lifetime) {
		initiate(signing(TestKeys.P256, (ciba) -> ciba.requestLifetime(Duration.parse(lifetime))).build());
		assertThat(request().claims()).containsEntry("exp", (int) (rig.now() + Duration.parse(lifetime).toSeconds()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT60M0.001S", "PT24H", "PT0.5S", "PT0.000000001S" })
	void lifetimeThatIsTooShortOrTooLongIsRefused(String lifetime) {
		assertMisconfigured("The lifetime of an authentication request",
				() -> CibaOptions.builder().requestLifetime(Duration.parse(lifetime)));
	}

	@Test
	void identifierIsNewEachTime() {
		Configuration configuration = signing(TestKeys.P256).build();
		Set<Object> identifiers = new HashSet<>();
		for (int i = 0; i < 20; i++) {
			this.users.answer(UserEndpoints.CIBA, AuthorizationServerRig.json(UserEndpoints.authenticationRequest()));
			rig.http().resetRequests();
			initiate(configuration);
			identifiers.add(request().claims().get("jti"));
		}
		assertThat(identifiers).hasSize(20)
			.allSatisfy((id) -> assertThat(Base64URL.from((String) id).decode()).hasSizeGreaterThanOrEqualTo(16));
	}

	@Test
	void requestIsMadeAnewWhenTheClientIsRefusedAndItsSecretHasChanged() {
		rig.http()
			.stubFor(WireMock.post(UserEndpoints.CIBA)
				.inScenario("changed")
				.whenScenarioStateIs(Scenario.STARTED)
				.willReturn(AuthorizationServerRig.json(401, Map.of("error", "invalid_client")))
				.willSetStateTo("refused"));
		Iterator<String> secrets = List.of("old", "new").iterator();
		initiate(signing(TestKeys.P256).authentication(ClientAuthentication.clientSecretPost(secrets::next)).build());
		List<Map<String, Object>> claims = this.users.requests(UserEndpoints.CIBA)
			.stream()
			.map((request) -> JwtReader.read(AuthorizationServerRig.form(request).getFirst("request")).claims())
			.toList();
		assertThat(claims).hasSize(2).extracting((request) -> request.get("jti")).doesNotHaveDuplicates();
		assertThat(claims).extracting((request) -> request.get("login_hint")).containsOnly("user-1");
	}

	@Test
	void keyIsReadAtEachUse() {
		Iterator<JWK> keys = List.<JWK>of(TestKeys.P256, TestKeys.P384).iterator();
		Configuration configuration = rig.configuration(rig.server())
			.ciba(CibaOptions.builder().requestSigningKey(() -> SigningKey.of(keys.next())).build())
			.build();
		initiate(configuration);
		assertThat(request().header()).containsEntry("kid", "p256").containsEntry("alg", "ES256");
		rig.http().resetRequests();
		initiate(configuration);
		assertThat(request().header()).containsEntry("kid", "p384").containsEntry("alg", "ES384");
	}

	static Stream<Arguments> keys() {
		return Stream.of(Arguments.of(TestKeys.P256, null, "ES256"), Arguments.of(TestKeys.P384, null, "ES384"),
				Arguments.of(TestKeys.P521, null, "ES512"), Arguments.of(TestKeys.ED25519, null, "EdDSA"),
				Arguments.of(TestKeys.RSA, null, "RS256"), Arguments.of(TestKeys.RSA, "PS512", "PS512"),
				Arguments.of(TestKeys.RSA, "RS384", "RS384"));
	}

	@ParameterizedTest
	@MethodSource("keys")
	void signatureIsThatOfTheKey(JWK key, String wanted, String algorithm) throws Exception {
		initiate(signing(key, (ciba) -> (wanted != null) ? ciba.requestSigningAlgorithm(wanted) : ciba).build());
		JwtReader request = request();
		assertThat(request.header()).containsOnly(entry("alg", algorithm), entry("kid", key.getKeyID()));
		assertThat(request.isSignedBy(TestKeys.publicKey(key))).isTrue();
	}

	@Test
	void ps256IsUsedIfTheServerListsItForTheseRequests() throws GeneralSecurityException {
		rig.metadata(Map.of("backchannel_authentication_request_signing_alg_values_supported",
				List.of("ES256", "PS256", "RS256")));
		initiate(signing(TestKeys.RSA).build());
		assertThat(request().header()).containsEntry("alg", "PS256");
		assertThat(request().isSignedBy(TestKeys.RSA_PAIR.getPublic())).isTrue();
	}

	@Test
	void listForClientAssertionsDoesNotCount() {
		rig.metadata(Map.of("token_endpoint_auth_signing_alg_values_supported", List.of("PS256")));
		initiate(signing(TestKeys.RSA).build());
		assertThat(request().header()).containsEntry("alg", "RS256");
	}

	@Test
	void thumbprintOfTheCertificateIsInTheHeader() {
		Base64URL thumbprint = Base64URL.encode(new byte[32]);
		ECKey certified = new ECKey.Builder(TestKeys.P256).keyID(null).x509CertSHA256Thumbprint(thumbprint).build();
		initiate(signing(certified).build());
		assertThat(request().header()).containsOnly(entry("alg", "ES256"), entry("x5t#S256", thumbprint.toString()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "HS256", "HS384", "HS512", "none", "None", "NONE" })
	void algorithmThatIsNotAsymmetricIsRefused(String algorithm) {
		assertMisconfigured("cannot be signed with '" + algorithm + "'",
				() -> CibaOptions.builder().requestSigningAlgorithm(algorithm));
	}

	@ParameterizedTest
	@ValueSource(strings = { "hs256", "HS1", "ES384", "RS256", "EdDSA", "", "ES256K" })
	void algorithmThatTheKeyCannotDoIsRefusedBeforeAnythingIsSent(String algorithm) {
		Configuration configuration = signing(TestKeys.P256, (ciba) -> ciba.requestSigningAlgorithm(algorithm)).build();
		assertMisconfigured("The algorithm '" + algorithm + "' is not one for the key 'p256'",
				() -> initiate(configuration));
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
	}

	@Test
	void algorithmWithoutAKeyIsRefused() {
		assertMisconfigured("but no key", () -> CibaOptions.builder().requestSigningAlgorithm("ES256").build());
	}

	@Test
	void keyThatCannotSignSendsNothing() {
		ECKey opaque = new ECKey.Builder(TestKeys.P256).d(null).privateKey(new OpaquePrivateKey()).build();
		assertFails(Kind.MISCONFIGURED, () -> initiate(signing(opaque).build()));
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
	}

	@Test
	void supplierThatFailsOrGivesNoKeySendsNothing() {
		Supplier<SigningKey> none = () -> null;
		Supplier<SigningKey> broken = () -> {
			throw new IllegalStateException("s3cret");
		};
		for (Supplier<SigningKey> supplier : List.of(none, broken)) {
			Configuration configuration = rig.configuration(rig.server())
				.ciba(CibaOptions.builder().requestSigningKey(supplier).build())
				.build();
			assertMisconfigured("The supplier of the authentication request key of client",
					() -> initiate(configuration))
				.withMessageNotContaining("s3cret");
		}
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
	}

	@Test
	void notificationTokenIsInside() {
		initiate(signing(TestKeys.P256, (ciba) -> ciba.tokenDeliveryMode(TokenDeliveryMode.PING)).build());
		assertThat(this.users.form(UserEndpoints.CIBA)).containsOnlyKeys("request", "client_id");
		assertThat((String) request().claims().get("client_notification_token")).hasSize(27);
	}

	@Test
	void clientAssertionIsOutside() {
		initiate(signing(TestKeys.P256).authentication(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.RSA)))
			.build());
		MultiValueMap<String, String> form = this.users.form(UserEndpoints.CIBA);
		assertThat(form).containsOnlyKeys("request", "client_id", "client_assertion_type", "client_assertion");
		assertThat(request().claims().get("jti"))
			.isNotEqualTo(JwtReader.read(form.getFirst("client_assertion")).claims().get("jti"));
		assertThat(request().claims()).doesNotContainKeys("client_assertion", "client_assertion_type", "sub");
	}

	@ParameterizedTest
	@ValueSource(strings = { "iss", "aud", "exp", "nbf", "iat", "jti" })
	void parameterThatIsNamedLikeAClaimOfTheRequestIsRefused(String name) {
		assertMisconfigured("The parameter '" + name + "' cannot be set",
				() -> initiate(hinted().parameter(name, "own").build(), signing(TestKeys.P256).build()));
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
	}

	@Test
	void serverWithoutAnIssuerIsNoAudience() {
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create(rig.issuer() + AuthorizationServerRig.TOKEN))
			.backchannelAuthenticationEndpoint(URI.create(rig.issuer() + UserEndpoints.CIBA))
			.build();
		Configuration configuration = rig.configuration(server)
			.ciba(CibaOptions.builder().requestSigningKey(SigningKey.of(TestKeys.P256)).build())
			.build();
		assertMisconfigured("has no issuer to take it from", () -> initiate(configuration))
			.withMessageContaining("issuer-uri")
			.withMessageContaining(AuthorizationServerRig.CLIENT_ID);
		assertThat(rig.http().getAllServeEvents()).isEmpty();
	}

	private static Configuration.Builder signing(JWK key) {
		return signing(key, (ciba) -> ciba);
	}

	private static Configuration.Builder signing(JWK key, UnaryOperator<CibaOptions.Builder> options) {
		return rig.configuration(rig.server())
			.ciba(options.apply(CibaOptions.builder().requestSigningKey(SigningKey.of(key))).build());
	}

	private static GrantParameters.Builder hinted() {
		return GrantParameters.builder().scope("openid").parameter("login_hint", "user-1");
	}

	private static void initiate(Configuration configuration) {
		initiate(hinted().build(), configuration);
	}

	private static void initiate(GrantParameters parameters, Configuration configuration) {
		rig.client().initiateBackchannelAuthentication(configuration, parameters);
	}

	private JwtReader request() {
		return JwtReader.read(this.users.form(UserEndpoints.CIBA).getFirst("request"));
	}

}
