package io.github.oidcgrants.oidcprovider;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.oidcprovider.OidcProvider.Question;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.testing.LocalServer;
import io.github.oidcgrants.testing.ProgressLog;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Device authorization and CIBA where each question needs a proof with a nonce.
 */
@OidcProviderTest
class OidcProviderUserGrantTests {

	private static final List<String> DEVICE = List.of("urn:ietf:params:oauth:grant-type:device_code");

	private static final List<String> CIBA = List.of("urn:openid:params:grant-type:ciba");

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@AutoClose
	private final LocalServer local = LocalServer.start();

	@AutoClose
	private final GrantClient grants = GrantClient.create();

	private final List<Integer> answered = new CopyOnWriteArrayList<>();

	private final ProgressLog progress = new ProgressLog();

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	@AutoClose
	private final OidcProvider provider;

	OidcProviderUserGrantTests() throws IOException {
		URI ping = this.local.handle("/ping", (authorization, body) -> {
			int status = this.grants.cibaNotifications().handle(authorization, body).value();
			this.answered.add(status);
			return status;
		});
		Map<String, Object> poll = Map.of("backchannel_token_delivery_mode", "poll");
		this.provider = OidcProvider.start(
				List.of(OidcProvider.client("tv", DEVICE, Map.of()), OidcProvider.client("tv-short", DEVICE, Map.of()),
						OidcProvider.client("till", CIBA, poll), OidcProvider.client("till-short", CIBA, poll),
						OidcProvider.client("signing", CIBA,
								Map.of("backchannel_token_delivery_mode", "poll",
										"backchannel_authentication_request_signing_alg", "ES256", "jwks",
										Map.of("keys", List.of(TestKeys.P256.toPublicJWK().toJSONObject())))),
						// The server knows https addresses only, and speaks http to them.
						OidcProvider.client("ping", CIBA,
								Map.of("backchannel_token_delivery_mode", "ping",
										"backchannel_client_notification_endpoint",
										ping.toString().replace("http:", "https:")))));
	}

	private GrantOptions options() {
		return GrantOptions.builder().dpop(this.handle, DPoPMode.REQUIRED).pollingListener(this.progress).build();
	}

	private DeviceAuthorizationResponse startDevice(Configuration client) {
		return this.grants.initiateDeviceAuthorization(client, GrantParameters.builder().scope("openid").build(),
				options());
	}

	private CompletableFuture<TokenEndpointResponse> poll(Configuration client, DeviceAuthorizationResponse pending) {
		return this.grants.pollDeviceAuthorizationGrant(client, pending, GrantParameters.none(), options());
	}

	private BackchannelAuthenticationResponse ask(Configuration client, String user) {
		return this.grants.initiateBackchannelAuthentication(client,
				GrantParameters.builder()
					.scope("openid")
					.parameter("login_hint", user)
					.parameter("binding_message", "W4SCT")
					.build(),
				options());
	}

	private CompletableFuture<TokenEndpointResponse> poll(Configuration client,
			BackchannelAuthenticationResponse pending) {
		return this.grants.pollBackchannelAuthenticationGrant(client, pending, GrantParameters.none(), options());
	}

	private void assertAdas(CompletableFuture<TokenEndpointResponse> poll, Configuration client) throws Exception {
		TokenEndpointResponse token = poll.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		assertThat(token.dpopThumbprint()).isEqualTo(this.handle.thumbprint());
		assertThat(token.claims().getSubject()).isEqualTo(OidcProvider.ADA);
		assertThat(token.claims().getAudience()).containsExactly(client.clientId());
	}

