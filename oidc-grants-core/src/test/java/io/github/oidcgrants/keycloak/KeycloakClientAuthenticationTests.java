package io.github.oidcgrants.keycloak;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The client credentials grant with each way to authenticate.
 */
@KeycloakTest
class KeycloakClientAuthenticationTests {

	private final Keycloak keycloak;

	KeycloakClientAuthenticationTests(Keycloak keycloak) {
		this.keycloak = keycloak;
	}

	private TokenEndpointResponse assertGetsToken(Configuration client) throws ParseException {
		TokenEndpointResponse token = this.keycloak.grants().clientCredentialsGrant(client);
		assertThat(token.tokenType()).isEqualTo("bearer");
		assertThat(token.expiresIn()).isPositive();
		JWTClaimsSet claims = SignedJWT.parse(token.accessToken()).getJWTClaimsSet();
		assertThat(claims.getIssuer()).isEqualTo(this.keycloak.issuer());
		assertThat(claims.getStringClaim("azp")).isEqualTo(client.clientId());
		return token;
	}

	private Configuration client(String id, ClientAuthentication authentication) {
		return this.keycloak.client(id).authentication(authentication).build();
	}

	private static ClientAuthentication withSecret(String method, String secret) {
		return "client_secret_basic".equals(method) ? ClientAuthentication.clientSecretBasic(secret)
				: ClientAuthentication.clientSecretPost(secret);
	}

	@ParameterizedTest
	@ValueSource(strings = { "client_secret_basic", "client_secret_post" })
	void a_client_with_a_secret_gets_a_token(String method) throws ParseException {
		assertGetsToken(client(Realm.CLIENT, withSecret(method, Realm.secret(Realm.CLIENT))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "client_secret_basic", "client_secret_post" })
	void a_wrong_secret_is_an_error_of_the_server_and_in_no_message(String method) {
		Configuration client = client(Realm.CLIENT, withSecret(method, "wrong-secret"));
		GrantException ex = Failures.assertRefused(401, "unauthorized_client",
				() -> this.keycloak.grants().clientCredentialsGrant(client));
		assertThat(ex)
			.hasMessageContaining("/protocol/openid-connect/token (client '" + Realm.CLIENT + "', " + method
					+ ") was refused with unauthorized_client")
			.hasMessageContaining("Check client-id")
			.hasMessageNotContaining("wrong-secret");
	}

	@Test
	void a_secret_that_was_replaced_is_read_again() throws ParseException {
		List<String> secrets = List.of("old-secret", Realm.secret(Realm.CLIENT));
		int[] reads = new int[1];
		assertGetsToken(client(Realm.CLIENT, ClientAuthentication.clientSecretBasic(() -> secrets.get(reads[0]++))));
		assertThat(reads).containsExactly(2);
	}

	@Test
	void a_client_signs_with_its_secret_anew_for_each_grant() throws ParseException {
		String id = Realm.SECRET_JWT_CLIENT;
		Configuration client = client(id, ClientAuthentication.clientSecretJwt(Realm.secret(id)));
		assertThat(assertGetsToken(client).accessToken()).isNotEqualTo(assertGetsToken(client).accessToken());
	}

	@ParameterizedTest
	@ValueSource(strings = { "RS256", "PS256", "ES256" })
	void a_client_signs_with_its_key_anew_for_each_grant(String algorithm) throws ParseException {
		Configuration client = client(Realm.keyClient(algorithm),
				ClientAuthentication.privateKeyJwt(this.keycloak.realm().clientKey(algorithm)));
		assertThat(assertGetsToken(client).accessToken()).isNotEqualTo(assertGetsToken(client).accessToken());
	}

	@Test
	void another_key_is_an_error_of_the_server() {
		Configuration client = client(Realm.keyClient("ES256"),
				ClientAuthentication.privateKeyJwt(SigningKey.generate("ES256").withKeyId("key-ES256")));
		Failures.assertRefused(400, "invalid_client", () -> this.keycloak.grants().clientCredentialsGrant(client));
	}

	@Test
	void a_ready_made_assertion_is_taken_once() throws ParseException {
		String id = Realm.keyClient("ES256");
		Instant now = Instant.now();
		String assertion = this.keycloak.realm()
			.clientKey("ES256")
			.sign(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("key-ES256").build(),
					new JWTClaimsSet.Builder().issuer(id)
						.subject(id)
						.audience(this.keycloak.issuer())
						.jwtID(UUID.randomUUID().toString())
						.issueTime(Date.from(now))
						.expirationTime(Date.from(now.plus(Duration.ofSeconds(60))))
						.build());
		Configuration client = client(id, ClientAuthentication.clientAssertion(() -> assertion));
		assertGetsToken(client);
		GrantException ex = Failures.assertRefused(400, "invalid_client",
				() -> this.keycloak.grants().clientCredentialsGrant(client));
		assertThat(ex).hasMessageNotContaining(assertion);
	}

	@Test
	void a_scope_that_there_is_not_is_an_error_of_the_server() {
		Configuration client = this.keycloak.clientWithSecret(Realm.CLIENT);
		Failures.assertRefused(400, "invalid_scope", () -> this.keycloak.grants()
			.clientCredentialsGrant(client, GrantParameters.builder().scope("no-such-scope").build()));
	}

	@Test
	void a_kept_token_is_given_until_it_is_evicted() {
		GrantRegistration registration = GrantRegistration
			.builder("service", this.keycloak.clientWithSecret(Realm.CLIENT))
			.build();
		GrantTemplate template = new GrantTemplate(this.keycloak.grants(), TokenCache.create(), List.of(registration));
		TokenEndpointResponse token = template.token("service");
		assertThat(template.token("service")).isSameAs(token);
		template.evict("service");
		assertThat(template.token("service").accessToken()).isNotEqualTo(token.accessToken());
	}

	@Test
	void an_issuer_that_differs_by_a_slash_is_another_issuer() {
		GrantException ex = assertNotDiscovered(this.keycloak.issuer() + "/");
		assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
		assertThat(ex).hasMessageContaining(this.keycloak.issuer());
	}

	@Test
	void a_realm_that_there_is_not_is_not_discovered() {
		GrantException ex = assertNotDiscovered(this.keycloak.issuer() + "-2");
		assertThat(ex.kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
		assertThat(ex.statusCode()).isEqualTo(404);
	}

	private GrantException assertNotDiscovered(String issuer) {
		Configuration client = Configuration.builder(AuthorizationServer.discover(issuer), Realm.CLIENT)
			.authentication(ClientAuthentication.clientSecretBasic(Realm.secret(Realm.CLIENT)))
			.allowInsecureRequests(true)
			.build();
		return catchThrowableOfType(GrantException.class, () -> this.keycloak.grants().clientCredentialsGrant(client));
	}

}
