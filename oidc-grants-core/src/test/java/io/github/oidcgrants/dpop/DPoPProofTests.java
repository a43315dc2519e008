package io.github.oidcgrants.dpop;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.KeyStore;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.OpaquePrivateKey;
import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestFiles;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Proofs (RFC 9449 section 4.2), read with nothing that made them.
 */
class DPoPProofTests {

	private static final URI TOKEN_ENDPOINT = URI.create("https://as.example/token");

	private final TestClock clock = new TestClock();

	@ParameterizedTest
	@ValueSource(strings = { "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA" })
	void aProofOfEachAlgorithmIsSignedByThePublicKeyInIt(String algorithm) throws Exception {
		DPoPKeyPair keyPair = DPoPKeyPair.random(algorithm);
		JwtReader proof = read(handle(keyPair).proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null));
		assertThat(proof.header()).containsOnlyKeys("alg", "typ", "jwk")
			.containsEntry("alg", algorithm)
			.containsEntry("typ", "dpop+jwt");
		assertThat(jwk(proof)).doesNotContainKeys("d", "p", "q", "dp", "dq", "qi");
		assertThat(proof.claims()).containsOnlyKeys("jti", "htm", "htu", "iat")
			.containsEntry("htm", "POST")
			.containsEntry("htu", "https://as.example/token")
			.containsEntry("iat", (int) TestClock.START.getEpochSecond());
		JWK shown = JWK.parse(jwk(proof));
		assertThat(proof.isSignedBy(TestKeys.publicKey(shown))).isTrue();
		assertThat(shown.computeThumbprint()).hasToString(keyPair.thumbprint());
	}

	@ParameterizedTest
	@CsvSource({ "https://as.example/token?a=b, https://as.example/token",
			"https://as.example/token#here, https://as.example/token",
			"https://as.example/token?a=b#here, https://as.example/token",
			"https://as.example:443/token, https://as.example/token",
			"http://as.example:80/token, http://as.example/token",
			"https://as.example:8443/token, https://as.example:8443/token",
			"http://as.example:443/token, http://as.example:443/token",
			"HTTPS://AS.Example/Token, https://as.example/Token", "https://as.example, https://as.example/",
			"https://as.example?a=b, https://as.example/",
			"https://as.example/a%20b/%C3%A9, https://as.example/a%20b/%C3%A9",
			"https://as.example/a%2Fb, https://as.example/a%2Fb",
			"https://[2001:DB8::1]/token, https://[2001:db8::1]/token",
			"https://[::1]:8443/token, https://[::1]:8443/token",
			"https://user@as.example/token, https://as.example/token",
			"https://as.example/é, https://as.example/%C3%A9", "https://as.example//token, https://as.example//token",
			"https://as.example//, https://as.example//" })
	void theTargetIsTheAddressWithoutQueryAndFragment(String uri, String htu) {
		JwtReader proof = read(
				handle(DPoPKeyPair.random()).proof(DPoPRole.RESOURCE_SERVER, "GET", URI.create(uri), "token"));
		assertThat(proof.claims()).containsEntry("htu", htu);
	}

	@Test
	void noTwoProofsHaveTheSameIdentifier() {
		DPoPHandle handle = handle(DPoPKeyPair.random());
		Set<Object> identifiers = new HashSet<>();
		for (int i = 0; i < 500; i++) {
			String id = (String) read(handle.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null))
				.claims()
				.get("jti");
			assertThat(id).hasSizeGreaterThanOrEqualTo(16);
			identifiers.add(id);
		}
		assertThat(identifiers).hasSize(500);
	}

	@Test
	void theAccessTokenIsHashedAsInTheExampleOfTheSpecification() {
		JwtReader proof = read(handle(DPoPKeyPair.random()).proof(DPoPRole.RESOURCE_SERVER, "GET",
				URI.create("https://resource.example.org/protectedresource"),
				"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"));
		assertThat(proof.claims()).containsEntry("ath", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
	}

	@Test
	void theThumbprintIsThatOfTheExampleOfTheSpecification() throws ParseException {
		JWK key = JWK.parse(Map.of("kty", "RSA", "n",
				"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
						+ "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0z"
						+ "gdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c"
						+ "sFCur-kEgU8awapJzKnqDKgw",
				"e", "AQAB", "alg", "RS256", "kid", "2011-04-29"));
		assertThat(DPoPKeyPair.thumbprint(key)).isEqualTo("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	}

	@Test
	void theClockSkewIsAddedToTheTime() {
		DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random(), this.clock, Duration.ofSeconds(-90));
		assertThat(read(handle.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null)).claims())
			.containsEntry("iat", (int) TestClock.START.getEpochSecond() - 90);
	}

	@Test
	void aKeyThatWasReadSignsAsItself() throws Exception {
		DPoPKeyPair keyPair = DPoPKeyPair.parse(TestKeys.P384.toJSONString());
		JwtReader proof = read(handle(keyPair).proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null));
		assertThat(proof.header()).containsEntry("alg", "ES384");
		assertThat(proof.isSignedBy(TestKeys.P384.toPublicKey())).isTrue();
		assertThat(keyPair.thumbprint()).isEqualTo(TestKeys.P384.computeThumbprint().toString());
	}

	@Test
	void aMethodThatIsNoneIsRefused() {
		Refusals.assertMisconfigured("HTTP method", () -> handle(DPoPKeyPair.random()).proof(DPoPRole.RESOURCE_SERVER,
				"POST\",\"htu\":\"x", TOKEN_ENDPOINT, null));
	}

	@Test
	void theKeyInAProofIsBare() {
		JwtReader proof = read(handle(DPoPKeyPair.of(SigningKey.of(TestKeys.P256))).proof(DPoPRole.AUTHORIZATION_SERVER,
				"POST", TOKEN_ENDPOINT, null));
		assertThat(TestKeys.P256.getKeyID()).isNotNull();
		assertThat(jwk(proof)).containsOnlyKeys("kty", "crv", "x", "y");
	}

	@Test
	void aKeyOfAKeyStoreSignsAsItself() throws Exception {
		char[] password = "changeit".toCharArray();
		KeyStore keyStore = KeyStore.getInstance("PKCS12");
		keyStore.load(new ByteArrayInputStream(TestFiles.bytes("tls/client.p12")), password);
		DPoPKeyPair keyPair = DPoPKeyPair.of(keyStore, "client", password);
		JwtReader proof = read(handle(keyPair).proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null));
		assertThat(proof.isSignedBy(keyStore.getCertificate("client").getPublicKey())).isTrue();
		assertThat(jwk(proof)).doesNotContainKeys("x5t#S256", "x5c", "d");
		Refusals.assertMisconfigured("no private key 'client' that the password opens",
				() -> DPoPKeyPair.of(keyStore, "client", "wrong".toCharArray()));
	}

	@Test
	void aKeyThatIsNotInTheKeyStoreIsRefused() throws Exception {
		KeyStore keyStore = KeyStore.getInstance("PKCS12");
		keyStore.load(null, null);
		Refusals.assertMisconfigured("no private key 'dpop'",
				() -> DPoPKeyPair.of(keyStore, "dpop", "password".toCharArray()));
	}

	@Test
	void aSymmetricKeyIsRefused() {
		Refusals.assertMisconfigured("cannot be used to sign",
				() -> DPoPKeyPair.parse("{\"kty\":\"oct\",\"k\":\"" + "A".repeat(43) + "\"}"));
		Refusals.assertMisconfigured("no key to generate for the algorithm 'HS256'", () -> DPoPKeyPair.random("HS256"));
	}

	@Test
	void aPublicKeyAloneIsRefused() {
		Refusals.assertMisconfigured("no private part",
				() -> DPoPKeyPair.parse(TestKeys.P256.toPublicJWK().toJSONString()));
	}

	@Test
	void anAlgorithmThatTheKeyCannotDoIsRefused() {
		Refusals.assertMisconfigured("The algorithm 'ES384' is not one for the key",
				() -> SigningKey.of(TestKeys.P256).withAlgorithm("ES384"));
	}

	@Test
	void aProofThatCannotBeSignedIsAnErrorAndNotAnEmptyProof() {
		ECKey opaque = new ECKey.Builder(Curve.P_256, TestKeys.P256.getX(), TestKeys.P256.getY())
			.privateKey(new OpaquePrivateKey())
			.build();
		DPoPHandle handle = handle(DPoPKeyPair.of(SigningKey.of(opaque)));
		Refusals.assertFails(Kind.MISCONFIGURED,
				() -> handle.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null));
	}

	@Test
	void nothingPrintsThePrivateKey() {
		DPoPKeyPair keyPair = DPoPKeyPair.of(SigningKey.of(TestKeys.P256));
		String secret = TestKeys.P256.getD().toString();
		assertThat(keyPair.toString()).contains(keyPair.thumbprint()).doesNotContain(secret);
		assertThat(handle(keyPair).toString()).doesNotContain(secret);
		assertThat(DPoPKeyRing.of(handle(keyPair)).toString()).doesNotContain(secret);
	}

	private DPoPHandle handle(DPoPKeyPair keyPair) {
		return DPoPHandle.of(keyPair, this.clock, Duration.ZERO);
	}

	private static JwtReader read(String proof) {
		return JwtReader.read(proof);
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> jwk(JwtReader proof) {
		return (Map<String, Object>) proof.header().get("jwk");
	}

}
