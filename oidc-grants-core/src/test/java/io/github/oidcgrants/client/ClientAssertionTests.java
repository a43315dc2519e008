package io.github.oidcgrants.client;

import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.TestFiles;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.MultiValueMap;

import static io.github.oidcgrants.testing.AuthorizationServerRig.CLIENT_ID;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Client assertions as they arrive at the server, read by a parser of the tests' own (RFC
 * 7523, OpenID Connect Core 1.0 section 9).
 */
class ClientAssertionTests {

	private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@Test
	void privateKeyAssertionHasAllClaimsAndNoMore() throws Exception {
		JwtReader jwt = send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		assertThat(jwt.header()).containsOnly(Map.entry("alg", "ES256"), Map.entry("kid", "p256"));
		assertThat(jwt.claims()).containsOnlyKeys("iss", "sub", "aud", "jti", "iat", "exp")
			.containsEntry("iss", CLIENT_ID)
			.containsEntry("sub", CLIENT_ID)
			.containsEntry("aud", rig.issuer());
		assertThat(jwt.claims().get("iat")).asString().isEqualTo(String.valueOf(rig.now()));
		assertThat(jwt.claims().get("exp")).asString().isEqualTo(String.valueOf(rig.now() + 60));
		assertThat((String) jwt.claims().get("jti")).hasSizeGreaterThanOrEqualTo(16);
		assertThat(jwt.isSignedBy(TestKeys.P256_PAIR.getPublic())).isTrue();
	}

