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
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

	private final List<Integer> answered = new CopyOnWriteArrayList<>();

	private final Keycloak keycloak;

	private final AuthenticationChannel device;

	private final GrantClient grants;

	private final Configuration client;

	KeycloakCibaPingTests(Keycloak keycloak) {
		this.keycloak = keycloak;
		this.device = keycloak.authenticationChannel();
		this.grants = keycloak.grants();
		this.client = keycloak.withSecret(Realm.PING, Realm.CIBA_CLIENT)
			.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.build();
		CibaNotifications notifications = this.grants.cibaNotifications();
		keycloak.notificationEndpoint().handleWith((authorization, body) -> {
			int status = notifications.handle(authorization, body).value();
			this.answered.add(status);
			return status;
		});
	}

	private GrantOptions options(DPoPMode mode) {
		GrantOptions.Builder options = GrantOptions.builder().pollingListener(this.progress);
		return (mode == DPoPMode.OFF) ? options.build() : options.dpop(this.handle, mode).build();
	}

	private BackchannelAuthenticationResponse initiate() {
		return initiate(this.bindingMessage);
	}

	private BackchannelAuthenticationResponse initiate(String bindingMessage) {
		BackchannelAuthenticationResponse pending = this.grants.initiateBackchannelAuthentication(this.client,
				GrantParameters.builder()
					.scope("openid")
					.parameter("login_hint", Realm.USER)
					.parameter("binding_message", bindingMessage)
					.build());
		assertThat(pending.interval()).isGreaterThan(PATIENCE);
		return pending;
	}

	private CompletableFuture<TokenEndpointResponse> poll(BackchannelAuthenticationResponse pending, DPoPMode mode) {
		return this.grants.pollBackchannelAuthenticationGrant(this.client, pending, GrantParameters.none(),
				options(mode));
	}

	private void assertOnePingAsked() {
		assertThat(this.answered).containsExactly(204);
		assertThat(this.progress.events()).containsOnlyOnce(Event.ASKING);
	}

	@ParameterizedTest
	@EnumSource(value = DPoPMode.class, names = { "OFF", "REQUIRED" })
	void a_ping_fetches_the_tokens_at_once_when_the_user_agrees(DPoPMode mode) throws Exception {
		CompletableFuture<TokenEndpointResponse> poll = poll(initiate(), mode);
		this.device.approve(this.bindingMessage);
		TokenEndpointResponse token = poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, this.client);
		if (mode == DPoPMode.REQUIRED) {
			TokenAssertions.assertBound(token, this.handle);
		}
		assertOnePingAsked();
	}

	@ParameterizedTest
	@EnumSource(value = DPoPMode.class, names = { "OFF", "REQUIRED" })
	void a_ping_ends_the_poll_at_once_when_the_user_refuses(DPoPMode mode) throws Exception {
		CompletableFuture<TokenEndpointResponse> poll = poll(initiate(), mode);
		this.device.deny(this.bindingMessage);
		Failures.assertRefused(400, "access_denied", poll);
		assertOnePingAsked();
	}

	@Test
	void a_ping_that_comes_before_anybody_polls_is_remembered() throws Exception {
		BackchannelAuthenticationResponse pending = initiate();
		this.device.approve(this.bindingMessage);
		TokenEndpointResponse token = poll(pending, DPoPMode.OFF).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, this.client);
		assertOnePingAsked();
	}

	@Test
	void a_ping_wakes_the_poll_that_it_is_about_and_no_other() throws Exception {
		CompletableFuture<TokenEndpointResponse> other = this.grants.pollBackchannelAuthenticationGrant(this.client,
				initiate("other-" + this.bindingMessage));
		CompletableFuture<TokenEndpointResponse> poll = poll(initiate(), DPoPMode.OFF);
		this.device.approve(this.bindingMessage);
		poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		assertOnePingAsked();
		assertThat(other).isNotDone();
		assertThat(other.cancel(true)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = DPoPMode.class, names = { "OFF", "REQUIRED" })
	void a_poll_that_no_ping_wakes_ends_when_the_time_is_up(DPoPMode mode) {
		Configuration hasty = this.keycloak.withSecret(Realm.SHORT, Realm.PING_CIBA_CLIENT)
			.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.build();
		BackchannelAuthenticationResponse pending = this.grants.initiateBackchannelAuthentication(hasty,
				GrantParameters.builder()
					.scope("openid")
					.parameter("login_hint", Realm.USER)
					.parameter("binding_message", this.bindingMessage)
					.build());
		Failures.assertRefused(null, "expired_token",
				this.grants.pollBackchannelAuthenticationGrant(hasty, pending, GrantParameters.none(), options(mode)));
		assertThat(pending.expiresIn()).isZero();
		assertThat(this.progress.events()).containsOnly(Event.ASKING, Event.PENDING);
		assertThat(this.answered).isEmpty();
	}

	/**
	 * Although the tokens are there: this server counts the interval for what a ping
	 * makes ask too. That costs five seconds (section 11), and no more.
	 */
	@Test
	void a_ping_that_comes_too_soon_after_a_question_lengthens_the_interval() throws Exception {
		BackchannelAuthenticationResponse pending = initiate();
		GrantParameters request = GrantParameters.builder().parameter("auth_req_id", pending.authReqId()).build();
		Failures.assertRefused(400, "authorization_pending",
				() -> this.grants.genericGrantRequest(this.client, GRANT_TYPE, request));
		CompletableFuture<TokenEndpointResponse> poll = poll(pending, DPoPMode.OFF);
		this.device.approve(this.bindingMessage);
		assertThat(this.progress.await(Event.SLOWED_DOWN).interval()).isEqualTo(pending.interval().plusSeconds(5));
		assertThat(poll.cancel(true)).isTrue();
		assertOnePingAsked();
	}

}
