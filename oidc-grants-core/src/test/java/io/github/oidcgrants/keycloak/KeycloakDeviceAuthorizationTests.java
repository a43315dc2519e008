package io.github.oidcgrants.keycloak;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingListener;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.testing.ProgressLog;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The device authorization grant (RFC 8628), with a user who decides on Keycloak's pages.
 */
@KeycloakTest
class KeycloakDeviceAuthorizationTests {

	private static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code";

	private static final GrantParameters OPENID = GrantParameters.builder().scope("openid").build();

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	private final ProgressLog progress = new ProgressLog();

	private final ProofLog proofs = new ProofLog();

	private final Keycloak keycloak;

	private final GrantClient grants;

	KeycloakDeviceAuthorizationTests(Keycloak keycloak) {
		this.keycloak = keycloak;
		this.grants = keycloak.grants();
	}

	private GrantOptions options(DPoPMode mode) {
		GrantOptions.Builder options = GrantOptions.builder().pollingListener(this.progress);
		return (mode == DPoPMode.OFF) ? options.build() : options.dpop(this.handle, mode).build();
	}

	private DeviceAuthorizationResponse initiate(Configuration client) {
		return this.grants.initiateDeviceAuthorization(client, OPENID);
	}

	private CompletableFuture<TokenEndpointResponse> poll(Configuration client, DeviceAuthorizationResponse pending,
			GrantOptions options) {
		return this.grants.pollDeviceAuthorizationGrant(client, pending, GrantParameters.none(), options);
	}

	private TokenEndpointResponse await(Configuration client, DeviceAuthorizationResponse pending,
			GrantOptions options) {
		return this.grants.awaitDeviceAuthorizationGrant(client, pending, GrantParameters.none(), options, PATIENCE);
	}

