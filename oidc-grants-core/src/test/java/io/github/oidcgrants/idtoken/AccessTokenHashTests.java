package io.github.oidcgrants.idtoken;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.github.oidcgrants.testing.AuthorizationServerRig.ACCESS_TOKEN;
import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code at_hash} (OpenID Connect Core 1.0 section 3.1.3.6).
 */
class AccessTokenHashTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	static Stream<Arguments> algorithms() {
		return Stream.of(Arguments.of("RS256", "SHA-256", TestKeys.RSA), Arguments.of("PS384", "SHA-384", TestKeys.RSA),
				Arguments.of("RS512", "SHA-512", TestKeys.RSA), Arguments.of("ES256", "SHA-256", TestKeys.P256),
				Arguments.of("ES384", "SHA-384", TestKeys.P384), Arguments.of("ES512", "SHA-512", TestKeys.P521),
				Arguments.of("EdDSA", "SHA-512", TestKeys.ED25519));
	}

	@ParameterizedTest
	@MethodSource("algorithms")
	void leftHalfOfTheHashMatches(String algorithm, String hash, JWK key) {
		rig.metadata(Map.of("id_token_signing_alg_values_supported", List.of(algorithm)));
		rig.keys(key);
		Map<String, Object> good = rig.claims("at_hash", leftHalf(hash, ACCESS_TOKEN));
		assertThat(rig.receive(JwtMint.sign(key, algorithm, good)).claims()).isNotNull();
		Map<String, Object> bad = rig.claims("at_hash", leftHalf(hash, "access-token-2"));
		assertIdTokenRefused("its at_hash is not that of the access token",
				() -> rig.receive(JwtMint.sign(key, algorithm, bad)));
		String other = hash.equals("SHA-256") ? "SHA-512" : "SHA-256";
		Map<String, Object> otherHash = rig.claims("at_hash", leftHalf(other, ACCESS_TOKEN));
		assertIdTokenRefused("its at_hash is not that of the access token",
				() -> rig.receive(JwtMint.sign(key, algorithm, otherHash)));
	}

	// The example of OpenID Connect Core 1.0 appendix A.3.
	@Test
	void exampleOfTheSpecificationMatches() {
		rig.answer(Map.of("access_token", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "id_token",
				JwtMint.sign(TestKeys.RSA, "RS256", rig.claims("at_hash", "77QmUPtjPfzWtF2AnpK9RQ"))));
		assertThat(rig.client().clientCredentialsGrant(rig.configuration()).claims()).isNotNull();
	}

	@Test
	void hashOfWrongTypeIsRefused() {
		assertIdTokenRefused("its at_hash is no text", () -> rig.receive(rig.claims("at_hash", 1)));
		assertIdTokenRefused("its at_hash is no text", () -> rig.receive(rig.claims("at_hash", "")));
	}

	private static String leftHalf(String hash, String token) {
		try {
			byte[] digest = MessageDigest.getInstance(hash).digest(token.getBytes(StandardCharsets.US_ASCII));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, digest.length / 2));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
