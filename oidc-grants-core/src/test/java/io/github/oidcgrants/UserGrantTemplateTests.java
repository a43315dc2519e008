package io.github.oidcgrants;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.UserEndpoints;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpMethod;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The grants that need a user, by registration: whose key their tokens are bound to, and
 * how long that key is kept.
 */
class UserGrantTemplateTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private final DPoPHandle key = handle();

	private final DPoPKeyRing keys = DPoPKeyRing.of(this.key, rig.time);

	private final GrantTemplate template = new GrantTemplate(rig.client(),
			TokenCache.create(rig.time, rig.time::nanoTime),
			List.of(GrantRegistration.builder("users", rig.configuration())
				.parameters(GrantParameters.builder().scope("openid").build())
				.dpop(this.keys, DPoPMode.REQUIRED)
				.build()));

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
		rig.metadata(Map.of("dpop_signing_alg_values_supported", List.of("ES256")));
		approve();
	}

	@Test
	void allSevenOperationsUseTheKeyOfTheRegistration() {
		List<TokenEndpointResponse> tokens = List.of(this.template.clientCredentialsGrant("users"),
				this.template.refreshTokenGrant("users", "refresh-1"),
				this.template.genericGrantRequest("users", "urn:example:custom", (parameters) -> {
				}), this.template.awaitDeviceAuthorizationGrant("users", code(), LONG),
				this.template.awaitBackchannelAuthenticationGrant("users", authenticationRequest(), LONG));
		assertThat(tokens).extracting(TokenEndpointResponse::dpopThumbprint).containsOnly(this.key.thumbprint());
		assertThat(rig.tokenRequests()).hasSize(5)
			.map((LoggedRequest request) -> JwtReader.read(request.getHeader("DPoP")))
			.allSatisfy((proof) -> assertThat(proof.claims()).containsEntry("htm", "POST")
				.containsEntry("htu", rig.issuer() + AuthorizationServerRig.TOKEN))
			.extracting((proof) -> proof.claims().get("jti"))
			.doesNotHaveDuplicates();
		assertThat(this.users.onlyRequest(UserEndpoints.DEVICE).containsHeader("DPoP")).isFalse();
		assertThat(this.users.onlyRequest(UserEndpoints.CIBA).containsHeader("DPoP")).isFalse();
	}

	@Test
	void aBearerTokenIsRefusedWhereABoundOneIsRequired() {
		rig.answer(Map.of("id_token", idToken()));
		DeviceAuthorizationResponse code = code();
		assertFails(Kind.MALFORMED_RESPONSE, () -> this.template.awaitDeviceAuthorizationGrant("users", code, LONG))
			.withMessageContaining("dpop.mode");
		BackchannelAuthenticationResponse request = authenticationRequest();
		assertFails(Kind.MALFORMED_RESPONSE,
				() -> this.template.awaitBackchannelAuthenticationGrant("users", request, LONG))
			.withMessageContaining("dpop.mode");
	}

	@Test
	void userIsNotBotheredForATokenThatCouldNotBeBound() {
		rig.metadata(Map.of("dpop_signing_alg_values_supported", List.of()));
		assertMisconfigured("lists no algorithm", this::code).withMessageContaining("dpop.mode");
		assertMisconfigured("lists no algorithm", this::authenticationRequest);
		assertThat(this.users.requests(UserEndpoints.DEVICE)).isEmpty();
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
	}

	@Test
	void keyThatRetiresWhileTheUserOfADeviceDecidesIsThereWhenTheTokenComes() throws Exception {
		pend();
		assertKept(this.template.pollDeviceAuthorizationGrant("users", code()));
	}

	@Test
	void keyThatRetiresWhileTheUserOfCibaDecidesIsThereWhenTheTokenComes() throws Exception {
		pend();
		assertKept(this.template.pollBackchannelAuthenticationGrant("users", authenticationRequest()));
	}

	private void assertKept(CompletableFuture<TokenEndpointResponse> poll) throws Exception {
		try {
			String thumbprint = this.key.thumbprint();
			this.keys.rotate(handle());
			rig.time.advanceWall(Duration.ofMinutes(6));
			assertThat(this.keys.find(thumbprint)).isSameAs(this.key);
			this.keys.rotate(handle());
			approve();
			TokenEndpointResponse token = poll.get(LONG.toSeconds(), TimeUnit.SECONDS);
			assertThat(token.dpopThumbprint()).isEqualTo(thumbprint);
			rig.time.advanceWall(Duration.ofMinutes(55));
			assertThat(this.keys.find(thumbprint)).isSameAs(this.key);
			rig.time.advanceWall(Duration.ofMinutes(5));
			assertThat(this.keys.find(thumbprint)).isNull();
		}
		finally {
			poll.cancel(false);
		}
	}

	@Test
	void keyThatAPollBeganWithIsKeptNoLongerThanTheUserHasTime() {
		pend();
		CompletableFuture<TokenEndpointResponse> poll = this.template.pollDeviceAuthorizationGrant("users", code());
		poll.cancel(false);
		this.keys.rotate(handle());
		rig.time.advanceWall(Duration.ofSeconds(599));
		assertThat(this.keys.find(this.key.thumbprint())).isSameAs(this.key);
		rig.time.advanceWall(Duration.ofSeconds(1));
		assertThat(this.keys.find(this.key.thumbprint())).isNull();
	}

	@Test
	void tokensAreNeverKept() {
		approve();
		this.template.awaitDeviceAuthorizationGrant("users", code(), LONG);
		rig.http().resetRequests();
		this.template.token("users");
		assertThat(rig.form()).containsEntry("grant_type", List.of("client_credentials"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba" })
	void registrationOfAGrantThatNeedsAUserHasNoTokenOfItsOwn(String grantType) {
		GrantTemplate users = new GrantTemplate(rig.client(), TokenCache.create(),
				List.of(GrantRegistration.builder("login", rig.configuration())
					.grantType(new AuthorizationGrantType(grantType))
					.parameters(GrantParameters.builder().scope("openid").build())
					.allowedOrigins(List.of("https://api.example"))
					.build()));
		assertMisconfigured("The registration 'login' has no token of its own", () -> users.token("login"))
			.withMessageContaining("initiateDeviceAuthorization")
			.withMessageContaining("initiateBackchannelAuthentication");
		assertMisconfigured("The registration 'login' has no token of its own",
				() -> users.authorizationHeaders("login", HttpMethod.GET, URI.create("https://api.example/")));
		assertThat(rig.http().getAllServeEvents()).isEmpty();
	}

	@Test
	void registrationThatIsNotThereIsNamedByEachOperation() {
		DeviceAuthorizationResponse code = code();
		BackchannelAuthenticationResponse request = authenticationRequest();
		assertMisconfigured("'nobody'", () -> this.template.initiateDeviceAuthorization("nobody"));
		assertMisconfigured("'nobody'", () -> this.template.pollDeviceAuthorizationGrant("nobody", code));
		assertMisconfigured("'nobody'", () -> this.template.awaitDeviceAuthorizationGrant("nobody", code, LONG));
		assertMisconfigured("'nobody'",
				() -> this.template.initiateBackchannelAuthentication("nobody", (parameters) -> {
				}));
		assertMisconfigured("'nobody'", () -> this.template.pollBackchannelAuthenticationGrant("nobody", request));
		assertMisconfigured("'nobody'",
				() -> this.template.awaitBackchannelAuthenticationGrant("nobody", request, LONG));
	}

	private DeviceAuthorizationResponse code() {
		return this.template.initiateDeviceAuthorization("users");
	}

	private BackchannelAuthenticationResponse authenticationRequest() {
		return this.template.initiateBackchannelAuthentication("users",
				(parameters) -> parameters.parameter("login_hint", "user-1"));
	}

	private static void pend() {
		rig.answer(AuthorizationServerRig.json(400, Map.of("error", "authorization_pending")));
	}

	private static void approve() {
		rig.answer(Map.of("token_type", "DPoP", "expires_in", 3600, "id_token", idToken()));
	}

	private static String idToken() {
		return JwtMint.sign(TestKeys.RSA, "RS256", rig.claims());
	}

	private static DPoPHandle handle() {
		return DPoPHandle.of(DPoPKeyPair.random(), rig.time, Duration.ZERO);
	}

}