	private TokenEndpointResponse logIn(Configuration client, GrantOptions options) throws Exception {
		DeviceAuthorizationResponse pending = initiate(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending, options);
		this.progress.await(Event.PENDING);
		DeviceApproval.approve(pending.verificationUriComplete());
		TokenEndpointResponse token = poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, client);
		return token;
	}

	@Test
	void a_confidential_client_gets_tokens_when_the_user_agrees() throws Exception {
		TokenEndpointResponse token = logIn(this.keycloak.clientWithSecret(Realm.DEVICE_CLIENT), options(DPoPMode.OFF));
		assertThat(token.tokenType()).isEqualTo("bearer");
		assertThat(token.refreshToken()).isNotNull();
	}

	@Test
	void a_public_client_gets_tokens_when_the_user_agrees() throws Exception {
		TokenEndpointResponse token = logIn(this.keycloak.client(Realm.PUBLIC_DEVICE_CLIENT).build(),
				options(DPoPMode.OFF));
		assertThat(token.tokenType()).isEqualTo("bearer");
	}

	@Test
	void tokens_are_bound_to_the_key_that_the_client_polls_with() throws Exception {
		Configuration client = this.keycloak.client(Realm.PUBLIC_DPOP_DEVICE_CLIENT).build();
		GrantOptions options = options(DPoPMode.REQUIRED);
		TokenEndpointResponse token = logIn(client, options);
		TokenAssertions.assertBound(token, this.handle);
		TokenAssertions.assertBound(this.grants.refreshTokenGrant(client, token, GrantParameters.none(), options),
				this.handle);
	}

	@Test
	void a_client_that_must_bind_its_tokens_gets_none_without_a_proof() {
		Configuration client = this.keycloak.client(Realm.PUBLIC_DPOP_DEVICE_CLIENT).build();
		DeviceAuthorizationResponse pending = initiate(client);
		Failures.assertRefused(400, "invalid_request", () -> await(client, pending, options(DPoPMode.OFF)));
	}

	@ParameterizedTest
	@CsvSource({ Realm.PUBLIC_DEVICE_CLIENT + ", OFF", Realm.PUBLIC_DEVICE_CLIENT + ", REQUIRED",
			Realm.PUBLIC_DPOP_DEVICE_CLIENT + ", REQUIRED" })
	void a_user_who_refuses_ends_the_poll(String clientId, DPoPMode mode) throws Exception {
		Configuration client = this.keycloak.client(clientId).transport(this.proofs).build();
		DeviceAuthorizationResponse pending = initiate(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending, options(mode));
		this.progress.await(Event.PENDING);
		DeviceApproval.deny(pending.verificationUriComplete());
		GrantException ex = Failures.assertRefused(400, "access_denied", poll);
		assertThat(ex).hasMessageNotContaining(pending.deviceCode());
		assertThat(this.progress.events()).containsOnly(Event.ASKING, Event.PENDING).endsWith(Event.ASKING);
		assertThat(this.progress.events()).filteredOn(Event.ASKING::equals).hasSize(this.proofs.polls());
		this.proofs.assertAsWanted(mode, this.handle);
	}

	/**
	 * Nor is the decision used up: it is there for a question with a proof.
	 */
	@Test
	void a_client_that_must_bind_its_tokens_is_not_told_the_decision_without_a_proof() throws Exception {
		Configuration client = this.keycloak.client(Realm.PUBLIC_DPOP_DEVICE_CLIENT).build();
		DeviceAuthorizationResponse pending = initiate(client);
		DeviceApproval.deny(pending.verificationUriComplete());
		Failures.assertRefused(400, "invalid_request", () -> await(client, pending, options(DPoPMode.OFF)));
		Failures.assertRefused(400, "access_denied", () -> await(client, pending, options(DPoPMode.REQUIRED)));
	}

	/**
	 * The client ends it by itself, without an answer. If its clock was set back, the
	 * server is the first to say so.
	 */
	@ParameterizedTest
	@CsvSource({ Realm.SHORT_DEVICE_CLIENT + ", OFF", Realm.SHORT_DPOP_DEVICE_CLIENT + ", REQUIRED" })
	void a_poll_ends_when_the_time_is_up(String clientId, DPoPMode mode) throws Exception {
		Configuration client = this.keycloak.withSecret(Realm.NAME, clientId).transport(this.proofs).build();
		AtomicReference<Duration> behind = new AtomicReference<>(Duration.ZERO);
		InstantSource clock = () -> Instant.now().minus(behind.get());
		try (GrantClient late = GrantClient.builder().clock(clock).build()) {
			DeviceAuthorizationResponse first = initiate(client);
			DeviceAuthorizationResponse second = late.initiateDeviceAuthorization(client, OPENID);
			behind.set(PATIENCE);
			Future<TokenEndpointResponse> byClient = poll(client, first, options(mode));
			Future<TokenEndpointResponse> byServer = late.pollDeviceAuthorizationGrant(client, second,
					GrantParameters.none(), options(mode));
			Failures.assertRefused(null, "expired_token", byClient);
			Failures.assertRefused(400, "expired_token", byServer);
			assertThat(this.progress.events()).containsOnly(Event.ASKING, Event.PENDING);
			assertThat(this.progress.events()).filteredOn(Event.PENDING::equals).hasSizeLessThan(this.proofs.polls());
			this.proofs.assertAsWanted(mode, this.handle);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "RS256", "ES256" })
	void an_id_token_of_the_registered_algorithm_is_believed(String algorithm) throws Exception {
		TokenEndpointResponse token = logIn(this.keycloak.userClient(algorithm, algorithm), options(DPoPMode.OFF));
		assertThat(SignedJWT.parse(token.idToken()).getHeader().getAlgorithm()).hasToString(algorithm);
	}

	/**
	 * The server has given the tokens: it says that the code is used up. Nobody has got
	 * them.
	 */
	@ParameterizedTest
	@CsvSource({ "ES256, RS256", "RS256, ES256" })
	void an_id_token_of_another_algorithm_than_registered_ends_the_poll_without_tokens(String signed, String registered)
			throws Exception {
		Configuration client = this.keycloak.userClient(signed, registered);
		DeviceAuthorizationResponse pending = initiate(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending, options(DPoPMode.OFF));
		this.progress.await(Event.PENDING);
		DeviceApproval.approve(pending.verificationUriComplete());
		Failures.assertAlgorithmRefused(signed, poll);
		GrantParameters code = GrantParameters.builder().parameter("device_code", pending.deviceCode()).build();
		Failures.assertRefused(400, "invalid_grant", () -> this.grants.genericGrantRequest(client, GRANT_TYPE, code));
	}

	/**
	 * It is slowed down because the same is asked once more a moment before.
	 */
	@ParameterizedTest
	@EnumSource(value = DPoPMode.class, names = { "OFF", "REQUIRED" })
	void a_poll_that_the_server_slows_down_asks_less_often_and_gets_tokens(DPoPMode mode) throws Exception {
		Configuration client = this.keycloak.clientWithSecret(Realm.DEVICE_CLIENT);
		DeviceAuthorizationResponse pending = initiate(client);
		GrantParameters code = GrantParameters.builder().parameter("device_code", pending.deviceCode()).build();
		AtomicReference<Instant> askedAgain = new AtomicReference<>();
		PollingListener listener = (now) -> {
			if (now.event() == Event.ASKING && now.asked() == 1) {
				Failures.assertRefused(400, "authorization_pending",
						() -> this.grants.genericGrantRequest(client, GRANT_TYPE, code, options(mode)));
			}
			else if (now.event() == Event.ASKING) {
				askedAgain.set(Instant.now());
			}
			this.progress.onProgress(now);
		};
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending,
				GrantOptions.builder().dpop(this.handle, mode).pollingListener(listener).build());
		PollingProgress slowed = this.progress.await(Event.SLOWED_DOWN);
		assertThat(slowed.interval()).isEqualTo(pending.interval().plusSeconds(5));
		DeviceApproval.approve(pending.verificationUriComplete());
		TokenEndpointResponse token = poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, client);
		assertThat(token.tokenType()).isEqualTo((mode == DPoPMode.OFF) ? "bearer" : "dpop");
		assertThat(askedAgain.get()).isAfterOrEqualTo(slowed.nextAt());
		assertThat(this.progress.events()).containsExactly(Event.ASKING, Event.SLOWED_DOWN, Event.ASKING);
	}

}
