package io.github.oidcgrants.keycloak;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JWT bearer grant (RFC 7523), with assertions that an issuer outside of Keycloak
 * signs.
 */
@KeycloakTest
class KeycloakJwtBearerTests {

	private static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

	private final Keycloak keycloak;

	KeycloakJwtBearerTests(Keycloak keycloak) {
		this.keycloak = keycloak;
	}

	private String assertion(String subject) {
		Instant now = Instant.now();
		return this.keycloak.realm()
			.assertionKey()
			.sign(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(this.keycloak.realm().assertionKey().keyId()).build(),
					new JWTClaimsSet.Builder().issuer(Realm.ASSERTION_ISSUER)
						.subject(subject)
						.audience(this.keycloak.issuer())
						.jwtID(UUID.randomUUID().toString())
						.issueTime(Date.from(now))
						.expirationTime(Date.from(now.plus(Duration.ofSeconds(60))))
						.build());
	}

	private TokenEndpointResponse request(GrantParameters parameters) {
		return this.keycloak.grants()
			.genericGrantRequest(this.keycloak.clientWithSecret(Realm.JWT_BEARER_CLIENT), GRANT_TYPE, parameters);
	}

	@Test
	void a_supplier_makes_an_assertion_for_each_request() throws ParseException {
		GrantParameters parameters = GrantParameters.builder()
			.parameter("assertion", () -> assertion(Realm.ASSERTION_SUBJECT))
			.build();
		TokenEndpointResponse first = request(parameters);
		assertThat(first.tokenType()).isEqualTo("bearer");
		assertThat(SignedJWT.parse(first.accessToken()).getJWTClaimsSet().getStringClaim("preferred_username"))
			.isEqualTo(Realm.USER);
		assertThat(request(parameters).accessToken()).isNotEqualTo(first.accessToken());
	}

	@Test
	void the_same_assertion_is_refused_the_second_time() {
		String assertion = assertion(Realm.ASSERTION_SUBJECT);
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", assertion).build();
		request(parameters);
		GrantException ex = Failures.assertRefused(400, "invalid_grant", () -> request(parameters));
		assertThat(ex).hasMessageNotContaining(assertion);
	}

	@Test
	void an_assertion_about_nobody_is_refused() {
		Failures.assertRefused(400, "invalid_grant",
				() -> request(GrantParameters.builder().parameter("assertion", assertion("nobody")).build()));
	}

}
