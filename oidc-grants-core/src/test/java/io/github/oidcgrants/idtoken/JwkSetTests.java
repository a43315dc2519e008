package io.github.oidcgrants.idtoken;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Fault;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The life of an issuer's keys, on a clock of the test's own.
 */
class JwkSetTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private Configuration configuration;

	@BeforeEach
	void reset() {
		rig.reset();
		this.configuration = rig.configuration();
	}

	@Test
	void keysAreFetchedOnceAndKeptForFiveMinutes() {
		receive(TestKeys.RSA);
		rig.time.advance(Duration.ofMinutes(5).minusNanos(1));
		receive(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(1);
		rig.time.advance(Duration.ofNanos(1));
		receive(TestKeys.RSA);
		receive(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(2);
	}

	@Test
	void clientsOfOneServerShareItsKeys() {
		AuthorizationServer server = rig.server();
		rig.receive(token(TestKeys.RSA), rig.configuration(server).build());
		rig.receive(token(TestKeys.RSA), rig.configuration(server).build());
		assertThat(rig.jwksRequests()).isEqualTo(1);
	}

	@Test
	void keysAreFetchedOnceForConcurrentCallers() throws Exception {
		int callers = 8;
		rig.jwks(jwks(TestKeys.RSA).withFixedDelay(300));
		rig.answer(Map.of("id_token", token(TestKeys.RSA)));
		ExecutorService threads = Executors.newFixedThreadPool(callers);
		try {
			List<Future<?>> results = new ArrayList<>();
			for (int i = 0; i < callers; i++) {
				results.add(threads.submit(() -> rig.client().clientCredentialsGrant(this.configuration)));
			}
			for (Future<?> result : results) {
				assertThat(result.get()).isNotNull();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(rig.jwksRequests()).isEqualTo(1);
	}

	@Test
	void concurrentCallersAllLearnThatTheKeysCannotBeHad() throws Exception {
		rig.jwks(WireMock.aResponse().withStatus(500).withFixedDelay(300));
		rig.answer(Map.of("id_token", token(TestKeys.RSA)));
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> results = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				results.add(threads.submit(() -> rig.client().clientCredentialsGrant(this.configuration)));
			}
			List<Throwable> failures = new ArrayList<>();
			for (Future<?> result : results) {
				failures.add(failure(result));
			}
			assertThat(failures).hasOnlyElementsOfType(GrantException.class).doesNotHaveDuplicates();
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static Throwable failure(Future<?> result) throws InterruptedException {
		try {
			throw new AssertionError("Succeeded: " + result.get());
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
	}

	@Test
	void rotatedKeyIsFoundAtOnceAndTheNextOneAMinuteLater() {
		receive(TestKeys.RSA);
		rig.keys(TestKeys.OTHER_RSA);
		rig.time.advance(Duration.ofSeconds(1));
		receive(TestKeys.OTHER_RSA);
		assertThat(rig.jwksRequests()).isEqualTo(2);
		rig.keys(TestKeys.RSA);
		rig.time.advance(Duration.ofSeconds(60).minusNanos(1));
		assertUnknown(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(2);
		rig.time.advance(Duration.ofNanos(1));
		receive(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(3);
	}

	@Test
	void rotationThatKeepsTheOldKeyAcceptsBoth() {
		receive(TestKeys.RSA);
		rig.keys(TestKeys.OTHER_RSA, TestKeys.RSA);
		rig.time.advance(Duration.ofMinutes(1));
		receive(TestKeys.OTHER_RSA);
		receive(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(2);
	}

	@Test
	void floodOfUnknownKeyIdsFetchesOnceAMinute() {
		receive(TestKeys.RSA);
		for (int second = 1; second <= 180; second++) {
			rig.time.advance(Duration.ofSeconds(1));
			String token = JwtMint.sign(TestKeys.OTHER_RSA, Map.of("alg", "RS256", "kid", "invented-" + second),
					rig.claims());
			assertIdTokenRefused("its issuer has no key for it", () -> rig.receive(token, this.configuration));
		}
		assertThat(rig.jwksRequests()).isEqualTo(4);
	}

	@Test
	void floodWhileTheKeysAreDownTriesOnceAMinuteAndKnownKeysGoOn() {
		receive(TestKeys.RSA);
		rig.jwks(WireMock.aResponse().withStatus(503));
		for (int i = 0; i < 12; i++) {
			rig.time.advance(Duration.ofSeconds(10));
			if (i % 6 == 0) {
				// It is looked for, and cannot be: that is no verdict on the token.
				assertFails(Kind.UNEXPECTED_STATUS, () -> rig.receive(token(TestKeys.OTHER_RSA), this.configuration));
			}
			else {
				assertUnknown(TestKeys.OTHER_RSA);
			}
			receive(TestKeys.RSA);
		}
		assertThat(rig.jwksRequests()).isEqualTo(3);
	}

	static Stream<Arguments> badAnswers() {
		return Stream.of(Arguments.of(WireMock.aResponse().withStatus(500), Kind.UNEXPECTED_STATUS),
				Arguments.of(jwks(TestKeys.RSA).withStatus(404), Kind.UNEXPECTED_STATUS),
				Arguments.of(jwks(TestKeys.RSA).withStatus(201), Kind.UNEXPECTED_STATUS),
				Arguments.of(WireMock.temporaryRedirect("/elsewhere"), Kind.UNEXPECTED_STATUS),
				Arguments.of(WireMock.aResponse().withFault(Fault.EMPTY_RESPONSE), Kind.TRANSPORT),
				Arguments.of(jwks(TestKeys.RSA).withHeader("Content-Type", "text/html"), Kind.MALFORMED_RESPONSE),
				Arguments.of(body(""), Kind.MALFORMED_RESPONSE), Arguments.of(body("[]"), Kind.MALFORMED_RESPONSE),
				Arguments.of(body("{}"), Kind.MALFORMED_RESPONSE),
				Arguments.of(body("{\"keys\":null}"), Kind.MALFORMED_RESPONSE),
				Arguments.of(body("{\"keys\":{}}"), Kind.MALFORMED_RESPONSE),
				Arguments.of(body("{\"keys\":[],\"keys\":[]}"), Kind.MALFORMED_RESPONSE),
				Arguments.of(body("{\"keys\":[],\"x\":\"" + "x".repeat(2 << 20) + "\"}"), Kind.MALFORMED_RESPONSE));
	}

	@ParameterizedTest
	@MethodSource("badAnswers")
	void keysThatWereNeverFetchedFailTheGrantAndTheNextOneTriesAgain(ResponseDefinitionBuilder answer, Kind kind) {
		rig.jwks(answer);
		assertFails(kind, () -> rig.receive(token(TestKeys.RSA), this.configuration))
			.withMessageContaining(AuthorizationServerRig.JWKS);
		rig.keys(TestKeys.RSA);
		receive(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(2);
	}

	@ParameterizedTest
	@MethodSource("badAnswers")
	void keysThatCannotBeFetchedAnewServeForAnHour(ResponseDefinitionBuilder answer, Kind kind) {
		receive(TestKeys.RSA);
		rig.jwks(answer);
		rig.time.advance(Duration.ofMinutes(5));
		receive(TestKeys.RSA);
		receive(TestKeys.RSA);
		assertThat(rig.jwksRequests()).isEqualTo(2);
		rig.time.advance(Duration.ofMinutes(55).minusNanos(1));
		receive(TestKeys.RSA);
		rig.time.advance(Duration.ofNanos(1));
		assertFails(kind, () -> rig.receive(token(TestKeys.RSA), this.configuration));
		rig.keys(TestKeys.OTHER_RSA);
		receive(TestKeys.OTHER_RSA);
	}

	@Test
	void recoveryIsNoticedWithinAMinute() {
		receive(TestKeys.RSA);
		rig.jwks(WireMock.aResponse().withStatus(500));
		rig.time.advance(Duration.ofMinutes(5));
		receive(TestKeys.RSA);
		rig.keys(TestKeys.OTHER_RSA);
		rig.time.advance(Duration.ofMinutes(1));
		receive(TestKeys.OTHER_RSA);
		assertThat(rig.jwksRequests()).isEqualTo(3);
		assertUnknown(TestKeys.RSA);
	}

	@Test
	void tokenWithoutKeyIdMayMeanTheOnlyKey() {
		rig.keys(TestKeys.RSA);
		rig.receive(withoutKeyId(), this.configuration);
		rig.keys(TestKeys.RSA, TestKeys.P256);
		rig.receive(withoutKeyId(), rig.configuration());
	}

	@Test
	void tokenWithoutKeyIdIsRefusedWhereSeveralKeysFit() {
		rig.keys(TestKeys.RSA, TestKeys.OTHER_RSA);
		assertIdTokenRefused("and several could have", () -> rig.receive(withoutKeyId(), this.configuration));
	}

	@Test
	void twoKeysOfOneIdAreToldApartByTheirAlgorithm() {
		RSAKey forPs256 = new RSAKey.Builder(TestKeys.OTHER_RSA).keyID("rsa").algorithm(JWSAlgorithm.PS256).build();
		RSAKey forRs256 = new RSAKey.Builder(TestKeys.RSA).algorithm(JWSAlgorithm.RS256).build();
		rig.keys(forPs256, forRs256);
		receive(TestKeys.RSA);
	}

	static Stream<Arguments> unfitKeys() {
		RSAKey.Builder rsa = new RSAKey.Builder(TestKeys.RSA);
		return Stream.of(Arguments.of("use=enc", rsa.keyUse(KeyUse.ENCRYPTION).build()),
				Arguments.of("alg=PS256", new RSAKey.Builder(TestKeys.RSA).algorithm(JWSAlgorithm.PS256).build()),
				Arguments.of("alg=RSA-OAEP",
						new RSAKey.Builder(TestKeys.RSA).algorithm(JWSAlgorithm.parse("RSA-OAEP")).build()),
				Arguments.of("key_ops=encrypt",
						new RSAKey.Builder(TestKeys.RSA).keyOperations(java.util.Set.of(KeyOperation.ENCRYPT)).build()),
				Arguments.of("another kid", new RSAKey.Builder(TestKeys.RSA).keyID("RSA").build()),
				Arguments.of("no kid", new RSAKey.Builder(TestKeys.RSA).keyID(null).build()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("unfitKeys")
	void keyThatIsNotForTheSignatureIsPassedOver(String name, JWK unfit) {
		rig.keys(unfit, TestKeys.OTHER_RSA);
		assertUnknown(TestKeys.RSA);
	}

	@Test
	void rsaKeyOf1024BitsIsPassedOver() {
		rig.keys(TestKeys.WEAK_RSA);
		String header = "{\"alg\":\"RS256\",\"kid\":\"weak-rsa\"}";
		assertIdTokenRefused("its issuer has no key for it",
				() -> rig.receive(JwtMint.unsigned(header, "{}") + ".AA", this.configuration));
	}

	@Test
	void symmetricKeyIsPassedOver() {
		Map<String, Object> secret = Map.of("kty", "oct", "kid", "rsa", "k", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM");
		rig.jwks(AuthorizationServerRig.json(Map.of("keys", List.of(secret))));
		assertUnknown(TestKeys.RSA);
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "1", "\"x\"", "[]", "{}", "{\"kty\":1}", "{\"kty\":\"XYZ\"}", "{\"kty\":\"RSA\"}",
			"{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}", "{\"kty\":\"RSA\",\"n\":1,\"e\":[]}",
			"{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\",\"use\":1}", "{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}",
			"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}",
			"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AQ\",\"y\":\"AQ\"}",
			"{\"kty\":\"EC\",\"crv\":null,\"x\":\"AQ\",\"y\":\"AQ\"}",
			"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\"}", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQ\"}",
			"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"__________________________________________8\"}",
			"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AQ\"}",
			"{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQ\",\"x5c\":1}",
			"{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQ\",\"x5c\":[\"AQ\"]}",
			"{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQ\",\"exp\":\"soon\"}",
			"{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQ\",\"key_ops\":\"verify\"}" })
	void keyThatCannotBeReadIsPassedOver(String unreadable) {
		String good = TestKeys.RSA.toPublicJWK().toJSONString();
		rig.jwks(body("{\"keys\":[" + unreadable + "," + good + "]}"));
		receive(TestKeys.RSA);
	}

	@Test
	void keysAreNotFetchedForAnAlgorithmThatWasNotAgreedOn() {
		assertIdTokenRefused("not agreed on",
				() -> rig.receive(JwtMint.sign(TestKeys.P256, "ES256", rig.claims()), this.configuration));
		assertThat(rig.jwksRequests()).isZero();
	}

	@Test
	void hostileKeyIdIsCleanedInTheMessage() {
		Map<String, Object> header = new LinkedHashMap<>();
		header.put("alg", "RS256");
		header.put("kid", "a\r\nb" + "x".repeat(1000));
		assertFails(Kind.ID_TOKEN_REFUSED,
				() -> rig.receive(JwtMint.sign(TestKeys.RSA, header, rig.claims()), this.configuration))
			.withMessageContaining("kid 'a  bxxx")
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(400));
	}

	private static ResponseDefinitionBuilder jwks(JWK key) {
		return AuthorizationServerRig.json(Map.of("keys", List.of(key.toPublicJWK().toJSONObject())));
	}

	private static ResponseDefinitionBuilder body(String body) {
		return WireMock.okJson(body);
	}

	private void receive(JWK key) {
		assertThat(rig.receive(token(key), this.configuration).claims()).isNotNull();
	}

	private void assertUnknown(JWK key) {
		assertIdTokenRefused("its issuer has no key for it", () -> rig.receive(token(key), this.configuration));
	}

	private static String token(JWK key) {
		return JwtMint.sign(key, "RS256", rig.claims());
	}

	private static String withoutKeyId() {
		return JwtMint.sign(TestKeys.RSA, Map.of("alg", "RS256"), rig.claims());
	}

}
