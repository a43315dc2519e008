package io.github.oidcgrants.reference;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runs the examples of {@code GRANT-TYPES.md} over HTTP: what they send is what their
 * counterparts in the reference send, and what they print is what those print.
 */
class ReferenceExamplesTests {

	private static final String DEVICE = "/device";

	private static final String CIBA = "/bc-authorize";

	private static AuthorizationServerRig server;

	private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

	private final PrintStream standardOutput = System.out;

	private GrantClient client;

	private Configuration config;

	@BeforeAll
	static void start() {
		server = new AuthorizationServerRig();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void prepare() {
		server.reset();
		server.metadata(
				Map.of("device_authorization_endpoint", server.issuer() + DEVICE, "backchannel_authentication_endpoint",
						server.issuer() + CIBA, "dpop_signing_alg_values_supported", List.of("ES256")));
		pending(DEVICE, Map.of("device_code", "device-code-1", "user_code", "WDJB-MJHT", "verification_uri",
				"http://127.0.0.1/device", "verification_uri_complete", "http://127.0.0.1/device?user_code=WDJB-MJHT"));
		pending(CIBA, Map.of("auth_req_id", "auth-req-id-1"));
		this.client = server.client();
		this.config = server.configuration(ClientAuthentication.clientSecretBasic("secret"));
		System.setOut(new PrintStream(this.printed, true, StandardCharsets.UTF_8));
	}

	@AfterEach
	void restore() {
		System.setOut(this.standardOutput);
	}

	private static void pending(String path, Map<String, ?> members) {
		Map<String, Object> body = new LinkedHashMap<>(members);
		body.put("expires_in", 300);
		body.put("interval", 1);
		server.http().stubFor(WireMock.post(path).willReturn(AuthorizationServerRig.json(body)));
	}

	@Test
	void clientCredentials() {
		assertThat(ReferenceExamples.clientCredentials(this.client, this.config).accessToken())
			.isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);

		assertSent(Map.of("grant_type", List.of("client_credentials")));
	}

	@Test
	void clientCredentialsWithScopeAndResource() {
		ReferenceExamples.clientCredentialsScope(this.client, this.config);

		assertSent(Map.of("grant_type", List.of("client_credentials"), "scope", List.of("read:users write:users"),
				"resource", List.of("https://api.example.com")));
	}

	@Test
	void clientCredentialsWithSeveralResources() {
		server.answer(Map.of("expires_in", 3600));

		ReferenceExamples.clientCredentialsResources(this.client, this.config);

		assertSent(Map.of("grant_type", List.of("client_credentials"), "scope", List.of("api:access"), "resource",
				List.of("https://api1.example.com", "https://api2.example.com")));
		assertThat(printed()).containsExactly("Access Token: " + AuthorizationServerRig.ACCESS_TOKEN,
				"Token Type: bearer", "Expires In: 3600 seconds");
	}

	@Test
	void refresh() {
		ReferenceExamples.refresh(this.client, this.config, existingTokens());

		assertSent(Map.of("grant_type", List.of("refresh_token"), "refresh_token", List.of("refresh-token-1")));
	}

	@Test
	void refreshWithSmallerScope() {
		ReferenceExamples.refreshScope(this.client, this.config, existingTokens());

		assertSent(Map.of("grant_type", List.of("refresh_token"), "refresh_token", List.of("refresh-token-1"), "scope",
				List.of("read:profile")));
	}

	@ParameterizedTest
	@CsvSource({ "refresh-token-2, true", "refresh-token-1, false" })
	void refreshWithResourceTellsWhetherItRotated(String refreshToken, boolean rotated) {
		TokenEndpointResponse existing = existingTokens();
		server.answer(Map.of("refresh_token", refreshToken));

		ReferenceExamples.refreshResource(this.client, this.config, existing);

		assertSent(Map.of("grant_type", List.of("refresh_token"), "refresh_token", List.of("refresh-token-1"), "scope",
				List.of("api:read api:write"), "resource", List.of("https://api.example.com")));
		assertThat(printed()).isEqualTo(rotated ? List.of("Refresh token was rotated") : List.of());
	}

