package io.github.oidcgrants.client;

import java.security.PublicKey;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * With which algorithm a private key signs: configured, else the key's own, else what the
 * server lists.
 */
class AssertionAlgorithmTests {

	private static final Map<String, JWK> KEYS = Map.of("rsa", TestKeys.RSA, "p256", TestKeys.P256, "p384",
			TestKeys.P384, "p521", TestKeys.P521, "ed25519", TestKeys.ED25519);

	private static final Map<String, PublicKey> PUBLIC_KEYS = Map.of("rsa", TestKeys.RSA_PAIR.getPublic(), "p256",
			TestKeys.P256_PAIR.getPublic(), "p384", TestKeys.P384_PAIR.getPublic(), "p521",
			TestKeys.P521_PAIR.getPublic(), "ed25519", TestKeys.ED25519_PAIR.getPublic());

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	// configured, of the key, listed by the server -> chosen
	@ParameterizedTest
	@CsvSource(nullValues = "-",
			value = { "rsa, -, -, -, RS256", "rsa, -, -, RS256, RS256", "rsa, -, -, PS256, PS256",
					"rsa, -, -, RS256 PS256, PS256", "rsa, -, -, PS384 ES256, RS256", "rsa, -, -, HS256 none, RS256",
					"rsa, -, RS256, RS256 PS256, RS256", "rsa, -, RS384, PS256, RS384", "rsa, -, PS512, -, PS512",
					"rsa, RS512, PS256, PS256, RS512", "rsa, RS256, -, PS256, RS256", "rsa, PS256, -, RS256, PS256",
					"rsa, RS384, -, -, RS384", "rsa, PS384, -, -, PS384", "p256, -, -, -, ES256",
					"p256, -, -, PS256 RS256, ES256", "p256, ES256, ES256, -, ES256", "p384, -, -, ES256, ES384",
					"p521, -, -, -, ES512", "ed25519, -, -, -, EdDSA", "ed25519, -, -, ES256, EdDSA",
					"ed25519, Ed25519, -, -, Ed25519", "ed25519, -, Ed25519, -, Ed25519" })
	void algorithmIsChosen(String key, String configured, String ofKey, String listed, String chosen) throws Exception {
		if (listed != null) {
			rig.metadata(Map.of("token_endpoint_auth_signing_alg_values_supported", List.of(listed.split(" ", -1))));
		}
		SigningKey signingKey = SigningKey.of(KEYS.get(key));
		if (ofKey != null) {
			signingKey = signingKey.withAlgorithm(ofKey);
		}
		rig.client()
			.clientCredentialsGrant(
					rig.configuration(ClientAuthentication.privateKeyJwt(signingKey, options(configured))));
		JwtReader jwt = JwtReader.read(rig.form().getFirst("client_assertion"));
		assertThat(jwt.header()).containsEntry("alg", chosen).containsEntry("kid", key);
		assertThat(jwt.isSignedBy(PUBLIC_KEYS.get(key))).isTrue();
	}

	private static ClientAssertionOptions options(String algorithm) {
		return (algorithm != null) ? ClientAssertionOptions.builder().algorithm(algorithm).build()
				: ClientAssertionOptions.defaults();
	}

	@ParameterizedTest
	@CsvSource({ "rsa, ES256", "rsa, HS256", "rsa, none", "p256, ES384", "p384, ES256", "p521, RS256",
			"ed25519, ES256" })
	void configuredAlgorithmThatDoesNotFitTheKeyIsRefusedAtCreation(String key, String algorithm) {
		assertMisconfigured("The algorithm '" + algorithm + "' is not one for the key '" + key + "'",
				() -> ClientAuthentication.privateKeyJwt(SigningKey.of(KEYS.get(key)), options(algorithm)));
	}

	@Test
	void keyFromASupplierIsCheckedBeforeAnythingIsSent() {
		Configuration configuration = rig
			.configuration(ClientAuthentication.privateKeyJwt(() -> SigningKey.of(TestKeys.P256), options("RS256")));
		assertMisconfigured("is not one for the key 'p256'", () -> rig.client().clientCredentialsGrant(configuration));
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@Test
	void algorithmInTheKeyItselfCounts() throws Exception {
		RSAKey bound = new RSAKey.Builder(TestKeys.RSA).algorithm(JWSAlgorithm.PS384).build();
		rig.client()
			.clientCredentialsGrant(
					rig.configuration(ClientAuthentication.privateKeyJwt(SigningKey.parse(bound.toJSONString()))));
		JwtReader jwt = JwtReader.read(rig.form().getFirst("client_assertion"));
		assertThat(jwt.header()).containsEntry("alg", "PS384");
		assertThat(jwt.isSignedBy(TestKeys.RSA_PAIR.getPublic())).isTrue();
	}

}
