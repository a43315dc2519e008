package io.github.oidcgrants.idtoken;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.AESEncrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.PasswordBasedEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.github.oidcgrants.client.Configuration;
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
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Encrypted ID tokens, signed inside, through a grant.
 */
class EncryptedIdTokenTests {

	private static final Set<EncryptionMethod> METHODS = Set.of(EncryptionMethod.A128GCM, EncryptionMethod.A192GCM,
			EncryptionMethod.A256GCM, EncryptionMethod.A128CBC_HS256, EncryptionMethod.A192CBC_HS384,
			EncryptionMethod.A256CBC_HS512);

	private static final String NOT_UNDERSTOOD = "that is not understood";

	private static final String FOR_NONE = "it is encrypted for none of the keys";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	static Stream<Arguments> allowed() {
		List<Arguments> all = new ArrayList<>();
		for (EncryptionMethod method : METHODS) {
			for (String algorithm : List.of("RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512")) {
				all.add(Arguments.of(algorithm, method, TestKeys.RSA));
			}
			for (String algorithm : List.of("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW")) {
				for (JWK key : List.of(TestKeys.P256, TestKeys.P384, TestKeys.P521)) {
					all.add(Arguments.of(algorithm, method, key));
				}
			}
		}
		return all.stream();
	}

	@ParameterizedTest
	@MethodSource("allowed")
	void allowedAlgorithmsAreDecrypted(String algorithm, EncryptionMethod method, JWK key) {
		String token = encrypt(header(algorithm, method).build(), key);
		assertThat(rig.receive(token, decryptingWith(key)).claims()).isNotNull();
	}

	@Test
	void claimsCarryTheTokenAsItWasSent() {
		String token = encrypted(TestKeys.RSA);
		var claims = rig.receive(token, decryptingWith(TestKeys.RSA)).claims();
		assertThat(claims).isNotNull();
		assertThat(claims.getTokenValue()).isEqualTo(token);
	}

	static Stream<Arguments> refused() {
		List<Arguments> all = new ArrayList<>();
		METHODS.forEach((method) -> all.add(Arguments.of("RSA1_5", method)));
		for (String algorithm : List.of("dir", "A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW",
				"PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW")) {
			all.add(Arguments.of(algorithm, EncryptionMethod.A128GCM));
		}
		for (EncryptionMethod method : List.of(EncryptionMethod.XC20P, EncryptionMethod.A128CBC_HS256_DEPRECATED,
				EncryptionMethod.A256CBC_HS512_DEPRECATED)) {
			all.add(Arguments.of("RSA-OAEP-256", method));
		}
		return all.stream();
	}

	@ParameterizedTest
	@MethodSource("refused")
	void otherAlgorithmsAreRefused(String algorithm, EncryptionMethod method) {
		JWEHeader header = header(algorithm, method).build();
		String token = header.toBase64URL() + ".AAAA.AAAA.AAAA.AAAA";
		assertIdTokenRefused(NOT_UNDERSTOOD, () -> rig.receive(token, decryptingWith(TestKeys.RSA)));
	}

	static Stream<Arguments> refusedThoughWellMade() throws JOSEException {
		OctetSequenceKey secret = new OctetSequenceKey.Builder(new byte[16]).build();
		return Stream.of(
				Arguments.of(header("RSA1_5", EncryptionMethod.A128GCM).build(), new RSAEncrypter(TestKeys.RSA)),
				Arguments.of(header("RSA1_5", EncryptionMethod.A128CBC_HS256).build(), new RSAEncrypter(TestKeys.RSA)),
				Arguments.of(header("dir", EncryptionMethod.A128GCM).build(), new DirectEncrypter(secret)),
				Arguments.of(header("A128KW", EncryptionMethod.A128GCM).build(), new AESEncrypter(secret)),
				Arguments.of(header("PBES2-HS256+A128KW", EncryptionMethod.A128GCM).build(),
						new PasswordBasedEncrypter("password", 8, 1000)),
				Arguments
					.of(header("RSA-OAEP-256", EncryptionMethod.A256GCM).compressionAlgorithm(CompressionAlgorithm.DEF)
						.build(), new RSAEncrypter(TestKeys.RSA)),
				Arguments.of(header("RSA-OAEP-256", EncryptionMethod.A256GCM).criticalParams(Set.of("exp"))
					.customParam("exp", 1)
					.build(), new RSAEncrypter(TestKeys.RSA)));
	}

	@ParameterizedTest
	@MethodSource("refusedThoughWellMade")
	void wellMadeTokenWithWhatIsNotUnderstoodIsRefused(JWEHeader header, JWEEncrypter encrypter) {
		String token = encrypt(header, encrypter, signed());
		assertIdTokenRefused(NOT_UNDERSTOOD, () -> rig.receive(token, decryptingWith(TestKeys.RSA)));
	}

