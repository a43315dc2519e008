package io.github.oidcgrants.boot;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A user decides at a real server while an application waits. The registrations are named
 * after what the user does; this server sends no interval, so each is asked after 5
 * seconds.
 */
class DeviceAuthorizationTests {

	private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

	private static final Duration LONG = Duration.ofMinutes(1);

	private static final String INITIATION = "/oauth2/device_authorization";

	private static final String TOKEN = "/oauth2/token";

	private static SpringAuthorizationServer server;

	@BeforeAll
	static void start() {
		server = SpringAuthorizationServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forgetProofs() {
		server.proofs(INITIATION).clear();
		server.proofs(TOKEN).clear();
	}

	/**
	 * Asserts that each poll had a proof of its own, by the key of the registration, if
	 * that is wanted, and that the initiation had none: no token comes back from there.
	 * @param polls how many there were at least
	 */
	private static void assertPollsProved(String dpop, int polls, GrantTemplate template, String id) throws Exception {
		assertThat(server.proofs(INITIATION)).containsExactly("");
		assertThat(server.proofs(TOKEN)).hasSizeGreaterThanOrEqualTo(polls)
			.allMatch((proof) -> proof.isEmpty() == "off".equals(dpop));
		if ("off".equals(dpop)) {
			return;
		}
		assertThat(server.proofs(TOKEN)).doesNotHaveDuplicates();
		for (String proof : server.proofs(TOKEN)) {
			SignedJWT jwt = SignedJWT.parse(proof);
			assertThat(jwt.getHeader().getJWK().computeThumbprint())
				.hasToString(template.dpopKeys(id).current().thumbprint());
			assertThat(jwt.getJWTClaimsSet().getStringClaim("htu")).isEqualTo(server.issuer() + TOKEN);
		}
	}

	private static ApplicationContextRunner runner(String id, String... more) {
		String prefix = "oidc-grants.registration." + id + ".";
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues("oidc-grants.provider.main.issuer-uri=" + server.issuer(),
					"oidc-grants.http.allow-insecure-requests=true", prefix + "provider=main",
					prefix + "client-id=" + id, prefix + "client-secret=" + SpringAuthorizationServer.secret(id),
					prefix + "authorization-grant-type=" + DEVICE_CODE, prefix + "scope=read:users")
			.withPropertyValues(more);
	}

	@Test
	void the_token_of_a_user_who_agrees_is_awaited() {
		runner("approving").run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			DeviceAuthorizationResponse device = template.initiateDeviceAuthorization("approving");
			assertThat(device.expiresIn()).isBetween(Duration.ofSeconds(290), Duration.ofSeconds(300));
			SpringAuthorizationServer.decide(page(device), true);
			TokenEndpointResponse token = template.awaitDeviceAuthorizationGrant("approving", device, LONG);
			assertThat(token.tokenType()).isEqualTo("bearer");
			assertThat(token.scope()).isEqualTo("read:users");
			assertThat(SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getSubject()).isEqualTo("ada");
			assertThat(template.refreshTokenGrant("approving", token).accessToken()).isNotEqualTo(token.accessToken());
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("approving"));
			assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
			assertThat(ex).hasMessageContaining("initiateDeviceAuthorization");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "off", "required" })
	void there_is_none_of_a_user_who_refuses(String dpop) {
		runner("denying", "oidc-grants.registration.denying.dpop.mode=" + dpop).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			DeviceAuthorizationResponse device = template.initiateDeviceAuthorization("denying");
			CompletableFuture<TokenEndpointResponse> future = template.pollDeviceAuthorizationGrant("denying", device);
			assertThat(future).isNotDone();
			SpringAuthorizationServer.decide(page(device), false);
			CompletionException ex = catchThrowableOfType(CompletionException.class,
					() -> future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join());
			assertThat(ex.getCause()).isInstanceOfSatisfying(GrantException.class, (denied) -> {
				assertThat(denied.kind()).isEqualTo(Kind.OAUTH_ERROR);
				assertThat(denied.getError().getErrorCode()).isEqualTo("access_denied");
				assertThat(denied.statusCode()).isEqualTo(400);
			});
			assertPollsProved(dpop, 1, template, "denying");
		});
	}

	/**
	 * The application knows by itself when the time is up, and does not ask any more. The
	 * server says the same.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "off", "required" })
	void there_is_none_of_a_user_who_takes_too_long(String dpop) {
		runner("hesitating", "oidc-grants.registration.hesitating.dpop.mode=" + dpop).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			DeviceAuthorizationResponse device = template.initiateDeviceAuthorization("hesitating");
			GrantException ex = catchThrowableOfType(GrantException.class,
					() -> template.awaitDeviceAuthorizationGrant("hesitating", device, LONG));
			assertThat(ex.getError().getErrorCode()).isEqualTo("expired_token");
			assertThat(ex.statusCode()).isNull();
			assertThat(device.expiresIn()).isZero();
			assertPollsProved(dpop, 1, template, "hesitating");
			GrantException late = catchThrowableOfType(GrantException.class,
					() -> template.genericGrantRequest("hesitating", DEVICE_CODE,
							(ask) -> ask.parameter("device_code", device.deviceCode())));
			assertThat(late.getError().getErrorCode()).isEqualTo("expired_token");
			assertThat(late.statusCode()).isEqualTo(400);
			assertPollsProved(dpop, 2, template, "hesitating");
		});
	}

	@Test
	void a_token_is_bound_to_the_key_of_the_registration() {
		runner("binding", "oidc-grants.registration.binding.dpop.mode=required").run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			DeviceAuthorizationResponse device = template.initiateDeviceAuthorization("binding");
			CompletableFuture<TokenEndpointResponse> future = template.pollDeviceAuthorizationGrant("binding", device);
			SpringAuthorizationServer.decide(page(device), true);
			TokenEndpointResponse token = future.get(LONG.toSeconds(), TimeUnit.SECONDS);
			assertThat(token.tokenType()).isEqualTo("dpop");
			assertThat(SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getJSONObjectClaim("cnf"))
				.isEqualTo(Map.of("jkt", template.dpopKeys("binding").current().thumbprint()));
			assertPollsProved("required", 1, template, "binding");
		});
	}

	/**
	 * This server gives no ID token on this grant: those are looked at with Keycloak.
	 */
	@Test
	void openid_is_refused_by_this_server() {
		runner("approving").run((context) -> {
			GrantException ex = catchThrowableOfType(GrantException.class, () -> context.getBean(GrantTemplate.class)
				.initiateDeviceAuthorization("approving", (ask) -> ask.scope("openid")));
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_scope");
			assertThat(ex.statusCode()).isEqualTo(400);
		});
	}

	private static URI page(DeviceAuthorizationResponse device) {
		return Objects.requireNonNull(device.verificationUriComplete());
	}

}
