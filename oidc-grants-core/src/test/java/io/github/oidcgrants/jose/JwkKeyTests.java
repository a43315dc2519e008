package io.github.oidcgrants.jose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

class JwkKeyTests {

	private static final Map<String, JWK> KEYS = Map.of("rsa", TestKeys.RSA, "p256", TestKeys.P256, "p384",
			TestKeys.P384, "p521", TestKeys.P521, "ed25519", TestKeys.ED25519);

	@ParameterizedTest
	@ValueSource(strings = { "rsa", "p256", "p384", "p521", "ed25519" })
	void jwkIsReadWithAllItSays(String name) {
		JWK jwk = KEYS.get(name);
		SigningKey key = SigningKey.parse(" \n" + jwk.toJSONString() + "\n");
		assertThat(key).isEqualTo(SigningKey.of(jwk)).hasSameHashCodeAs(SigningKey.of(jwk));
		assertThat(key.keyId()).isEqualTo(name);
		assertThat(key.privateJwk()).isEqualTo(jwk);
		assertThat(key.publicJwk()).isEqualTo(jwk.toPublicJWK());
	}

	@ParameterizedTest
	@CsvSource({ "rsa, RS256 RS384 RS512 PS256 PS384 PS512", "p256, ES256", "p384, ES384", "p521, ES512",
			"ed25519, EdDSA Ed25519" })
	void keyIsBoundOnlyToAlgorithmsThatFit(String name, String fitting) {
		SigningKey key = SigningKey.of(KEYS.get(name));
		List<String> fit = new ArrayList<>();
		for (String algorithm : List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES256K",
				"ES384", "ES512", "EdDSA", "Ed25519", "Ed448", "HS256", "none", "RSA-OAEP", "rs256")) {
			if (List.of(fitting.split(" ", -1)).contains(algorithm)) {
				assertThat(key.withAlgorithm(algorithm).algorithm(null, List.of())).hasToString(algorithm);
				fit.add(algorithm);
			}
			else {
				assertMisconfigured("is not one for the key '" + name + "'", () -> key.withAlgorithm(algorithm));
				assertMisconfigured("is not one for the key '" + name + "'",
						() -> key.algorithm(JWSAlgorithm.parse(algorithm), List.of()));
			}
		}
		assertThat(fit).hasSize(fitting.split(" ", -1).length);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ES256", "HS256", "RSA-OAEP-256", "none" })
	void jwkWhoseAlgorithmDoesNotFitIsRefused(String algorithm) {
		Map<String, Object> jwk = TestKeys.RSA.toJSONObject();
		jwk.put("alg", algorithm);
		assertMisconfigured("The algorithm '" + algorithm + "' is not one for the key 'rsa'",
				() -> SigningKey.parse(JSONObjectUtils.toJSONString(jwk)));
	}

	@Test
	void keyIdCanBeGiven() {
		assertThat(SigningKey.of(TestKeys.P256).withKeyId("k2").keyId()).isEqualTo("k2");
		assertThat(SigningKey.of(TestKeys.P256)).isNotEqualTo(SigningKey.of(TestKeys.P256).withKeyId("k2"));
	}

	@Test
	void keysWithTheSamePublicNameAreDifferent() {
		RSAKey renamed = new RSAKey.Builder(TestKeys.OTHER_RSA).keyID("rsa").build();
		assertThat(SigningKey.of(TestKeys.RSA)).isNotEqualTo(SigningKey.of(renamed));
	}

	static Stream<Arguments> unusable() {
		String secret = new OctetSequenceKey.Builder(new byte[64]).build().toJSONString();
		return Stream.of(Arguments.of("has no private part", TestKeys.RSA.toPublicJWK().toJSONString()),
				Arguments.of("has no private part", TestKeys.ED25519.toPublicJWK().toJSONString()),
				Arguments.of("an RSA key of at least 2048 bits", TestKeys.WEAK_RSA.toJSONString()),
				Arguments.of("cannot be used to sign", secret), Arguments.of("is not a JSON Web Key", "{}"),
				Arguments.of("is not a JSON Web Key", "{"), Arguments.of("is not a JSON Web Key", "{\"kty\":null}"),
				Arguments.of("is not a JSON Web Key", "{\"kty\":1}"),
				Arguments.of("is not a JSON Web Key", "{\"keys\":[" + TestKeys.RSA.toJSONString() + "]}"),
				Arguments.of("is not a JSON Web Key", "{\"kty\":\"RSA\",\"d\":\"c2VjcmV0\"}"),
				Arguments.of("is not a JSON Web Key", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"c2VjcmV0\"}"),
				Arguments.of("is not a JSON Web Key",
						"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\",\"d\":\"c2VjcmV0\"}"),
				Arguments.of("The key", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQ\",\"d\":\"c2VjcmV0\"}"),
				Arguments.of("The key", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AQ\",\"d\":\"c2VjcmV0\"}"),
				Arguments.of("The key", "{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"AQ\",\"d\":\"c2VjcmV0\"}"));
	}

	@ParameterizedTest
	@MethodSource("unusable")
	void unusableJwkIsRefusedWithoutShowingIt(String reason, String jwk) {
		assertMisconfigured(reason, () -> SigningKey.parse(jwk)).withNoCause()
			.withMessageNotContaining("c2VjcmV0")
			.withMessageNotContaining(TestKeys.WEAK_RSA.getPrivateExponent().toString());
	}

	@ParameterizedTest
	@CsvSource({ "HS256, 32", "HS384, 48", "HS512, 64" })
	void sharedSecretMustBeAsLongAsTheHash(String algorithm, int length) {
		JWSAlgorithm hmac = JWSAlgorithm.parse(algorithm);
		assertThat(SharedSecret.bytes(hmac, "s".repeat(length))).hasSize(length);
		assertThat(SharedSecret.bytes(hmac, "ü".repeat(length / 2))).hasSize(length);
		assertFails(Kind.MISCONFIGURED, () -> SharedSecret.bytes(hmac, "s".repeat(length - 1)))
			.withMessageContaining((length - 1) + " bytes")
			.withMessageNotContaining("sss");
	}

	@Test
	void sharedSecretDoesNotDoAsymmetricAlgorithms() {
		assertMisconfigured("does not sign with a shared secret",
				() -> SharedSecret.bytes(JWSAlgorithm.RS256, "s".repeat(64)));
	}

}
