package io.github.oidcgrants.keycloak;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.CibaNotifications;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.testing.ProgressLog;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ping mode (OpenID Connect CIBA Core 1.0 section 10.2). Polls are a minute apart here
 * and no test waits that long, so what asks is a ping, but for the test of the end.
 */
@KeycloakTest
class KeycloakCibaPingTests {

	private static final String GRANT_TYPE = "urn:openid:params:grant-type:ciba";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final String bindingMessage = UUID.randomUUID().toString();

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	private final ProgressLog progress = new ProgressLog();

	private final ProofLog proofs = new ProofLog();

	private final List<Integer> answered = new CopyOnWriteArrayList<>();

	private final Keycloak keycloak;

	private final AuthenticationChannel device;

	private final GrantClient grants;

	private final Configuration client;

	KeycloakCibaPingTests(Keycloak keycloak) {
		this.keycloak = keycloak;
		this.device = keycloak.authenticationChannel();
		this.grants = keycloak.grants();
		this.client = client(Realm.PING, Realm.PING_CIBA_CLIENT);
		CibaNotifications notifications = this.grants.cibaNotifications();
		keycloak.notificationEndpoint().handleWith((authorization, body) -> {
			int status = notifications.handle(authorization, body).value();
			this.answered.add(status);
			return status;
		});
	}

	private Configuration client(String realm, String clientId) {
		return this.keycloak.withSecret(realm, clientId)
			.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.transport(this.proofs)
			.build();
	}

	private GrantOptions options(DPoPMode mode) {
		GrantOptions.Builder options = GrantOptions.builder().pollingListener(this.progress);
		return (mode == DPoPMode.OFF) ? options.build() : options.dpop(this.handle, mode).build();
	}

	private BackchannelAuthenticationResponse initiate(Configuration client, String bindingMessage) {
		return this.grants.initiateBackchannelAuthentication(client,
				GrantParameters.builder()
					.scope("openid")
					.parameter("login_hint", Realm.USER)
					.parameter("binding_message", bindingMessage)
					.build());
	}

	private BackchannelAuthenticationResponse initiate(Configuration client) {
		BackchannelAuthenticationResponse pending = initiate(client, this.bindingMessage);
		assertThat(pending.interval()).isGreaterThan(PATIENCE);
		return pending;
	}

	private CompletableFuture<TokenEndpointResponse> poll(Configuration client,
			BackchannelAuthenticationResponse pending, DPoPMode mode) {
		return this.grants.pollBackchannelAuthenticationGrant(client, pending, GrantParameters.none(), options(mode));
	}

	private void assertOnePingAsked() {
		assertThat(this.answered).containsExactly(204);
		assertThat(this.progress.events()).containsOnlyOnce(Event.ASKING);
	}

	@ParameterizedTest
	@CsvSource({ Realm.PING_CIBA_CLIENT + ", OFF", Realm.PING_CIBA_CLIENT + ", REQUIRED",
			Realm.PING_DPOP_CIBA_CLIENT + ", REQUIRED" })
	void a_ping_fetches_the_tokens_at_once_when_the_user_agrees(String clientId, DPoPMode mode) throws Exception {
		Configuration client = client(Realm.PING, clientId);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, initiate(client), mode);
		this.device.approve(this.bindingMessage);
		TokenEndpointResponse token = poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, client);
		if (mode == DPoPMode.REQUIRED) {
			TokenAssertions.assertBound(token, this.handle);
		}
		assertOnePingAsked();
		this.proofs.assertAsWanted(mode, this.handle);
	}

	@ParameterizedTest
	@CsvSource({ Realm.PING_CIBA_CLIENT + ", OFF", Realm.PING_CIBA_CLIENT + ", REQUIRED",
			Realm.PING_DPOP_CIBA_CLIENT + ", REQUIRED" })
	void a_ping_ends_the_poll_at_once_when_the_user_refuses(String clientId, DPoPMode mode) throws Exception {
		Configuration client = client(Realm.PING, clientId);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, initiate(client), mode);
		this.device.deny(this.bindingMessage);
		Failures.assertRefused(400, "access_denied", poll);
		assertOnePingAsked();
		this.proofs.assertAsWanted(mode, this.handle);
	}

	@Test
	void a_ping_that_comes_before_anybody_polls_is_remembered() throws Exception {
		BackchannelAuthenticationResponse pending = initiate(this.client);
		this.device.approve(this.bindingMessage);
		TokenEndpointResponse token = poll(this.client, pending, DPoPMode.OFF).get(PATIENCE.toSeconds(),
				TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, this.client);
		assertOnePingAsked();
	}

	@Test
	void a_ping_wakes_the_poll_that_it_is_about_and_no_other() throws Exception {
		CompletableFuture<TokenEndpointResponse> other = this.grants.pollBackchannelAuthenticationGrant(this.client,
				initiate(this.client, "other-" + this.bindingMessage));
		CompletableFuture<TokenEndpointResponse> poll = poll(this.client, initiate(this.client), DPoPMode.OFF);
		this.device.approve(this.bindingMessage);
		poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		assertOnePingAsked();
		assertThat(other).isNotDone();
		assertThat(other.cancel(true)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ Realm.PING_CIBA_CLIENT + ", OFF", Realm.PING_DPOP_CIBA_CLIENT + ", REQUIRED" })
	void a_poll_that_no_ping_wakes_ends_when_the_time_is_up(String clientId, DPoPMode mode) throws Exception {
		Configuration hasty = client(Realm.SHORT, clientId);
		BackchannelAuthenticationResponse pending = initiate(hasty, this.bindingMessage);
		Failures.assertRefused(null, "expired_token", poll(hasty, pending, mode));
		assertThat(pending.expiresIn()).isZero();
		assertThat(this.progress.events()).containsOnly(Event.ASKING, Event.PENDING);
		assertThat(this.answered).isEmpty();
		this.proofs.assertAsWanted(mode, this.handle);
	}

	/**
	 * Although the tokens are there: this server counts the interval for what a ping
	 * makes ask too. That costs five seconds (section 11), and no more.
	 */
	@Test
	void a_ping_that_comes_too_soon_after_a_question_lengthens_the_interval() throws Exception {
		BackchannelAuthenticationResponse pending = initiate(this.client);
		GrantParameters request = GrantParameters.builder().parameter("auth_req_id", pending.authReqId()).build();
		Failures.assertRefused(400, "authorization_pending",
				() -> this.grants.genericGrantRequest(this.client, GRANT_TYPE, request));
		CompletableFuture<TokenEndpointResponse> poll = poll(this.client, pending, DPoPMode.OFF);
		this.device.approve(this.bindingMessage);
		assertThat(this.progress.await(Event.SLOWED_DOWN).interval()).isEqualTo(pending.interval().plusSeconds(5));
		assertThat(poll.cancel(true)).isTrue();
		assertOnePingAsked();
	}

}