	@Test
	void unencryptedTokenIsRefusedWhereThereIsADecryptionKey() {
		assertIdTokenRefused("it is not encrypted", () -> rig.receive(signed(), decryptingWith(TestKeys.RSA)));
	}

	@Test
	void encryptedTokenIsRefusedWhereThereIsNoDecryptionKey() {
		assertIdTokenRefused("there is no key to decrypt it with",
				() -> rig.receive(encrypted(TestKeys.RSA), rig.configuration()));
	}

	@Test
	void tokenForAnotherKeyIsRefused() {
		assertIdTokenRefused(FOR_NONE, () -> rig.receive(encrypted(TestKeys.OTHER_RSA), decryptingWith(TestKeys.RSA)));
		assertIdTokenRefused(FOR_NONE, () -> rig.receive(encrypted(TestKeys.P256), decryptingWith(TestKeys.P384)));
		assertIdTokenRefused(FOR_NONE, () -> rig.receive(encrypted(TestKeys.P256), decryptingWith(TestKeys.RSA)));
	}

	@Test
	void keyIsFoundAmongSeveral() {
		Configuration configuration = decryptingWith(TestKeys.P256, TestKeys.OTHER_RSA, TestKeys.RSA);
		for (JWK key : List.of(TestKeys.RSA, TestKeys.OTHER_RSA, TestKeys.P256)) {
			assertThat(rig.receive(encrypted(key), configuration).claims()).isNotNull();
		}
	}

	@Test
	void keyIdMustFitIfBothSidesHaveOne() {
		String otherId = encrypt(header("RSA-OAEP-256", EncryptionMethod.A256GCM).keyID("elsewhere").build(),
				TestKeys.RSA);
		assertIdTokenRefused(FOR_NONE, () -> rig.receive(otherId, decryptingWith(TestKeys.RSA)));
		RSAKey nameless = new RSAKey.Builder(TestKeys.RSA).keyID(null).build();
		assertThat(rig.receive(otherId, decryptingWith(nameless)).claims()).isNotNull();
	}

	static Stream<Arguments> parts() {
		return Stream.of(TestKeys.RSA, TestKeys.P256)
			.flatMap((key) -> Stream.of(1, 2, 3, 4).map((part) -> Arguments.of(key, part)));
	}

	@ParameterizedTest
	@MethodSource("parts")
	void tokenThatWasChangedIsRefused(JWK key, int part) {
		for (EncryptionMethod method : METHODS) {
			JWEHeader header = header((key instanceof RSAKey) ? "RSA-OAEP-256" : "ECDH-ES+A128KW", method).build();
			String[] parts = encrypt(header, key).split("\\.", -1);
			byte[] bytes = new Base64URL(parts[part]).decode();
			bytes[bytes.length / 2] ^= 1;
			parts[part] = Base64URL.encode(bytes).toString();
			assertIdTokenRefused(FOR_NONE, () -> rig.receive(String.join(".", parts), decryptingWith(key)));
		}
	}

	@ParameterizedTest
	@MethodSource("parts")
	void tokenWithAPartMissingOrShortIsRefused(JWK key, int part) {
		for (EncryptionMethod method : METHODS) {
			JWEHeader header = header((key instanceof RSAKey) ? "RSA-OAEP-256" : "ECDH-ES+A128KW", method).build();
			for (String replacement : List.of("", "AA", "AAAAAAAAAAA", "!")) {
				String[] parts = encrypt(header, key).split("\\.", -1);
				parts[part] = replacement;
				assertIdTokenRefused("The ID token is refused",
						() -> rig.receive(String.join(".", parts), decryptingWith(key)));
			}
		}
	}

