package io.github.oidcgrants.jose;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.TestFiles;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Keys in PEM, as OpenSSL writes them. What each format gives is compared with the public
 * key that OpenSSL itself computed.
 */
class PemKeyTests {

	@ParameterizedTest
	@CsvSource({ "rsa-pkcs8, rsa-public", "rsa-pkcs1, rsa-public", "p256-pkcs8, p256-public", "p384-pkcs8, p384-public",
			"p521-pkcs8, p521-public", "p256-sec1, p256-public", "p384-sec1, p384-public", "p521-sec1, p521-public",
			"p256-sec1-without-public, p256-public", "p384-sec1-without-public, p384-public",
			"p521-sec1-without-public, p521-public", "p256-sec1-with-parameters, p256-public",
			"p384-sec1-with-parameters, p384-public", "p521-sec1-with-parameters, p521-public",
			"ed25519-pkcs8, ed25519-public" })
	void formatGivesTheKeyThatOpensslSees(String privateKey, String publicKey) throws Exception {
		SigningKey key = SigningKey.parse(pem(privateKey));
		assertThat(publicKey(key.privateJwk())).isEqualTo(base64(pem(publicKey)));
		assertThat(key.privateJwk().isPrivate()).isTrue();
		assertThat(key.publicJwk().isPrivate()).isFalse();
		assertThat(key.keyId()).isNull();
	}

	private static byte[] publicKey(JWK jwk) throws JOSEException {
		if (jwk instanceof OctetKeyPair ed25519) {
			byte[] encoded = new byte[44];
			byte[] prefix = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
			System.arraycopy(prefix, 0, encoded, 0, 12);
			System.arraycopy(ed25519.getDecodedX(), 0, encoded, 12, 32);
			return encoded;
		}
		return ((AsymmetricJWK) jwk).toPublicKey().getEncoded();
	}

	@ParameterizedTest
	@ValueSource(strings = { "rsa", "p256", "ed25519" })
	void certificateGivesItsThumbprint(String name) {
		SigningKey key = SigningKey.parse(TestFiles.texts(path(name + "-pkcs8"), path(name + "-certificate")));
		SigningKey otherOrder = SigningKey.parse(TestFiles.texts(path(name + "-certificate"), path(name + "-pkcs8")));
		assertThat(key).isEqualTo(otherOrder);
		assertThat(key.publicJwk().getX509CertSHA256Thumbprint()).isNotNull();
		assertThat(key.withKeyId("k").publicJwk().getX509CertSHA256Thumbprint())
			.isEqualTo(key.publicJwk().getX509CertSHA256Thumbprint());
	}

	// The output of: openssl x509 -outform DER | openssl dgst -sha256 -binary | basenc
	// --base64url
	@Test
	void thumbprintIsTheOneThatOpensslComputes() {
		SigningKey key = SigningKey.parse(TestFiles.texts(path("p256-sec1"), path("p256-certificate")));
		assertThat(key.publicJwk().getX509CertSHA256Thumbprint())
			.hasToString("p6ni64SnqacsyKxx4PsmqzTWXYDUwCsSkaGoCsvmynk");
	}

	@Test
	void firstCertificateIsTheKeysOwn() {
		SigningKey key = SigningKey
			.parse(TestFiles.texts(path("p256-certificate"), path("rsa-certificate"), path("p256-pkcs8")));
		assertThat(key.publicJwk().getX509CertSHA256Thumbprint())
			.hasToString("p6ni64SnqacsyKxx4PsmqzTWXYDUwCsSkaGoCsvmynk");
		assertMisconfigured("fit to what stands beside it", () -> SigningKey
			.parse(TestFiles.texts(path("rsa-certificate"), path("p256-certificate"), path("p256-pkcs8"))));
	}

	@Test
	void publicKeyBesideThePrivateOneMustBelongToIt() {
		assertThat(SigningKey.parse(TestFiles.texts(path("p256-pkcs8"), path("p256-public")))).isNotNull();
		assertMisconfigured("The private key does not belong",
				() -> SigningKey.parse(TestFiles.texts(path("p256-pkcs8"), path("p384-public"))));
	}

	@Test
	void textAroundTheBlocksAndWindowsLineEndsDoNoHarm() {
		String pem = "Bag Attributes\n    localKeyID: 01\n" + pem("rsa-pkcs8").replace("\n", "\r\n") + "trailer\r\n";
		assertThat(SigningKey.parse(pem)).isEqualTo(SigningKey.parse(pem("rsa-pkcs8")));
	}

