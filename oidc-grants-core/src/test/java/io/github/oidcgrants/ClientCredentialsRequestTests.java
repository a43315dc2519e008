package io.github.oidcgrants;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.TestTransport;
import io.github.oidcgrants.testing.TokenServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What the client credentials grant sends.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
class ClientCredentialsRequestTests {

	private static final String RESERVED = "a:b+c d&e=f%g/h\u00fc\u20ac\uD83D\uDE00~*'";

	private static final TokenServer server = TokenServer.start();

	@Parameter
	TestTransport transport;

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void succeed() {
		server.answer(TokenServer.success());
	}

	@Test
	void authenticatesWithAHeaderEncodedAsAForm() {
		grant(TokenServer.configuration(server.tokenEndpoint(), RESERVED + "1",
				ClientAuthentication.clientSecretBasic(RESERVED + "2")), GrantParameters.none());
		String header = server.onlyRequest().getHeader("Authorization");
		assertThat(header).startsWith("Basic ");
		String[] parts = new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.US_ASCII)
			.split(":", -1);
		assertThat(parts).hasSize(2);
		assertThat(TokenServer.decode(parts[0])).isEqualTo(RESERVED + "1");
		assertThat(TokenServer.decode(parts[1])).isEqualTo(RESERVED + "2");
		assertThat(server.form()).containsExactly(Map.entry("grant_type", "client_credentials"));
	}

	@Test
	void authenticatesInTheForm() {
		grant(TokenServer.configuration(server.tokenEndpoint(), RESERVED + "1",
				ClientAuthentication.clientSecretPost(RESERVED + "2")), GrantParameters.none());
		assertThat(server.onlyRequest().getHeader("Authorization")).isNull();
		assertThat(server.form()).containsExactly(Map.entry("grant_type", "client_credentials"),
				Map.entry("client_id", RESERVED + "1"), Map.entry("client_secret", RESERVED + "2"));
	}

	@Test
	void saysOnlyItsNameAsAPublicClient() {
		grant(server.configuration(ClientAuthentication.none()), GrantParameters.none());
		assertThat(server.onlyRequest().getHeader("Authorization")).isNull();
		assertThat(server.form()).containsExactly(Map.entry("grant_type", "client_credentials"),
				Map.entry("client_id", "client"));
	}

	@Test
	void sendsEveryParameterAndRepeatsResourceAndAudience() {
		grant(server.configuration(),
				GrantParameters.builder()
					.scope("read:users write:users", "admin")
					.resource("https://a.example/x?y=z", "https://b.example")
					.audience("one", "two & three")
					.parameter("other", RESERVED)
					.build());
		assertThat(server.form()).containsExactly(Map.entry("grant_type", "client_credentials"),
				Map.entry("scope", "read:users write:users admin"), Map.entry("resource", "https://a.example/x?y=z"),
				Map.entry("resource", "https://b.example"), Map.entry("audience", "one"),
				Map.entry("audience", "two & three"), Map.entry("other", RESERVED));
	}

	@Test
	void readsASuppliedSecretAtEachUse() {
		AtomicInteger reads = new AtomicInteger();
		Supplier<String> secret = () -> "secret-" + reads.incrementAndGet();
		Configuration configuration = server.configuration(ClientAuthentication.clientSecretPost(secret));
		assertThat(reads).hasValue(0);
		grant(configuration, GrantParameters.none());
		assertThat(server.form()).contains(Map.entry("client_secret", "secret-1"));
		succeed();
		grant(configuration, GrantParameters.none());
		assertThat(server.form()).contains(Map.entry("client_secret", "secret-2"));
	}

	static Stream<Supplier<String>> uselessSuppliers() {
		return Stream.of(() -> null, () -> "", () -> " \n", () -> {
			throw new IllegalStateException("the vault is sealed");
		}, () -> {
			throw GrantException.misconfigured("The supplier says why: client");
		});
	}

	@ParameterizedTest
	@MethodSource("uselessSuppliers")
	void sendsNothingWithoutASecret(Supplier<String> supplier) {
		for (ClientAuthentication authentication : List.of(ClientAuthentication.clientSecretBasic(supplier),
				ClientAuthentication.clientSecretPost(supplier))) {
			GrantException failure = catchThrowableOfType(GrantException.class,
					() -> grant(server.configuration(authentication), GrantParameters.none()));
			assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
			assertThat(failure).hasMessageContaining("supplier").hasMessageContaining("client");
		}
		assertThat(server.requests()).isEmpty();
	}

	private void grant(Configuration configuration, GrantParameters parameters) {
		assertThat(GrantClient.builder()
			.transport(this.transport.shared())
			.build()
			.clientCredentialsGrant(configuration, parameters)
			.accessToken()).isEqualTo(TokenServer.ACCESS_TOKEN);
	}

}
