package io.github.oidcgrants.keycloak;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.testing.ProgressLog;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Client-Initiated Backchannel Authentication (OpenID Connect CIBA Core 1.0) by polling,
 * with a user who decides on a device.
 */
@KeycloakTest
class KeycloakCibaTests {

	private static final String GRANT_TYPE = "urn:openid:params:grant-type:ciba";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final String bindingMessage = UUID.randomUUID().toString();

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	private final ProgressLog progress = new ProgressLog();

	private final ProofLog proofs = new ProofLog();

	private final Keycloak keycloak;

	private final AuthenticationChannel device;

	private final GrantClient grants;

	KeycloakCibaTests(Keycloak keycloak) {
		this.keycloak = keycloak;
		this.device = keycloak.authenticationChannel();
		this.grants = keycloak.grants();
	}

	private GrantParameters.Builder ask(String user) {
		return GrantParameters.builder()
			.scope("openid")
			.parameter("login_hint", user)
			.parameter("binding_message", this.bindingMessage);
	}

	private GrantOptions options(DPoPMode mode) {
		GrantOptions.Builder options = GrantOptions.builder().pollingListener(this.progress);
		return (mode == DPoPMode.OFF) ? options.build() : options.dpop(this.handle, mode).build();
	}

	private BackchannelAuthenticationResponse initiate(Configuration client) {
		return this.grants.initiateBackchannelAuthentication(client, ask(Realm.USER).build());
	}

	private CompletableFuture<TokenEndpointResponse> poll(Configuration client,
			BackchannelAuthenticationResponse pending, GrantOptions options) {
		return this.grants.pollBackchannelAuthenticationGrant(client, pending, GrantParameters.none(), options);
	}

	private TokenEndpointResponse await(Configuration client, BackchannelAuthenticationResponse pending,
			GrantOptions options) {
		return this.grants.awaitBackchannelAuthenticationGrant(client, pending, GrantParameters.none(), options,
				PATIENCE);
	}

	private TokenEndpointResponse logIn(Configuration client, GrantOptions options) throws Exception {
		BackchannelAuthenticationResponse pending = initiate(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending, options);
		this.progress.await(Event.PENDING);
		this.device.approve(this.bindingMessage);
		TokenEndpointResponse token = poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		TokenAssertions.assertUsersOwn(token, client);
		return token;
	}

	private Configuration signing(String algorithm, SigningKey key) {
		return this.keycloak.withSecret(Realm.NAME, Realm.signingCibaClient(algorithm))
			.ciba(CibaOptions.builder().requestSigningKey(key).requestSigningAlgorithm(algorithm).build())
			.build();
	}

	/**
	 * That its ID token does not say which request it answers is this server's way: the
	 * specification demands it for push mode only (section 10.3.1).
	 */
	@Test
	void a_client_gets_tokens_when_the_user_agrees() throws Exception {
		TokenEndpointResponse token = logIn(this.keycloak.clientWithSecret(Realm.CIBA_CLIENT), options(DPoPMode.OFF));
		assertThat(token.tokenType()).isEqualTo("bearer");
		assertThat(token.refreshToken()).isNotNull();
		assertThat(token.claims().getClaims()).doesNotContainKey("urn:openid:params:jwt:claim:auth_req_id");
		assertThat(this.device.await(this.bindingMessage).required("login_hint").asString()).isEqualTo(Realm.USER);
	}

	@Test
	void tokens_are_bound_to_the_key_that_the_client_polls_with() throws Exception {
		TokenAssertions.assertBound(
				logIn(this.keycloak.clientWithSecret(Realm.DPOP_CIBA_CLIENT), options(DPoPMode.REQUIRED)), this.handle);
	}

	@Test
	void a_client_that_must_bind_its_tokens_gets_none_without_a_proof() {
		Configuration client = this.keycloak.clientWithSecret(Realm.DPOP_CIBA_CLIENT);
		BackchannelAuthenticationResponse pending = initiate(client);
		Failures.assertRefused(400, "invalid_request", () -> await(client, pending, options(DPoPMode.OFF)));
	}

	@ParameterizedTest
	@CsvSource({ Realm.CIBA_CLIENT + ", OFF", Realm.CIBA_CLIENT + ", REQUIRED", Realm.DPOP_CIBA_CLIENT + ", REQUIRED" })
	void a_user_who_refuses_ends_the_poll(String clientId, DPoPMode mode) throws Exception {
		Configuration client = this.keycloak.withSecret(Realm.NAME, clientId).transport(this.proofs).build();
		BackchannelAuthenticationResponse pending = initiate(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending, options(mode));
		this.progress.await(Event.PENDING);
		this.device.deny(this.bindingMessage);
		GrantException ex = Failures.assertRefused(400, "access_denied", poll);
		assertThat(ex).hasMessageNotContaining(pending.authReqId());
		assertThat(this.progress.events()).containsOnly(Event.ASKING, Event.PENDING).endsWith(Event.ASKING);
		assertThat(this.progress.events()).filteredOn(Event.ASKING::equals).hasSize(this.proofs.polls());
		this.proofs.assertAsWanted(mode, this.handle);
	}

	/**
	 * Nor is the decision used up: it is there for a question with a proof.
	 */
	@Test
	void a_client_that_must_bind_its_tokens_is_not_told_the_decision_without_a_proof() throws Exception {
		Configuration client = this.keycloak.clientWithSecret(Realm.DPOP_CIBA_CLIENT);
		BackchannelAuthenticationResponse pending = initiate(client);
		this.device.deny(this.bindingMessage);
		Failures.assertRefused(400, "invalid_request", () -> await(client, pending, options(DPoPMode.OFF)));
		Failures.assertRefused(400, "access_denied", () -> await(client, pending, options(DPoPMode.REQUIRED)));
	}