	static Stream<Arguments> unusable() {
		return Stream.of(Arguments.of("has a certificate, but no private key", pem("rsa-certificate")),
				Arguments.of("neither a JSON Web Key nor a PEM", pem("rsa-public")),
				Arguments.of("neither a JSON Web Key nor a PEM", ""),
				Arguments.of("neither a JSON Web Key nor a PEM", "file:/run/secrets/key.pem"),
				Arguments.of("neither a JSON Web Key nor a PEM",
						"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
				Arguments.of("is encrypted: decrypt it first", pem("rsa-pkcs8-encrypted")),
				Arguments.of("is encrypted: decrypt it first", pem("rsa-pkcs1-encrypted")),
				Arguments.of("is encrypted: decrypt it first", pem("p256-sec1-encrypted")),
				Arguments.of("an RSA key of at least 2048 bits", pem("rsa-1024")),
				Arguments.of("must be RSA, EC on P-256, P-384 or P-521, or Ed25519", pem("secp256k1-sec1")),
				Arguments.of("must be RSA, EC on P-256, P-384 or P-521, or Ed25519", pem("secp256k1-pkcs8")),
				Arguments.of("The private key", pem("p256-explicit")),
				Arguments.of("cannot be read as RSA, EC or Ed25519", pem("ed448-pkcs8")),
				Arguments.of("cannot be read as RSA, EC or Ed25519", pem("x25519-pkcs8")),
				Arguments.of("The private key", pem("rsa-pss-pkcs8")),
				Arguments.of("The private key", TestFiles.texts(path("rsa-pkcs8"), path("p256-certificate"))),
				Arguments.of("The private key", TestFiles.texts(path("p256-pkcs8"), path("rsa-certificate"))),
				Arguments.of("The private key", TestFiles.texts(path("p384-pkcs8"), path("p256-certificate"))),
				Arguments.of("The private key", TestFiles.texts(path("ed25519-pkcs8"), path("p256-certificate"))),
				Arguments.of("is not Base64", block("PRIVATE KEY", "A")),
				Arguments.of("private key in the PEM", block("PRIVATE KEY", "")),
				Arguments.of("private key in the PEM", block("RSA PRIVATE KEY", "")),
				Arguments.of("private key in the PEM", block("EC PRIVATE KEY", "")),
				Arguments.of("names no curve", block("EC PRIVATE KEY", "MAMCAQE=")),
				Arguments.of("certificate in the PEM cannot be read", block("CERTIFICATE", "AAAA") + pem("rsa-pkcs8")),
				Arguments.of("public key in the PEM cannot be read", block("PUBLIC KEY", "AAAA") + pem("rsa-pkcs8")));
	}

	@ParameterizedTest
	@MethodSource("unusable")
	void unusableKeyIsRefusedSayingWhy(String reason, String pem) {
		assertMisconfigured(reason, () -> SigningKey.parse(pem)).withNoCause();
	}

	@Test
	void certificateOfAnotherKeyOfTheSameKindIsRefused() {
		SigningKey other = SigningKey.parse(pem("rsa-pkcs8"));
		assertThat(other).isNotNull();
		String pkcs8 = block("PRIVATE KEY",
				Base64.getMimeEncoder().encodeToString(TestKeys.RSA_PAIR.getPrivate().getEncoded()));
		assertMisconfigured("does not belong to the certificate",
				() -> SigningKey.parse(pkcs8 + pem("rsa-certificate")));
		String ec = block("PRIVATE KEY",
				Base64.getMimeEncoder().encodeToString(TestKeys.P256_PAIR.getPrivate().getEncoded()));
		assertMisconfigured("does not belong to the certificate", () -> SigningKey.parse(ec + pem("p256-certificate")));
	}

	static Stream<String> labelsAndFiles() {
		return Stream.of("rsa-pkcs8", "rsa-pkcs1", "p256-pkcs8", "p256-sec1", "p521-sec1-without-public",
				"ed25519-pkcs8");
	}

	@ParameterizedTest
	@MethodSource("labelsAndFiles")
	void keyThatIsCutOffAnywhereIsRefused(String name) {
		byte[] der = base64(pem(name));
		String label = label(pem(name));
		for (int length = 0; length < der.length; length += Math.max(1, der.length / 60)) {
			byte[] cut = Arrays.copyOf(der, length);
			assertMisconfigured("PEM",
					() -> SigningKey.parse(block(label, Base64.getMimeEncoder().encodeToString(cut))));
		}
	}

	@ParameterizedTest
	@MethodSource("labelsAndFiles")
	void keyWithAChangedByteIsRefusedOrStillAKey(String name) {
		byte[] der = base64(pem(name));
		String label = label(pem(name));
		Random random = new Random(7);
		for (int i = 0; i < 60; i++) {
			byte[] changed = der.clone();
			changed[random.nextInt(der.length)] ^= (byte) (1 << random.nextInt(8));
			Throwable thrown = catchThrowable(
					() -> SigningKey.parse(block(label, Base64.getMimeEncoder().encodeToString(changed))));
			if (thrown != null) {
				assertThat(thrown).isInstanceOfSatisfying(GrantException.class,
						(ex) -> assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("labelsAndFiles")
	void noMessageAndNoStringShowsTheKey(String name) {
		String pem = pem(name);
		SigningKey key = SigningKey.parse(pem).withKeyId("k1");
		List<String> secrets = secrets(key.privateJwk());
		assertThat(key.toString()).contains("keyId=k1").doesNotContain(secrets);
		Throwable cutOff = catchThrowable(
				() -> SigningKey.parse(pem.replaceFirst("(?s)(.*)\n.+\n-----END", "$1\n-----END")));
		if (cutOff != null) {
			assertThat(cutOff.getMessage()).doesNotContain(List.of(pem.split("\n", -1)[1]));
		}
		Throwable unfit = catchThrowable(() -> key.withAlgorithm("HS256"));
		assertThat(unfit.getMessage()).contains("k1").doesNotContain(secrets);
	}

	private static List<String> secrets(JWK key) {
		if (key instanceof RSAKey rsa) {
			return List.of(rsa.getPrivateExponent().toString(), rsa.getFirstPrimeFactor().toString());
		}
		return List.of((key instanceof ECKey ec) ? ec.getD().toString() : ((OctetKeyPair) key).getD().toString());
	}

	private static String pem(String name) {
		return TestFiles.text(path(name));
	}

	private static String path(String name) {
		return "keys/" + name + ".pem";
	}

	private static String block(String label, String base64) {
		return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
	}

	private static String label(String pem) {
		return pem.substring("-----BEGIN ".length(), pem.indexOf("-----", 10)).toUpperCase(Locale.ROOT);
	}

	private static byte[] base64(String pem) {
		return Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
	}

}