	@Test
	void refreshOfTheWholeAnswerChecksWhoseIdTokenItIs() {
		server.answer(Map.of("refresh_token", "refresh-token-1", "id_token", idToken("subject-1")));
		TokenEndpointResponse existing = this.client.clientCredentialsGrant(this.config);
		server.answer(Map.of("id_token", idToken("somebody-else")));

		assertThatExceptionOfType(GrantException.class)
			.isThrownBy(() -> ReferenceExamples.refreshWhole(this.client, this.config, existing))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(GrantException.Kind.ID_TOKEN_REFUSED));
	}

	private TokenEndpointResponse existingTokens() {
		server.answer(Map.of("refresh_token", "refresh-token-1"));
		TokenEndpointResponse tokens = this.client.clientCredentialsGrant(this.config);
		server.http().resetRequests();
		return tokens;
	}

	@Test
	void deviceInitiation() {
		ReferenceExamples.initiateDevice(this.client, this.config);

		assertSent(DEVICE, Map.of("scope", List.of("openid profile email")));
		assertThat(printed()).containsExactly("Go to: http://127.0.0.1/device", "Enter code: WDJB-MJHT",
				"Or visit: http://127.0.0.1/device?user_code=WDJB-MJHT");
	}

	@Test
	void deviceThatWasAuthorized() {
		server.answer(Map.of("id_token", idToken("subject-1")));

		ReferenceExamples.awaitDevice(this.client, this.config, deviceResponse());

		assertSent(Map.of("grant_type", List.of("urn:ietf:params:oauth:grant-type:device_code"), "device_code",
				List.of("device-code-1")));
		assertThat(printed()).startsWith("Device authorized!", "Access Token: " + AuthorizationServerRig.ACCESS_TOKEN)
			.last()
			.asString()
			.startsWith("ID Token Claims: {")
			.contains("sub=subject-1");
	}

	@ParameterizedTest
	@CsvSource({ "access_denied, User denied the request", "expired_token, Device code expired" })
	void deviceThatWasNotAuthorized(String error, String message) {
		server.answer(error(error));

		ReferenceExamples.awaitDevice(this.client, this.config, deviceResponse());

		assertThat(printed()).containsExactly(message);
	}

	@Test
	void anyOtherErrorIsThrown() {
		server.answer(error("invalid_grant"));
		DeviceAuthorizationResponse deviceResponse = deviceResponse();

		assertThatExceptionOfType(GrantException.class)
			.isThrownBy(() -> ReferenceExamples.awaitDevice(this.client, this.config, deviceResponse))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"));
	}

	@Test
	void devicePollWithResourceAndTimeout() {
		CompletableFuture<TokenEndpointResponse> tokens = ReferenceExamples.pollDevice(this.client, this.config,
				deviceResponse());

		assertThat(tokens).succeedsWithin(Duration.ofSeconds(10));
		assertSent(Map.of("grant_type", List.of("urn:ietf:params:oauth:grant-type:device_code"), "device_code",
				List.of("device-code-1"), "resource", List.of("https://api.example.com")));
	}

	@Test
	void devicePollTellsItsProgress() {
		server.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.inScenario("device")
				.whenScenarioStateIs("Started")
				.willSetStateTo("asked")
				.willReturn(error("authorization_pending")));

		assertThat(ReferenceExamples.watchDevice(this.client, this.config, deviceResponse()))
			.succeedsWithin(Duration.ofSeconds(10));

		assertThat(printed()).singleElement().asString().startsWith("PENDING, next at ");
	}

	private DeviceAuthorizationResponse deviceResponse() {
		DeviceAuthorizationResponse response = ReferenceExamples.initiateDevice(this.client, this.config);
		this.printed.reset();
		return response;
	}

	@Test
	void cibaInitiation() {
		ReferenceExamples.initiateCiba(this.client, this.config);

		assertSent(CIBA, Map.of("scope", List.of("openid profile email"), "login_hint", List.of("user@example.com"),
				"binding_message", List.of("Please confirm transaction #12345")));
		assertThat(printed()).containsExactly("Authentication initiated. Auth req ID: auth-req-id-1");
	}

	@Test
	void cibaWithIdTokenHint() {
		String previousIdToken = idToken("subject-1");

		ReferenceExamples.initiateCibaIdToken(this.client, this.config, previousIdToken);

		assertSent(CIBA, Map.of("scope", List.of("openid profile"), "id_token_hint", List.of(previousIdToken),
				"user_code", List.of("USER123")));
	}

	@Test
	void cibaThatWasAuthenticated() {
		server.answer(Map.of("id_token", idToken("subject-1")));

		ReferenceExamples.awaitCiba(this.client, this.config, cibaResponse());

		assertSent(Map.of("grant_type", List.of("urn:openid:params:grant-type:ciba"), "auth_req_id",
				List.of("auth-req-id-1")));
		assertThat(printed()).startsWith("User authenticated!", "Access Token: " + AuthorizationServerRig.ACCESS_TOKEN)
			.last()
			.asString()
			.contains("sub=subject-1");
	}

	@ParameterizedTest
	@CsvSource({ "access_denied, User denied authentication", "expired_token, Authentication request expired" })
	void cibaThatWasNotAuthenticated(String error, String message) {
		server.answer(error(error));

		ReferenceExamples.awaitCiba(this.client, this.config, cibaResponse());

		assertThat(printed()).containsExactly(message);
	}

	@Test
	void cibaPoll() {
		server.answer(Map.of("id_token", idToken("subject-1")));

		assertThat(ReferenceExamples.pollCiba(this.client, this.config, cibaResponse()))
			.succeedsWithin(Duration.ofSeconds(10));
	}

	private BackchannelAuthenticationResponse cibaResponse() {
		BackchannelAuthenticationResponse response = ReferenceExamples.initiateCiba(this.client, this.config);
		this.printed.reset();
		return response;
	}

	@Test
	void jwtBearer() {
		ReferenceExamples.jwtBearer(this.client, this.config, "the.jwt.assertion");

		assertSent(Map.of("grant_type", List.of("urn:ietf:params:oauth:grant-type:jwt-bearer"), "assertion",
				List.of("the.jwt.assertion"), "scope", List.of("api:access"), "resource",
				List.of("https://api.example.com")));
	}

	@Test
	void samlBearer() {
		ReferenceExamples.samlBearer(this.client, this.config, "PHNhbWw");

		assertSent(Map.of("grant_type", List.of("urn:ietf:params:oauth:grant-type:saml2-bearer"), "assertion",
				List.of("PHNhbWw"), "scope", List.of("read write")));
	}

	@Test
	void tokenExchange() {
		server.answer(Map.of("issued_token_type", "urn:ietf:params:oauth:token-type:access_token"));

		ReferenceExamples.tokenExchange(this.client, this.config, "subject-token-1");

		assertSent(Map.of("grant_type", List.of("urn:ietf:params:oauth:grant-type:token-exchange"), "subject_token",
				List.of("subject-token-1"), "subject_token_type",
				List.of("urn:ietf:params:oauth:token-type:access_token"), "resource",
				List.of("https://api.example.com"), "audience", List.of("https://api.example.com")));
	}

	@Test
	void customGrant() {
		ReferenceExamples.customGrant(this.client, this.config);

		assertSent(Map.of("grant_type", List.of("urn:example:custom-grant"), "custom_parameter", List.of("value"),
				"scope", List.of("custom:access")));
	}

	@ParameterizedTest
	@CsvSource({ "DPoP, true", "Bearer, false" })
	void dpop(String tokenType, boolean constrained) {
		server.answer(Map.of("token_type", tokenType));

		TokenEndpointResponse tokens = ReferenceExamples.dpop(this.client, this.config);

		assertThat(server.tokenRequests().get(0).getHeader("DPoP")).isNotNull();
		assertThat(tokens.dpopThumbprint() != null).isEqualTo(constrained);
		assertThat(printed()).isEqualTo(constrained ? List.of("Token is sender-constrained with DPoP") : List.of());
	}

	@Test
	void template() {
		GrantTemplate grants = new GrantTemplate(this.client, TokenCache.create(),
				List.of(GrantRegistration.builder("tv", this.config).build()));

		assertThat(ReferenceExamples.template(grants).accessToken()).isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);

		assertThat(printed()).containsExactly("Go to: http://127.0.0.1/device");
	}

	private static String idToken(String subject) {
		return JwtMint.sign(TestKeys.RSA, "RS256", server.claims("sub", subject));
	}

	private static ResponseDefinitionBuilder error(String code) {
		return AuthorizationServerRig.json(400, Map.of("error", code));
	}

	private static void assertSent(Map<String, List<String>> form) {
		assertSent(AuthorizationServerRig.TOKEN, form);
	}

	private static void assertSent(String path, Map<String, List<String>> form) {
		List<LoggedRequest> requests = server.http().findAll(WireMock.postRequestedFor(WireMock.urlPathEqualTo(path)));
		assertThat(requests).singleElement()
			.satisfies((request) -> assertThat(AuthorizationServerRig.form(request)).isEqualTo(form));
	}

	private List<String> printed() {
		return this.printed.toString(StandardCharsets.UTF_8).lines().toList();
	}

}
