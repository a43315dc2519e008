package io.github.oidcgrants.grant;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Fault;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.RawServer;
import io.github.oidcgrants.testing.UserEndpoints;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * CIBA's ping mode from the request to the token (OpenID Connect CIBA Core 1.0 sections
 * 7.1 and 10.2): the notification wakes the poll that it names, once.
 */
class CibaPingTests {

	@AutoClose
	private static final DecisionRig rig = new DecisionRig();

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		this.users = rig.reset();
		this.users.answer(UserEndpoints.CIBA, AuthorizationServerRig
			.json(Map.of("auth_req_id", UserEndpoints.AUTH_REQ_ID, "expires_in", 600, "interval", 60)));
		rig.pend();
	}

	@Test
	void pingAsksAtOnce() {
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, ping());
		rig.pass(10);
		assertThat(rig.server.tokenRequests()).isEmpty();
		rig.approve();
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.NO_CONTENT);
		rig.work();
		assertThat(poll).isCompleted();
		assertThat(rig.server.tokenRequests()).hasSize(1);
	}

	@Test
	void pingWakesForOneQuestionOnly() {
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, ping());
		rig.pass(10);
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.NO_CONTENT);
		rig.work();
		rig.pass(59);
		assertThat(rig.server.tokenRequests()).hasSize(1);
		rig.pass(1);
		assertThat(rig.server.tokenRequests()).hasSize(2);
		poll.cancel(false);
	}

	@Test
	void pingWithTheWrongTokenOrAboutAnotherRequestWakesNothing() {
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, ping());
		assertThat(ping("wrong", UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(ping(token(), "another")).isEqualTo(HttpStatus.UNAUTHORIZED);
		rig.work();
		assertThat(rig.server.tokenRequests()).isEmpty();
		poll.cancel(false);
	}

	@Test
	void pingWakesThePollOfItsOwnRequestOnly() {
		CompletableFuture<TokenEndpointResponse> one = rig.poll(InitiationKind.CIBA, ping());
		String token = token();
		rig.server.http().resetRequests();
		this.users.answer(UserEndpoints.CIBA,
				AuthorizationServerRig.json(Map.of("auth_req_id", "auth-req-id-2", "expires_in", 600, "interval", 60)));
		CompletableFuture<TokenEndpointResponse> two = rig.poll(InitiationKind.CIBA, ping());
		assertThat(ping(token, "auth-req-id-2")).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(ping(token(), "auth-req-id-2")).isEqualTo(HttpStatus.NO_CONTENT);
		rig.work();
		assertThat(rig.server.form()).containsEntry("auth_req_id", List.of("auth-req-id-2"));
		one.cancel(false);
		two.cancel(false);
	}

	@Test
	void pingBeforeThePollBeganIsNotLost() {
		Configuration configuration = ping();
		PendingResponse pending = rig.initiate(InitiationKind.CIBA, configuration);
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.NO_CONTENT);
		rig.approve();
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, configuration, pending,
				GrantParameters.none());
		rig.work();
		assertThat(poll).isCompleted();
	}

	@Test
	void pingAfterTheEndIsAnsweredAndAsksNothing() {
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, ping());
		rig.approve();
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.NO_CONTENT);
		rig.work();
		assertThat(poll).isCompleted();
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.NO_CONTENT);
		rig.pass(120);
		assertThat(rig.server.tokenRequests()).hasSize(1);
	}

	@Test
	void pingAfterTheTimeIsUpIsRefused() {
		CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, ping());
		rig.server.time.advance(Duration.ofMinutes(10));
		rig.work();
		assertThat(poll).isCompletedExceptionally();
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(rig.server.tokenRequests()).isEmpty();
	}

	@Test
	void pollThatBeginsAfterOneWasGivenUpIsWokenToo() {
		Configuration configuration = ping();
		PendingResponse pending = rig.initiate(InitiationKind.CIBA, configuration);
		CompletableFuture<TokenEndpointResponse> first = rig.poll(InitiationKind.CIBA, configuration, pending,
				GrantParameters.none());
		CompletableFuture<TokenEndpointResponse> second = rig.poll(InitiationKind.CIBA, configuration, pending,
				GrantParameters.none());
		first.cancel(false);
		rig.approve();
		assertThat(ping(token(), UserEndpoints.AUTH_REQ_ID)).isEqualTo(HttpStatus.NO_CONTENT);
		rig.work();
		assertThat(second).isCompleted();
	}

	@Test
	void pingBeforeTheServersAnswerArrivedCountsIfItIsAboutTheSameRequest() throws Exception {
		assertThat(askedAfterAnEarlyPing(UserEndpoints.AUTH_REQ_ID)).isEqualTo(1);
	}

	@Test
	void pingBeforeTheServersAnswerArrivedIsForgottenIfItIsAboutAnother() throws Exception {
		assertThat(askedAfterAnEarlyPing("another")).isZero();
	}

	// The server pings while its answer is still on its way.
	private int askedAfterAnEarlyPing(String id) throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch pinged = new CountDownLatch(1);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try (RawServer slow = RawServer.start((connection) -> {
			connection.readRequest();
			asked.countDown();
			await(pinged);
			connection.write(RawServer.answer("HTTP/1.1 200 OK\r\nConnection: close", "application/json",
					"{\"auth_req_id\": \"" + UserEndpoints.AUTH_REQ_ID + "\", \"expires_in\": 600, \"interval\": 60}"));
		})) {
			rig.server.metadata(Map.of("backchannel_authentication_endpoint", slow.uri("/ciba").toString()));
			Configuration configuration = ping();
			Future<PendingResponse> pending = executor.submit(() -> rig.initiate(InitiationKind.CIBA, configuration));
			await(asked);
			String token = slow.requests().get(0).replaceFirst("(?s).*client_notification_token=([^&]*).*", "$1");
			assertThat(ping(token, id)).isEqualTo(HttpStatus.NO_CONTENT);
			pinged.countDown();
			CompletableFuture<TokenEndpointResponse> poll = rig.poll(InitiationKind.CIBA, configuration,
					pending.get(10, TimeUnit.SECONDS), GrantParameters.none());
			rig.work();
			poll.cancel(false);
			return rig.server.tokenRequests().size();
		}
		finally {
			pinged.countDown();
			executor.shutdownNow();
		}
	}

	// With notifications of its own: others' end meanwhile.
	@Test
	void initiationThatFailedIsForgotten() {
		try (DecisionRig own = new DecisionRig()) {
			this.users.answer(UserEndpoints.CIBA, AuthorizationServerRig.json(400, Map.of("error", "unknown_user_id")));
			assertFails(Kind.OAUTH_ERROR, () -> own.initiate(InitiationKind.CIBA, ping()));
			assertThat(own.notifications.isExpected("Bearer " + token())).isFalse();
			this.users.answer(UserEndpoints.CIBA, AuthorizationServerRig.json(Map.of("expires_in", 600)));
			assertFails(Kind.MALFORMED_RESPONSE, () -> own.initiate(InitiationKind.CIBA, ping()));
			this.users.answer(UserEndpoints.CIBA, WireMock.aResponse().withFault(Fault.EMPTY_RESPONSE));
			assertFails(Kind.TRANSPORT, () -> own.initiate(InitiationKind.CIBA, ping()));
			assertThat(own.notifications).hasToString("CibaNotifications[expected=0]");
			this.users.answer(UserEndpoints.CIBA, AuthorizationServerRig
				.json(Map.of("auth_req_id", UserEndpoints.AUTH_REQ_ID, "expires_in", 600, "interval", 60)));
			own.initiate(InitiationKind.CIBA, ping());
			assertThat(own.notifications).hasToString("CibaNotifications[expected=1]");
		}
	}

	@Test
	void eachRequestHasATokenOfItsOwn() {
		Configuration configuration = ping();
		Set<String> tokens = new HashSet<>();
		for (int i = 0; i < 10; i++) {
			rig.initiate(InitiationKind.CIBA, configuration);
			tokens.add(token());
			rig.server.http().resetRequests();
		}
		assertThat(tokens).hasSize(10).allMatch((token) -> token.length() == 27);
	}

	private static Configuration ping() {
		return rig.server.configuration(rig.server.server())
			.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.build();
	}

	// What the server was given.
	private String token() {
		return this.users.form(UserEndpoints.CIBA).getFirst("client_notification_token");
	}

	private static HttpStatus ping(String token, String authReqId) {
		return rig.notifications.handle("Bearer " + token,
				("{\"auth_req_id\": \"" + authReqId + "\"}").getBytes(StandardCharsets.UTF_8));
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