	/**
	 * The client ends it by itself, without an answer. If its clock was set back, the
	 * server is the first to say so.
	 */
	@ParameterizedTest
	@CsvSource({ Realm.CIBA_CLIENT + ", OFF", Realm.DPOP_CIBA_CLIENT + ", REQUIRED" })
	void a_poll_ends_when_the_time_is_up(String clientId, DPoPMode mode) throws Exception {
		Configuration client = this.keycloak.withSecret(Realm.SHORT, clientId).transport(this.proofs).build();
		AtomicReference<Duration> behind = new AtomicReference<>(Duration.ZERO);
		InstantSource clock = () -> Instant.now().minus(behind.get());
		try (GrantClient late = GrantClient.builder().clock(clock).build()) {
			BackchannelAuthenticationResponse first = initiate(client);
			BackchannelAuthenticationResponse second = late.initiateBackchannelAuthentication(client,
					ask(Realm.USER).build());
			behind.set(PATIENCE);
			Future<TokenEndpointResponse> byClient = poll(client, first, options(mode));
			Future<TokenEndpointResponse> byServer = late.pollBackchannelAuthenticationGrant(client, second,
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
	 * The server has given the tokens: it says that the request is used up. Nobody has
	 * got them.
	 */
	@ParameterizedTest
	@CsvSource({ "ES256, RS256", "RS256, ES256" })
	void an_id_token_of_another_algorithm_than_registered_ends_the_poll_without_tokens(String signed, String registered)
			throws Exception {
		Configuration client = this.keycloak.userClient(signed, registered);
		BackchannelAuthenticationResponse pending = initiate(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending, options(DPoPMode.OFF));
		this.progress.await(Event.PENDING);
		this.device.approve(this.bindingMessage);
		Failures.assertAlgorithmRefused(signed, poll);
		GrantParameters request = GrantParameters.builder().parameter("auth_req_id", pending.authReqId()).build();
		Failures.assertRefused(400, "invalid_grant",
				() -> this.grants.genericGrantRequest(client, GRANT_TYPE, request));
	}

	@ParameterizedTest
	@CsvSource({ "ES256, OFF", "PS256, REQUIRED" })
	void a_signed_request_is_accepted(String algorithm, DPoPMode mode) throws Exception {
		Configuration client = signing(algorithm, this.keycloak.realm().clientKey(algorithm));
		TokenEndpointResponse token = logIn(client, options(mode));
		if (mode == DPoPMode.REQUIRED) {
			TokenAssertions.assertBound(token, this.handle);
		}
		assertThat(this.device.await(this.bindingMessage).required("iss").asString()).isEqualTo(client.clientId());
	}

	@ParameterizedTest
	@ValueSource(strings = { "ES256", "PS256" })
	void a_request_that_is_signed_with_another_key_is_refused(String algorithm) {
		Configuration client = signing(algorithm, SigningKey.generate(algorithm).withKeyId("key-" + algorithm));
		GrantException ex = Failures.assertRefused(400, "invalid_request", () -> initiate(client));
		assertThat(ex).hasMessageContaining("signature");
	}

	@Test
	void a_request_that_is_signed_with_another_algorithm_is_refused() {
		Configuration client = this.keycloak.withSecret(Realm.NAME, Realm.signingCibaClient("ES256"))
			.ciba(CibaOptions.builder().requestSigningKey(this.keycloak.realm().clientKey("PS256")).build())
			.build();
		Failures.assertRefused(400, "invalid_request", () -> initiate(client));
	}

	/**
	 * The specification has {@code unknown_user_id} for it (section 13).
	 */
	@Test
	void a_hint_at_nobody_is_refused_and_in_no_message() {
		Configuration client = this.keycloak.clientWithSecret(Realm.CIBA_CLIENT);
		GrantParameters parameters = ask("nobody-we-know").build();
		GrantException ex = Failures.assertRefused(400, "invalid_request",
				() -> this.grants.initiateBackchannelAuthentication(client, parameters));
		assertThat(ex).hasMessageNotContaining("nobody-we-know");
	}

	@Test
	void a_binding_message_that_cannot_be_shown_is_refused() {
		Configuration client = this.keycloak.clientWithSecret(Realm.CIBA_CLIENT);
		GrantParameters parameters = GrantParameters.builder()
			.scope("openid")
			.parameter("login_hint", Realm.USER)
			.parameter("binding_message", "with spaces")
			.build();
		Failures.assertRefused(400, "invalid_binding_message",
				() -> this.grants.initiateBackchannelAuthentication(client, parameters));
	}

	/**
	 * This server would answer with an access token alone.
	 */
	@Test
	void without_openid_nothing_is_sent() {
		Configuration client = this.keycloak.clientWithSecret(Realm.CIBA_CLIENT);
		GrantParameters parameters = GrantParameters.builder()
			.scope("email")
			.parameter("login_hint", Realm.USER)
			.parameter("binding_message", this.bindingMessage)
			.build();
		GrantException ex = catchThrowableOfType(GrantException.class,
				() -> this.grants.initiateBackchannelAuthentication(client, parameters));
		assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
		assertThat(ex).hasMessageContaining("openid");
		assertThat(this.device.hasArrived(this.bindingMessage)).isFalse();
	}

}
