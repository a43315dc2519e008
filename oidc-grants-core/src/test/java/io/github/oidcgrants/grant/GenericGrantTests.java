package io.github.oidcgrants.grant;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Any grant that is one request (RFC 6749 section 4.5): what is sent, and what is refused
 * before anything is.
 */
class GenericGrantTests {

	private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

	private static final String SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer";

	private static final String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

	private static final String CUSTOM = "urn:example:grant";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@ParameterizedTest
	@ValueSource(strings = { JWT_BEARER, SAML2_BEARER })
	void bearerGrantSendsItsAssertion(String grantType) {
		request(grantType, GrantParameters.builder().parameter("assertion", "a.b+c/d=").scope("read write").build());
		assertThat(rig.form()).containsOnly(Map.entry("grant_type", List.of(grantType)),
				Map.entry("assertion", List.of("a.b+c/d=")), Map.entry("scope", List.of("read write")),
				Map.entry("client_id", List.of(AuthorizationServerRig.CLIENT_ID)));
	}

	@Test
	void customGrantSendsWhatItIsGiven() {
		request(CUSTOM,
				GrantParameters.builder()
					.parameter("Größe", "10 €")
					.audience("api-1", "api-2")
					.parameter("authorization_details", "[{\"type\":\"payment\"}]")
					.build());
		assertThat(rig.form()).containsOnly(Map.entry("grant_type", List.of(CUSTOM)),
				Map.entry("Größe", List.of("10 €")), Map.entry("audience", List.of("api-1", "api-2")),
				Map.entry("authorization_details", List.of("[{\"type\":\"payment\"}]")),
				Map.entry("client_id", List.of(AuthorizationServerRig.CLIENT_ID)));
	}

	static Stream<Arguments> missing() {
		GrantParameters none = GrantParameters.none();
		GrantParameters scope = GrantParameters.builder().scope("read").build();
		return Stream.of(Arguments.of(JWT_BEARER, none, "assertion"), Arguments.of(JWT_BEARER, scope, "assertion"),
				Arguments.of(SAML2_BEARER, none, "assertion"), Arguments.of(TOKEN_EXCHANGE, none, "subject_token"),
				Arguments.of(TOKEN_EXCHANGE, with("subject_token_type"), "subject_token"),
				Arguments.of(TOKEN_EXCHANGE, with("subject_token"), "subject_token_type"),
				Arguments.of(TOKEN_EXCHANGE, with("subject_token", "subject_token_type", "actor_token"),
						"actor_token_type"),
				Arguments.of(TOKEN_EXCHANGE, with("subject_token", "subject_token_type", "actor_token_type"),
						"actor_token"),
				Arguments.of("refresh_token", none, "refresh_token"));
	}

	@ParameterizedTest
	@MethodSource("missing")
	void missingParameterIsRefusedBeforeAnythingIsSent(String grantType, GrantParameters parameters, String name) {
		assertMisconfigured("The grant '" + grantType + "' needs the parameter '" + name + "'",
				() -> request(grantType, parameters));
		assertNothingSent();
	}

	@Test
	void actorMayComeAlong() {
		rig.answer(Map.of("issued_token_type", "urn:ietf:params:oauth:token-type:access_token"));
		request(TOKEN_EXCHANGE, with("subject_token", "subject_token_type", "actor_token", "actor_token_type"));
		assertThat(rig.form()).containsOnlyKeys("grant_type", "client_id", "subject_token", "subject_token_type",
				"actor_token", "actor_token_type");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void blankGrantTypeIsRefused(String grantType) {
		assertMisconfigured("The grant type is blank", () -> request(grantType, GrantParameters.none()));
		assertNothingSent();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "" })
	void reservedParameterIsRefused(String name) {
		GrantParameters.Builder builder = GrantParameters.builder();
		String reason = name.isEmpty() ? "has no name" : "The parameter '" + name + "' cannot be set";
		assertMisconfigured(reason, () -> builder.parameter(name, "value"));
		assertMisconfigured(reason, () -> builder.parameter(name, () -> "value"));
	}

	@Test
	void parameterIsSetOnceByValueOrSupplier() {
		assertMisconfigured("'assertion' is set twice",
				() -> GrantParameters.builder().parameter("assertion", "a").parameter("assertion", "b"));
		assertMisconfigured("'assertion' is set twice",
				() -> GrantParameters.builder().parameter("assertion", "a").parameter("assertion", () -> "b"));
		assertMisconfigured("'assertion' is set twice",
				() -> GrantParameters.builder().parameter("assertion", () -> "a").parameter("assertion", "b"));
		assertMisconfigured("'assertion' is set twice",
				() -> GrantParameters.builder().parameter("assertion", () -> "a").parameter("assertion", () -> "b"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "scope", "resource", "audience", "requested_token_type", "subject_token_type",
			"actor_token_type" })
	void parameterThatIsNoSecretCannotComeFromASupplier(String name) {
		assertMisconfigured("The parameter '" + name + "' cannot come from a supplier",
				() -> GrantParameters.builder().parameter(name, () -> "value"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"type\":\"payment\"}", "payment", "[", "[{}", "null", "1", "\"[]\"", " ", "[] []",
			"[{\"a\":1,\"a\":2}]" })
	void authorizationDetailsThatAreNoJsonArrayAreRefused(String details) {
		assertMisconfigured("is not a JSON array",
				() -> GrantParameters.builder().parameter("authorization_details", details));
	}

	@Test
	void assertionIsMaskedInWhatTheServerSays() {
		rig.answer(AuthorizationServerRig.json(400,
				Map.of("error", "invalid_grant", "error_description", "Cannot read 'assertion-s3cret'")));
		assertFails(Kind.OAUTH_ERROR,
				() -> request(JWT_BEARER, GrantParameters.builder().parameter("assertion", "assertion-s3cret").build()))
			.withMessageContaining("Cannot read '***'")
			.withMessageNotContaining("s3cret");
	}

	@Test
	void templateAddsTheRegistrationsParametersAndKeepsNothing() {
		GrantParameters defaults = GrantParameters.builder().scope("read").parameter("assertion", "default").build();
		GrantRegistration registration = GrantRegistration.builder("bearer", rig.configuration())
			.grantType(AuthorizationGrantType.JWT_BEARER)
			.parameters(defaults)
			.build();
		GrantTemplate template = new GrantTemplate(rig.client(), TokenCache.create(rig.time, rig.time::nanoTime),
				List.of(registration));
		rig.answer(Map.of("expires_in", 3600));
		template.token("bearer");
		assertThat(rig.form()).containsEntry("grant_type", List.of(JWT_BEARER))
			.containsEntry("scope", List.of("read"))
			.containsEntry("assertion", List.of("default"));
		rig.http().resetRequests();
		template.genericGrantRequest("bearer", JWT_BEARER, (parameters) -> parameters.parameter("assertion", "own"));
		assertThat(rig.form()).containsEntry("scope", List.of("read")).containsEntry("assertion", List.of("own"));
		template.token("bearer");
		assertThat(rig.tokenRequests()).hasSize(2);
	}

	private static GrantParameters with(String... names) {
		GrantParameters.Builder parameters = GrantParameters.builder();
		for (String name : names) {
			parameters.parameter(name, "value-of-" + name);
		}
		return parameters.build();
	}

	private static void request(String grantType, GrantParameters parameters) {
		rig.client().genericGrantRequest(rig.configuration(), grantType, parameters);
	}

	private static void assertNothingSent() {
		assertThat(rig.http().getAllServeEvents()).isEmpty();
	}

}