	// Whoever is the first to say so: the server counts whole seconds.
	private static void assertExpires(CompletableFuture<TokenEndpointResponse> poll) {
		assertThat(poll).failsWithin(PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOfSatisfying(GrantException.class,
					(ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("expired_token"));
	}

	// The first question is challenged, and no other: the nonce is kept from then on.
	private void assertChallengedOnce() throws Exception {
		List<Question> asked = this.provider.asked("/token");
		assertThat(asked.get(0).error()).isEqualTo("use_dpop_nonce");
		assertThat(asked.subList(1, asked.size())).isNotEmpty()
			.allSatisfy((question) -> assertThat(question.nonce()).isNotNull())
			.noneSatisfy((question) -> assertThat(question.error()).isEqualTo("use_dpop_nonce"));
	}

	@Test
	void a_device_gets_its_tokens_when_the_user_agrees() throws Exception {
		Configuration client = this.provider.withSecret("tv").build();
		DeviceAuthorizationResponse pending = startDevice(client);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending);
		this.progress.await(Event.PENDING);
		this.provider.decide(pending, OidcProvider.ADA);
		assertAdas(poll, client);
		assertChallengedOnce();
		assertThat(this.progress.events()).doesNotContain(Event.RETRYING);
	}

	@Test
	void a_device_whose_user_refuses_is_told_so() throws Exception {
		Configuration client = this.provider.withSecret("tv").build();
		DeviceAuthorizationResponse pending = startDevice(client);
		this.provider.decide(pending, null);
		Failures.assertRefused(400, "access_denied", poll(client, pending));
		assertChallengedOnce();
	}

	@Test
	void a_device_whose_user_does_nothing_ends_in_time() {
		Configuration client = this.provider.withSecret("tv-short").build();
		assertExpires(poll(client, startDevice(client)));
	}

	@Test
	void a_device_may_not_ask_without_a_proof() {
		Configuration client = this.provider.withSecret("tv").build();
		DeviceAuthorizationResponse pending = startDevice(client);
		Failures.assertRefused(400, "invalid_grant", () -> this.grants.awaitDeviceAuthorizationGrant(client, pending,
				GrantParameters.none(), GrantOptions.none(), PATIENCE));
	}

	@ParameterizedTest
	@ValueSource(strings = { "till", "signing" })
	void a_client_gets_tokens_when_the_user_agrees(String id) throws Exception {
		Configuration client = ciba(id);
		BackchannelAuthenticationResponse pending = ask(client, OidcProvider.ADA);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending);
		this.progress.await(Event.PENDING);
		this.provider.decide(pending, OidcProvider.ADA);
		assertAdas(poll, client);
		assertChallengedOnce();
	}

	private Configuration ciba(String id) {
		CibaOptions.Builder options = CibaOptions.builder();
		if (id.equals("signing")) {
			options.requestSigningKey(SigningKey.of(TestKeys.P256)).requestSigningAlgorithm("ES256");
		}
		if (id.equals("ping")) {
			options.tokenDeliveryMode(TokenDeliveryMode.PING);
		}
		return this.provider.withSecret(id).ciba(options.build()).build();
	}

	@Test
	void a_client_whose_user_refuses_is_told_so() throws Exception {
		Configuration client = ciba("till");
		BackchannelAuthenticationResponse pending = ask(client, OidcProvider.ADA);
		this.provider.decide(pending, null);
		Failures.assertRefused(400, "access_denied", poll(client, pending));
		assertChallengedOnce();
	}

	@Test
	void a_client_whose_user_does_nothing_ends_in_time() {
		Configuration client = ciba("till-short");
		assertExpires(poll(client, ask(client, OidcProvider.ADA)));
	}

	@Test
	void a_user_whom_nobody_knows_is_not_asked() {
		Failures.assertRefused(400, "unknown_user_id", () -> ask(ciba("till"), "nobody"));
	}

	@Test
	void a_request_that_must_be_signed_is_refused_if_it_is_not() {
		Failures.assertRefused(400, "invalid_request",
				() -> ask(this.provider.withSecret("signing").build(), OidcProvider.ADA));
	}

	@Test
	void a_ping_fetches_the_tokens_when_the_user_agrees() throws Exception {
		Configuration client = ciba("ping");
		BackchannelAuthenticationResponse pending = ask(client, OidcProvider.ADA);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending);
		this.provider.decide(pending, OidcProvider.ADA);
		assertAdas(poll, client);
		assertThat(this.answered).containsExactly(204);
	}

	@Test
	void a_ping_ends_the_poll_when_the_user_refuses() throws Exception {
		Configuration client = ciba("ping");
		BackchannelAuthenticationResponse pending = ask(client, OidcProvider.ADA);
		CompletableFuture<TokenEndpointResponse> poll = poll(client, pending);
		this.provider.decide(pending, null);
		Failures.assertRefused(400, "access_denied", poll);
		assertThat(this.answered).containsExactly(204);
	}

}
