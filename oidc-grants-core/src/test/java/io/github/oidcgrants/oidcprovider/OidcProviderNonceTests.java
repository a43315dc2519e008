package io.github.oidcgrants.oidcprovider;

import java.io.IOException;
import java.text.ParseException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.oidcprovider.OidcProvider.Question;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nonces that a token endpoint demands (RFC 9449 section 8).
 */
@OidcProviderTest
class OidcProviderNonceTests {

	private static final String TOKEN = "/token";

	private static final List<String> CLIENT_CREDENTIALS = List.of("client_credentials");

	private static final String API = "https://api.example.com";

	@AutoClose
	private final OidcProvider provider = OidcProvider
		.start(List.of(OidcProvider.client("service", CLIENT_CREDENTIALS, Map.of()),
				OidcProvider.client("signing", CLIENT_CREDENTIALS,
						Map.of("token_endpoint_auth_method", "private_key_jwt", "token_endpoint_auth_signing_alg",
								"ES256", "jwks",
								Map.of("keys", List.of(TestKeys.P256.toPublicJWK().toJSONObject()))))));

	@AutoClose
	private final GrantClient grants = GrantClient.create();

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	OidcProviderNonceTests() throws IOException {
	}

	private TokenEndpointResponse grant(Configuration client, DPoPHandle handle) {
		return this.grants.clientCredentialsGrant(client, GrantParameters.builder().scope("read").resource(API).build(),
				GrantOptions.builder().dpop(handle, DPoPMode.REQUIRED).build());
	}

	private static void assertBound(TokenEndpointResponse token, DPoPHandle handle) throws ParseException {
		assertThat(token.dpopThumbprint()).isEqualTo(handle.thumbprint());
		assertThat(SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getJSONObjectClaim("cnf"))
			.containsEntry("jkt", handle.thumbprint());
	}

	// One challenge, and the nonce that came with it from then on.
	private void assertChallengedOnce(int questions) throws IOException, InterruptedException {
		List<Question> asked = this.provider.asked(TOKEN);
		assertThat(asked).hasSize(questions);
		assertThat(asked.get(0)).isEqualTo(new Question(TOKEN, 400, "use_dpop_nonce", null));
		assertThat(asked.subList(1, questions)).extracting(Question::status).containsOnly(200);
		assertThat(asked.subList(1, questions)).extracting(Question::nonce).doesNotContainNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ES256", "EdDSA" })
	void a_challenge_is_answered_and_its_nonce_kept(String algorithm) throws Exception {
		DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random(algorithm));
		for (int i = 0; i < 3; i++) {
			assertBound(grant(this.provider.withSecret("service").build(), handle), handle);
		}
		assertChallengedOnce(4);
	}

	/**
	 * This server takes each assertion once, and it has taken the one that came with the
	 * proof that it challenged.
	 */
	@Test
	void a_challenge_is_answered_with_an_assertion_of_its_own() throws Exception {
		Configuration client = this.provider.client("signing")
			.authentication(ClientAuthentication.privateKeyJwt(SigningKey.of(TestKeys.P256)))
			.build();
		assertBound(grant(client, this.handle), this.handle);
		assertBound(grant(client, this.handle), this.handle);
		assertChallengedOnce(3);
	}

	@Test
	void callers_at_the_same_time_are_challenged_once_each_at_most() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			Callable<TokenEndpointResponse> call = () -> grant(this.provider.withSecret("service").build(),
					this.handle);
			for (Future<TokenEndpointResponse> token : threads.invokeAll(Collections.nCopies(8, call))) {
				assertBound(token.get(30, TimeUnit.SECONDS), this.handle);
			}
		}
		finally {
			threads.shutdownNow();
		}
		List<Question> asked = this.provider.asked(TOKEN);
		assertThat(asked).filteredOn((question) -> question.status() == 200).hasSize(8);
		assertThat(asked).filteredOn((question) -> question.status() != 200)
			.hasSizeLessThanOrEqualTo(8)
			.allSatisfy((question) -> assertThat(question.error()).isEqualTo("use_dpop_nonce"));
	}

	@Test
	void an_algorithm_that_the_server_does_not_list_is_not_tried() throws Exception {
		assertMisconfigured("PS256",
				() -> grant(this.provider.withSecret("service").build(), DPoPHandle.of(DPoPKeyPair.random("PS256"))));
		assertThat(this.provider.asked(TOKEN)).isEmpty();
	}

	@Test
	void a_client_that_must_bind_its_tokens_gets_none_without_a_proof() throws Exception {
		Failures.assertRefused(400, "invalid_grant",
				() -> this.grants.clientCredentialsGrant(this.provider.withSecret("service").build()));
	}

}
