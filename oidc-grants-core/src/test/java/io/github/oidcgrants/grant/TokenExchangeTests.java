package io.github.oidcgrants.grant;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Token exchange (RFC 8693).
 */
class TokenExchangeTests {

	private static final String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

	private static final String ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

	private static final String ID_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:id_token";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@Test
	void formHasSubjectAndTarget() {
		rig.answer(Map.of("issued_token_type", ACCESS_TOKEN_TYPE));
		GrantParameters parameters = GrantParameters.builder()
			.parameter("subject_token", "subject-1")
			.parameter("subject_token_type", ACCESS_TOKEN_TYPE)
			.parameter("requested_token_type", ACCESS_TOKEN_TYPE)
			.resource("https://a.example", "https://b.example")
			.audience("api-1", "api-2")
			.scope("read")
			.build();
		TokenEndpointResponse response = rig.client()
			.genericGrantRequest(rig.configuration(), TOKEN_EXCHANGE, parameters);
		assertThat(response.issuedTokenType()).isEqualTo(ACCESS_TOKEN_TYPE);
		assertThat(rig.form()).containsOnly(Map.entry("grant_type", List.of(TOKEN_EXCHANGE)),
				Map.entry("subject_token", List.of("subject-1")),
				Map.entry("subject_token_type", List.of(ACCESS_TOKEN_TYPE)),
				Map.entry("requested_token_type", List.of(ACCESS_TOKEN_TYPE)),
				Map.entry("resource", List.of("https://a.example", "https://b.example")),
				Map.entry("audience", List.of("api-1", "api-2")), Map.entry("scope", List.of("read")),
				Map.entry("client_id", List.of(AuthorizationServerRig.CLIENT_ID)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "N_A", "n_a", "N_a" })
	void tokenThatIsNoAccessTokenIsGivenAsOne(String tokenType) {
		rig.answer(Map.of("token_type", tokenType, "issued_token_type", ID_TOKEN_TYPE, "access_token", "an.id.token"));
		TokenEndpointResponse response = exchange();
		assertThat(response.tokenType()).isEqualTo("n_a");
		assertThat(response.accessToken()).isEqualTo("an.id.token");
		assertThat(response.issuedTokenType()).isEqualTo(ID_TOKEN_TYPE);
		assertThat(response.idToken()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:example:grant", "token-exchange" })
	void otherGrantsDoNotGiveSuchTokens(String grantType) {
		rig.answer(Map.of("token_type", "N_A", "issued_token_type", ID_TOKEN_TYPE));
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", "a").build();
		assertFails(Kind.MALFORMED_RESPONSE,
				() -> rig.client().genericGrantRequest(rig.configuration(), grantType, parameters))
			.withMessageContaining("token_type");
		assertFails(Kind.MALFORMED_RESPONSE, () -> rig.client().clientCredentialsGrant(rig.configuration()))
			.withMessageContaining("token_type");
		assertFails(Kind.MALFORMED_RESPONSE, () -> rig.client().refreshTokenGrant(rig.configuration(), "refresh-1"))
			.withMessageContaining("token_type");
	}

	@Test
	void issuedTokenTypeIsRequired() {
		rig.answer(Map.of());
		assertFails(Kind.MALFORMED_RESPONSE, TokenExchangeTests::exchange).withMessageContaining("issued_token_type");
		for (Object value : Arrays.asList(null, "", 1, true, List.of(ACCESS_TOKEN_TYPE), Map.of())) {
			Map<String, Object> members = new LinkedHashMap<>();
			members.put("issued_token_type", value);
			rig.answer(members);
			assertFails(Kind.MALFORMED_RESPONSE, TokenExchangeTests::exchange)
				.withMessageContaining("issued_token_type");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "mac", "n/a", "na", "pop", "bearer " })
	void otherTokenTypesAreRefused(String tokenType) {
		rig.answer(Map.of("token_type", tokenType, "issued_token_type", ACCESS_TOKEN_TYPE));
		assertFails(Kind.MALFORMED_RESPONSE, TokenExchangeTests::exchange).withMessageContaining("token_type");
	}

	@Test
	void issuedTokenTypeIsNotRequiredElsewhere() {
		assertThat(rig.client().clientCredentialsGrant(rig.configuration()).issuedTokenType()).isNull();
	}

	private static TokenEndpointResponse exchange() {
		GrantParameters parameters = GrantParameters.builder()
			.parameter("subject_token", "subject-1")
			.parameter("subject_token_type", ACCESS_TOKEN_TYPE)
			.build();
		return rig.client().genericGrantRequest(rig.configuration(), TOKEN_EXCHANGE, parameters);
	}

}
