package io.github.oidcgrants.idtoken;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;

import com.nimbusds.jose.jwk.JWK;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of RFC 7520, made by another implementation. Their content is text, so
 * they are given to the decrypter itself.
 */
class IdTokenDecrypterTests {

	@ParameterizedTest
	@ValueSource(strings = { "5.2", "5.4", "5.5" })
	void exampleOfRfc7520IsDecrypted(String section) throws Exception {
		assertThat(IdTokenDecrypter.decrypt(token(section), List.of(key(section)))).isEqualTo(read("plaintext.txt"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "5.2", "5.4", "5.5" })
	void exampleOfRfc7520IsFoundByItsKeyIdAmongOthers(String section) throws Exception {
		List<JWK> keys = List.of(key("5.1"), key("5.2"), key("5.4"), key("5.5"));
		assertThat(IdTokenDecrypter.decrypt(token(section), keys)).isEqualTo(read("plaintext.txt"));
	}

	@Test
	void exampleWithRsa15IsRefused() throws Exception {
		String token = token("5.1");
		List<JWK> keys = List.of(key("5.1"));
		assertIdTokenRefused("it is encrypted with 'RSA1_5' and 'A128CBC-HS256'",
				() -> IdTokenDecrypter.decrypt(token, keys));
	}

	private static String token(String section) throws IOException {
		return read("section-" + section + ".jwe").replace("\n", "");
	}

	private static JWK key(String section) throws IOException, ParseException {
		return JWK.parse(read("section-" + section + ".key.json"));
	}

	private static String read(String name) throws IOException {
		try (InputStream in = IdTokenDecrypterTests.class.getResourceAsStream("/rfc7520/" + name)) {
			assertThat(in).as(name).isNotNull();
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

}