	@Test
	void formHasTheAssertionAndNoSecret() {
		send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		MultiValueMap<String, String> form = rig.form();
		assertThat(form).containsOnlyKeys("grant_type", "client_id", "client_assertion_type", "client_assertion");
		assertThat(form).containsEntry("client_assertion_type", List.of(TYPE))
			.containsEntry("client_id", List.of(CLIENT_ID));
		assertThat(rig.tokenRequests().get(0).containsHeader("Authorization")).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "HS256, 32", "HS384, 48", "HS512, 64" })
	void secretSignsWithItsAlgorithm(String algorithm, int length) throws Exception {
		String secret = "ü".repeat(length / 2);
		JwtReader jwt = send(ClientAuthentication.clientSecretJwt(secret,
				ClientAssertionOptions.builder().algorithm(algorithm).build()));
		assertThat(jwt.header()).containsOnly(Map.entry("alg", algorithm));
		assertThat(jwt.claims()).containsEntry("aud", rig.issuer()).containsEntry("iss", CLIENT_ID);
		assertThat(jwt.isSignedWith(secret)).isTrue();
		assertThat(jwt.isSignedWith("x".repeat(length))).isFalse();
	}

	@Test
	void secretSignsWithHs256UnlessToldOtherwise() throws Exception {
		JwtReader jwt = send(ClientAuthentication.clientSecretJwt("s".repeat(64)));
		assertThat(jwt.header()).containsEntry("alg", "HS256");
		assertThat(jwt.isSignedWith("s".repeat(64))).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "HS256, 31", "HS384, 47", "HS512, 63" })
	void secretThatIsTooShortIsRefusedAtCreation(String algorithm, int length) {
		ClientAssertionOptions options = ClientAssertionOptions.builder().algorithm(algorithm).build();
		assertMisconfigured("(client-secret) has " + length + " bytes",
				() -> ClientAuthentication.clientSecretJwt("s".repeat(length), options))
			.withMessageNotContaining("sss");
	}

	@ParameterizedTest
	@ValueSource(strings = { "RS256", "ES256", "EdDSA", "none" })
	void secretCannotSignWithOtherAlgorithms(String algorithm) {
		ClientAssertionOptions options = ClientAssertionOptions.builder().algorithm(algorithm).build();
		assertMisconfigured("does not sign with a shared secret",
				() -> ClientAuthentication.clientSecretJwt("s".repeat(64), options));
	}

	@Test
	void eachAttemptHasAnIdOfItsOwn() {
		Configuration configuration = rig
			.configuration(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.ED25519)));
		for (int i = 0; i < 20; i++) {
			rig.client().clientCredentialsGrant(configuration);
		}
		Set<Object> ids = new HashSet<>();
		for (LoggedRequest request : rig.tokenRequests()) {
			ids.add(assertion(request).claims().get("jti"));
		}
		assertThat(ids).hasSize(20);
	}

	@Test
	void audienceCanBeTheEndpoint() {
		JwtReader jwt = send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256),
				ClientAssertionOptions.builder().audience("https://unused.example").endpointAsAudience().build()));
		assertThat(jwt.claims()).containsEntry("aud", rig.issuer() + AuthorizationServerRig.TOKEN);
	}

	@Test
	void audienceCanBeConfigured() {
		JwtReader jwt = send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256),
				ClientAssertionOptions.builder().endpointAsAudience().audience("https://as.example").build()));
		assertThat(jwt.claims()).containsEntry("aud", "https://as.example");
	}

	@Test
	void serverWithoutIssuerNeedsAnAudience() {
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create(rig.issuer() + AuthorizationServerRig.TOKEN))
			.build();
		SigningKey key = SigningKey.of(TestKeys.P256);
		Configuration without = rig.configuration(server)
			.authentication(ClientAuthentication.privateKeyJwt(key))
			.build();
		assertMisconfigured("client-assertion.audience", () -> rig.client().clientCredentialsGrant(without));
		assertThat(rig.tokenRequests()).isEmpty();
		Configuration with = rig.configuration(server)
			.authentication(ClientAuthentication.privateKeyJwt(key,
					ClientAssertionOptions.builder().endpointAsAudience().build()))
			.build();
		assertThat(rig.client().clientCredentialsGrant(with)).isNotNull();
	}

	@Test
	void lifetimeCanBeSet() {
		JwtReader jwt = send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256),
				ClientAssertionOptions.builder().lifetime(Duration.ofMinutes(5)).build()));
		assertThat(jwt.claims().get("exp")).asString().isEqualTo(String.valueOf(rig.now() + 300));
		for (Duration lifetime : List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofSeconds(-1))) {
			assertMisconfigured("at least a second", () -> ClientAssertionOptions.builder().lifetime(lifetime));
		}
	}

	@Test
	void timesAreWholeSeconds() {
		rig.time.advance(Duration.ofMillis(750));
		JwtReader jwt = send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		rig.time.advance(Duration.ofMillis(250));
		assertThat(jwt.claims().get("iat")).isInstanceOf(Integer.class).isEqualTo((int) (rig.now() - 1));
	}

	@Test
	void headerAndClaimsCanBeAdded() throws Exception {
		JwtReader jwt = send(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256),
				ClientAssertionOptions.builder()
					.header("typ", "client-authentication+jwt")
					.header("kid", "k2")
					.header("tenant", "t1")
					.claim("nbf", 1)
					.claim("roles", List.of("a"))
					.build()));
		assertThat(jwt.header()).containsOnly(Map.entry("alg", "ES256"), Map.entry("typ", "client-authentication+jwt"),
				Map.entry("kid", "k2"), Map.entry("tenant", "t1"));
		assertThat(jwt.claims()).containsEntry("nbf", 1).containsEntry("roles", List.of("a")).hasSize(8);
		assertThat(jwt.isSignedBy(TestKeys.P256_PAIR.getPublic())).isTrue();
	}

	@Test
	void secretAssertionTakesHeaderAndClaimsToo() {
		JwtReader jwt = send(ClientAuthentication.clientSecretJwt("s".repeat(32),
				ClientAssertionOptions.builder().header("typ", "JWT").claim("a", "b").build()));
		assertThat(jwt.header()).containsOnly(Map.entry("alg", "HS256"), Map.entry("typ", "JWT"));
		assertThat(jwt.claims()).containsEntry("a", "b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "alg", "crit", "b64", "jwk" })
	void ownHeaderCannotBeSet(String name) {
		assertMisconfigured("The header parameter '" + name + "'",
				() -> ClientAssertionOptions.builder().header(name, "x"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "iss", "sub", "aud", "jti", "iat", "exp" })
	void ownClaimCannotBeSet(String name) {
		assertMisconfigured("The claim '" + name + "'", () -> ClientAssertionOptions.builder().claim(name, "x"));
	}

	@Test
	void headerOfWrongTypeIsRefusedBeforeAnythingIsSent() {
		Configuration configuration = rig.configuration(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256),
				ClientAssertionOptions.builder().header("kid", 1).build()));
		assertMisconfigured("has a value of the wrong type", () -> rig.client().clientCredentialsGrant(configuration));
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@Test
	void certificateIsNamedByItsThumbprint() {
		JwtReader jwt = send(ClientAuthentication
			.privateKeyJwt(SigningKey.parse(TestFiles.texts("keys/p256-pkcs8.pem", "keys/p256-certificate.pem"))));
		assertThat(jwt.header()).containsOnly(Map.entry("alg", "ES256"),
				Map.entry("x5t#S256", "p6ni64SnqacsyKxx4PsmqzTWXYDUwCsSkaGoCsvmynk"));
	}

	@Test
	void readyMadeAssertionIsSentAsItIsAndReadAtEachUse() {
		String[] assertion = { " header.claims.one\n" };
		Configuration configuration = rig.configuration(ClientAuthentication.clientAssertion(() -> assertion[0]));
		rig.client().clientCredentialsGrant(configuration);
		assertion[0] = "header.claims.two";
		rig.client().clientCredentialsGrant(configuration);
		assertThat(rig.tokenRequests())
			.extracting((request) -> AuthorizationServerRig.form(request).getFirst("client_assertion"))
			.containsExactlyInAnyOrder("header.claims.one", "header.claims.two");
		assertThat(rig.tokenRequests()).allSatisfy((request) -> {
			MultiValueMap<String, String> form = AuthorizationServerRig.form(request);
			assertThat(form.get("client_assertion_type")).containsExactly(TYPE);
			assertThat(form.get("client_id")).containsExactly(CLIENT_ID);
		});
	}

	@Test
	void assertionGoesWithEveryGrant() {
		Configuration configuration = rig
			.configuration(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)));
		rig.client().refreshTokenGrant(configuration, "refresh-1");
		rig.client().genericGrantRequest(configuration, "urn:example:grant", GrantParameters.none());
		assertThat(rig.tokenRequests()).hasSize(2)
			.allSatisfy((request) -> assertThat(assertion(request).claims()).containsEntry("iss", CLIENT_ID));
	}

	private static JwtReader send(ClientAuthentication authentication) {
		rig.client().clientCredentialsGrant(rig.configuration(authentication));
		List<LoggedRequest> requests = rig.tokenRequests();
		assertThat(requests).hasSize(1);
		return assertion(requests.get(0));
	}

	private static JwtReader assertion(LoggedRequest request) {
		List<String> assertions = AuthorizationServerRig.form(request).get("client_assertion");
		assertThat(assertions).hasSize(1);
		return JwtReader.read(assertions.get(0));
	}

}
