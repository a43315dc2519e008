package io.github.oidcgrants.client;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.github.oidcgrants.idtoken.IdTokenExpectation;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.jose.VerificationKey;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing that holds a secret shows it.
 */
class CredentialRedactionTests {

	private static final String SECRET = "s3cret-".repeat(10);

	private static final ClientAssertionOptions OPTIONS = ClientAssertionOptions.builder()
		.claim("pin", SECRET)
		.header("ticket", SECRET)
		.build();

	static Stream<ClientAuthentication> methods() {
		SigningKey key = SigningKey.of(TestKeys.P256);
		return Stream.of(ClientAuthentication.none(), ClientAuthentication.clientSecretBasic(SECRET),
				ClientAuthentication.clientSecretPost(SECRET), ClientAuthentication.clientSecretJwt(SECRET, OPTIONS),
				ClientAuthentication.privateKeyJwt(key, OPTIONS), ClientAuthentication.clientAssertion(() -> SECRET),
				ClientAuthentication.tlsClientAuth(), ClientAuthentication.selfSignedTlsClientAuth());
	}

	@ParameterizedTest
	@MethodSource("methods")
	void methodAndCredentialShowNoSecret(ClientAuthentication method) {
		Configuration configuration = Configuration
			.builder(AuthorizationServer.discover("https://as.example"), "client-1")
			.authentication(method.isMutualTls() ? ClientAuthentication.none() : method)
			.build();
		for (Object shown : List.of(method, method.credential("client-1"), configuration)) {
			assertThat(shown.toString()).isNotBlank().doesNotContain("s3cret", TestKeys.P256.getD().toString());
		}
	}

	@Test
	void rulesOptionsAndKeysShowNoSecret() {
		IdTokenRules rules = IdTokenRules.builder()
			.signatureAlgorithm("HS256")
			.secret(() -> SECRET)
			.decryptionKey(TestKeys.P256)
			.build();
		VerificationKey key = Objects.requireNonNull(VerificationKey.of(TestKeys.P256));
		IdTokenExpectation expectation = new IdTokenExpectation("https://as.example", Set.of(), "client-1", List.of(),
				SECRET, SECRET, SECRET, null);
		for (Object shown : List.of(OPTIONS, rules, key, expectation, SigningKey.of(TestKeys.P256))) {
			assertThat(shown.toString()).isNotBlank().doesNotContain("s3cret", TestKeys.P256.getD().toString());
		}
	}

}
