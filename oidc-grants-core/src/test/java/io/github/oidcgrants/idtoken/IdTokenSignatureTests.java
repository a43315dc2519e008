package io.github.oidcgrants.idtoken;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import io.github.oidcgrants.error.GrantException.Kind;
import static org.assertj.core.api.Assertions.assertThat;

class IdTokenSignatureTests {

	private static final String LISTED = "id_token_signing_alg_values_supported";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	static Stream<Arguments> algorithms() {
		Stream<Arguments> rsa = Stream.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
			.map((algorithm) -> Arguments.of(algorithm, TestKeys.RSA));
		Stream<Arguments> others = Stream.of(Arguments.of("ES256", TestKeys.P256), Arguments.of("ES384", TestKeys.P384),
				Arguments.of("ES512", TestKeys.P521), Arguments.of("EdDSA", TestKeys.ED25519),
				Arguments.of("Ed25519", TestKeys.ED25519));
		return Stream.concat(rsa, others);
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void listedAlgorithmIsAccepted(String algorithm, JWK key) {
		rig.metadata(Map.of(LISTED, List.of("none", "HS256", algorithm)));
		rig.keys(key);
		assertThat(rig.receive(JwtMint.sign(key, algorithm, rig.claims())).claims()).isNotNull();
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void registeredAlgorithmIsAcceptedThoughNotListed(String algorithm, JWK key) {
		rig.keys(key);
		Configuration configuration = rig.configuration(IdTokenRules.builder().signatureAlgorithm(algorithm).build());
		assertThat(rig.receive(JwtMint.sign(key, algorithm, rig.claims()), configuration).claims()).isNotNull();
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void payloadThatWasChangedIsRefused(String algorithm, JWK key) {
		rig.metadata(Map.of(LISTED, List.of(algorithm)));
		rig.keys(key);
		String[] parts = JwtMint.sign(key, algorithm, rig.claims()).split("\\.", -1);
		String[] other = JwtMint.sign(key, algorithm, rig.claims("sub", "subject-2")).split("\\.", -1);
		assertIdTokenRefused("its signature is not its issuer's",
				() -> rig.receive(parts[0] + "." + other[1] + "." + parts[2]));
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void emptySignatureIsRefused(String algorithm, JWK key) {
		rig.metadata(Map.of(LISTED, List.of(algorithm)));
		rig.keys(key);
		String signed = JwtMint.sign(key, algorithm, rig.claims());
		assertIdTokenRefused("its signature is not its issuer's",
				() -> rig.receive(signed.substring(0, signed.lastIndexOf('.') + 1)));
	}

	@Test
	void ellipticCurveSignatureOfZerosIsRefused() {
		rig.metadata(Map.of(LISTED, List.of("ES256")));
		rig.keys(TestKeys.P256);
		String signed = JwtMint.sign(TestKeys.P256, "ES256", rig.claims());
		String zeros = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]);
		assertIdTokenRefused("its signature is not its issuer's",
				() -> rig.receive(signed.substring(0, signed.lastIndexOf('.') + 1) + zeros));
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void listedAlgorithmIsRefusedWhereAnotherIsRegistered(String algorithm, JWK key) {
		rig.metadata(Map.of(LISTED, List.of(algorithm)));
		rig.keys(key);
		String registered = algorithm.equals("PS256") ? "RS256" : "PS256";
		Configuration configuration = rig.configuration(IdTokenRules.builder().signatureAlgorithm(registered).build());
		assertIdTokenRefused("which was not agreed on",
				() -> rig.receive(JwtMint.sign(key, algorithm, rig.claims()), configuration));
		assertThat(rig.jwksRequests()).isZero();
	}

	@Test
	void algorithmThatTheServerDoesNotListIsRefused() {
		rig.metadata(Map.of(LISTED, List.of("ES256", "PS256")));
		assertIdTokenRefused("it is signed with 'RS256', which was not agreed on", () -> rig.receive(rig.claims()));
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void serverThatListsNothingSignsWithRs256Only(String algorithm, JWK key) {
		rig.keys(key);
		String token = JwtMint.sign(key, algorithm, rig.claims());
		if (algorithm.equals("RS256")) {
			assertThat(rig.receive(token).claims()).isNotNull();
		}
		else {
			assertIdTokenRefused("which was not agreed on", () -> rig.receive(token));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "NONE", "None", "" })
	void unsignedTokenIsRefusedEvenIfTheServerListsIt(String none) {
		rig.metadata(Map.of(LISTED, List.of(none, "RS256")));
		String unsigned = JwtMint.unsigned("{\"alg\":\"" + none + "\"}", JSONObjectUtils.toJSONString(rig.claims()))
				+ ".";
		assertIdTokenRefused("The ID token is refused", () -> rig.receive(unsigned));
		Configuration trusting = rig.configuration(IdTokenRules.builder().verifySignature(false).build());
		assertIdTokenRefused("The ID token is refused", () -> rig.receive(unsigned, trusting));
	}

	@Test
	void noneCannotBeRegistered() {
		for (String algorithm : List.of("none", "A128KW", "RSA-OAEP", "rs256", "")) {
			assertMisconfigured("is not a signature algorithm",
					() -> IdTokenRules.builder().signatureAlgorithm(algorithm));
		}
	}

	@Test
	void publicKeyIsNoSecret() {
		rig.metadata(Map.of(LISTED, List.of("RS256", "HS256")));
		for (byte[] secret : List.of(TestKeys.RSA_PAIR.getPublic().getEncoded(),
				TestKeys.RSA.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
			String token = JwtMint.signWithSecret(secret, "HS256", rig.claims());
			assertIdTokenRefused("it is signed with 'HS256', which was not agreed on", () -> rig.receive(token));
		}
	}

	@ParameterizedTest
	@CsvSource({ "HS256, 32", "HS384, 48", "HS512, 64" })
	void sharedSecretVerifiesOnlyWhereItIsRegistered(String algorithm, int length) {
		String secret = "s".repeat(length);
		IdTokenRules rules = IdTokenRules.builder().signatureAlgorithm(algorithm).secret(() -> secret).build();
		String token = JwtMint.signWithSecret(secret.getBytes(StandardCharsets.UTF_8), algorithm, rig.claims());
		assertThat(rig.receive(token, rig.configuration(rules)).claims()).isNotNull();
		assertThat(rig.jwksRequests()).isZero();
		assertIdTokenRefused("which was not agreed on",
				() -> rig.receive(token, rig.configuration(IdTokenRules.builder().secret(() -> secret).build())));
	}

	@Test
	void otherSecretIsRefused() {
		IdTokenRules rules = IdTokenRules.builder().signatureAlgorithm("HS256").secret(() -> "s".repeat(32)).build();
		String token = JwtMint.signWithSecret("t".repeat(32).getBytes(StandardCharsets.UTF_8), "HS256", rig.claims());
		assertIdTokenRefused("its signature is not its issuer's", () -> rig.receive(token, rig.configuration(rules)));
	}

	@Test
	void sharedSecretIsReadAtEachUse() {
		String[] secret = { "old-".repeat(8) };
		Configuration configuration = rig
			.configuration(IdTokenRules.builder().signatureAlgorithm("HS256").secret(() -> secret[0]).build());
		secret[0] = "new-".repeat(8);
		String token = JwtMint.signWithSecret(secret[0].getBytes(StandardCharsets.UTF_8), "HS256", rig.claims());
		assertThat(rig.receive(token, configuration).claims()).isNotNull();
	}

	@Test
	void symmetricAlgorithmWithoutSecretCannotBeRegistered() {
		assertMisconfigured("there is none: set client-secret",
				() -> IdTokenRules.builder().signatureAlgorithm("HS256").build());
	}

	@Test
	void secretThatIsTooShortForItsHashIsAMisconfiguration() {
		IdTokenRules rules = IdTokenRules.builder().signatureAlgorithm("HS512").secret(() -> "s".repeat(63)).build();
		String token = JwtMint.signWithSecret("s".repeat(64).getBytes(StandardCharsets.UTF_8), "HS512", rig.claims());
		assertMisconfigured("63 bytes", () -> rig.receive(token, rig.configuration(rules)));
	}

	@Test
	void secretSupplierThatFailsIsAMisconfigurationWithoutItsMessage() {
		String token = JwtMint.signWithSecret("s".repeat(32).getBytes(StandardCharsets.UTF_8), "HS256", rig.claims());
		IdTokenRules failing = IdTokenRules.builder().signatureAlgorithm("HS256").secret(() -> {
			throw new IllegalStateException("vault said hunter2");
		}).build();
		assertMisconfigured("client secret", () -> rig.receive(token, rig.configuration(failing)))
			.withMessageNotContaining("hunter2");
		IdTokenRules empty = IdTokenRules.builder().signatureAlgorithm("HS256").secret(() -> null).build();
		assertMisconfigured("client secret", () -> rig.receive(token, rig.configuration(empty)));
	}

	@Test
	void signatureOfAnotherKeyUnderTheSameIdIsRefused() {
		Map<String, Object> header = Map.of("alg", "RS256", "kid", "rsa");
		assertIdTokenRefused("its signature is not its issuer's",
				() -> rig.receive(JwtMint.sign(TestKeys.OTHER_RSA, header, rig.claims())));
	}

	@Test
	void keyInTheHeaderIsNotBelieved() {
		Map<String, Object> header = new LinkedHashMap<>();
		header.put("alg", "RS256");
		header.put("jwk", TestKeys.OTHER_RSA.toPublicJWK().toJSONObject());
		header.put("jku", rig.issuer() + "/evil-jwks");
		assertIdTokenRefused("its signature is not its issuer's",
				() -> rig.receive(JwtMint.sign(TestKeys.OTHER_RSA, header, rig.claims())));
		assertThat(rig.http().findAllUnmatchedRequests()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "exp", "b64", "urn:example:unknown" })
	void criticalHeaderIsRefused(String name) {
		Map<String, Object> header = new LinkedHashMap<>();
		header.put("alg", "RS256");
		header.put("kid", "rsa");
		header.put("crit", List.of(name));
		header.put(name, (Object) (name.equals("b64") ? false : 1));
		assertIdTokenRefused("crit", () -> rig.receive(JwtMint.sign(TestKeys.RSA, header, rig.claims())));
	}

	@Test
	void serverWithoutKeysIsAMisconfiguration() {
		Map<String, Object> nothing = new LinkedHashMap<>();
		nothing.put("jwks_uri", null);
		rig.metadata(nothing);
		assertFails(Kind.MISCONFIGURED, () -> rig.receive(rig.claims())).withMessageContaining("jwks_uri");
	}

}