	@Test
	void headerThatWasChangedIsRefused() {
		String[] parts = encrypted(TestKeys.RSA).split("\\.", -1);
		parts[0] = header("RSA-OAEP-256", EncryptionMethod.A256GCM).customParam("a", 1)
			.build()
			.toBase64URL()
			.toString();
		assertIdTokenRefused(FOR_NONE, () -> rig.receive(String.join(".", parts), decryptingWith(TestKeys.RSA)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "null", "[]", "{\"alg\":\"ECDH-ES\"}", "{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\"}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":1}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{}}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":null}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AQ\"}}",
			"{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQ\"}}",
			"{\"alg\":\"ECDH-ES\",\"enc\":1}", "{\"alg\":\"none\",\"enc\":\"A128GCM\"}", "{\"enc\":\"A128GCM\"}",
			"{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A128GCM\",\"zip\":1}", "" })
	void headerThatCannotBeUsedIsRefused(String header) {
		for (JWK key : List.of(TestKeys.P256, TestKeys.RSA)) {
			assertIdTokenRefused("The ID token is refused",
					() -> rig.receive(Base64URL.encode(header) + ".AAAA.AAAA.AAAA.AAAA", decryptingWith(key)));
		}
	}

	@Test
	void ephemeralKeyOfAnotherCurveIsRefused() {
		JWEHeader header = header("ECDH-ES", EncryptionMethod.A128GCM).ephemeralPublicKey(TestKeys.P384.toPublicJWK())
			.build();
		assertIdTokenRefused(FOR_NONE,
				() -> rig.receive(header.toBase64URL() + "..AAAA.AAAA.AAAA", decryptingWith(TestKeys.P256)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "{\"sub\":\"subject-1\"}", "a.b.c.d.e" })
	void contentThatIsNoSignedTokenIsRefused(String content) {
		String token = encrypt(header("RSA-OAEP-256", EncryptionMethod.A256GCM).build(), encrypter(TestKeys.RSA),
				content);
		assertIdTokenRefused("it is not a signed JWT", () -> rig.receive(token, decryptingWith(TestKeys.RSA)));
	}

	@Test
	void encryptionDoesNotStandForASignature() {
		String forged = JwtMint.sign(TestKeys.OTHER_RSA, Map.of("alg", "RS256", "kid", "rsa"), rig.claims());
		String token = encrypt(header("RSA-OAEP-256", EncryptionMethod.A256GCM).build(), encrypter(TestKeys.RSA),
				forged);
		assertIdTokenRefused("its signature is not its issuer's",
				() -> rig.receive(token, decryptingWith(TestKeys.RSA)));
		String unsigned = JwtMint.unsigned("{\"alg\":\"none\"}", "{}") + ".";
		String none = encrypt(header("RSA-OAEP-256", EncryptionMethod.A256GCM).build(), encrypter(TestKeys.RSA),
				unsigned);
		assertIdTokenRefused("The ID token is refused", () -> rig.receive(none, decryptingWith(TestKeys.RSA)));
	}

	static Stream<JWK> unfitKeys() {
		return Stream.of(TestKeys.WEAK_RSA, TestKeys.RSA.toPublicJWK(), TestKeys.P256.toPublicJWK(), TestKeys.ED25519,
				new OctetSequenceKey.Builder(new byte[32]).build());
	}

	@ParameterizedTest
	@MethodSource("unfitKeys")
	void unfitKeyCannotBeRegistered(JWK key) {
		assertMisconfigured("cannot decrypt ID tokens", () -> IdTokenRules.builder().decryptionKey(key));
	}

	@Test
	void messageDoesNotTellWhyDecryptionFailed() {
		String[] parts = encrypted(TestKeys.RSA).split("\\.", -1);
		parts[4] = "AAAA";
		String tag = String.join(".", parts);
		parts[1] = "AAAA";
		String key = String.join(".", parts);
		List<String> messages = new ArrayList<>();
		for (String token : List.of(tag, key)) {
			assertFails(Kind.ID_TOKEN_REFUSED, () -> rig.receive(token, decryptingWith(TestKeys.RSA))).withNoCause()
				.satisfies((ex) -> messages.add(ex.getMessage()));
		}
		assertThat(messages.get(0)).isEqualTo(messages.get(1));
	}

	@Test
	void rulesShowNoKey() {
		assertThat(IdTokenRules.builder().decryptionKey(TestKeys.P256).build().toString()).contains("decryptionKeys=1")
			.doesNotContain(TestKeys.P256.getD().toString());
	}

	private static Configuration decryptingWith(JWK... keys) {
		IdTokenRules.Builder rules = IdTokenRules.builder();
		for (JWK key : keys) {
			rules.decryptionKey(key);
		}
		return rig.configuration(rules.build());
	}

	private static JWEHeader.Builder header(String algorithm, EncryptionMethod method) {
		return new JWEHeader.Builder(JWEAlgorithm.parse(algorithm), method);
	}

	private static String signed() {
		return JwtMint.sign(TestKeys.RSA, "RS256", rig.claims());
	}

	private static String encrypted(JWK key) {
		return encrypt(header((key instanceof RSAKey) ? "RSA-OAEP-256" : "ECDH-ES", EncryptionMethod.A256GCM).build(),
				key);
	}

	private static String encrypt(JWEHeader header, JWK key) {
		return encrypt(header, encrypter(key), signed());
	}

	private static JWEEncrypter encrypter(JWK key) {
		try {
			return (key instanceof RSAKey rsa) ? new RSAEncrypter(rsa) : new ECDHEncrypter((ECKey) key);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String encrypt(JWEHeader header, JWEEncrypter encrypter, String content) {
		JWEObject jwe = new JWEObject(header, new Payload(content));
		try {
			jwe.encrypt(encrypter);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
		return jwe.serialize();
	}

}
