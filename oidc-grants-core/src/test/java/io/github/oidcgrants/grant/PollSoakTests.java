package io.github.oidcgrants.grant;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many polls for a long while, on virtual time, with what may happen chosen at random
 * from a seed.
 */
class PollSoakTests {

	private static final String NOTHING = "PollScheduler[waiting=0, asking=0]";

	private static final String NOTHING_HELD = "Turns[taken=0, owners=0], PollErrands[left=0, running=0]";

	private static final String TOKEN = "token";

	private static final String MALFORMED = "malformed_response";

	private final PollRig rig = new PollRig();

	PollSoakTests() {
		this.rig.listener = (progress) -> {
		};
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void aThousandFlowsAllEndRight(long seed) {
		Random random = new Random(seed);
		Map<String, Integer> asked = new HashMap<>();
		Map<String, Integer> decided = new HashMap<>();
		Map<String, String> outcomes = new HashMap<>();
		this.rig.otherwise((uri) -> {
			String code = this.rig.lastAsked();
			int times = asked.merge(code, 1, Integer::sum);
			return (times < decided.get(code)) ? noOutcome(random) : answer(code, outcomes.get(code));
		});
		Map<String, CompletableFuture<TokenEndpointResponse>> polls = new LinkedHashMap<>();
		List<String> possible = List.of(TOKEN, "access_denied", "expired_token", "invalid_grant", MALFORMED);
		for (int i = 0; i < 1000; i++) {
			DeviceAuthorizationResponse code = this.rig.code(1800, 1L + random.nextInt(10));
			outcomes.put(code.deviceCode(), possible.get(random.nextInt(possible.size())));
			decided.put(code.deviceCode(), 1 + random.nextInt(6));
			polls.put(code.deviceCode(), this.rig.poll(PollRig.provider("provider-" + random.nextInt(20)), code));
		}
		this.rig.pass(1799);
		polls.forEach((code, poll) -> {
			assertThat(poll).as(code).isDone();
			assertThat(outcome(code, poll)).as(code).isEqualTo(outcomes.get(code));
			assertThat(asked.get(code)).isEqualTo(decided.get(code));
		});
		assertThat(outcomes.values()).containsAll(possible);
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		assertThat(this.rig.polls.held()).isEqualTo(NOTHING_HELD);
	}

	private static StubTransport.Answer answer(String code, String outcome) {
		return switch (outcome) {
			case TOKEN ->
				StubTransport.json(200, "{\"access_token\": \"token-of-" + code + "\", \"token_type\": \"Bearer\"}");
			case MALFORMED -> StubTransport.json(200, "no JSON");
			default -> PollRig.error(outcome);
		};
	}

	// Of a token only if it is the one of this flow.
	private static String outcome(String code, CompletableFuture<TokenEndpointResponse> poll) {
		return poll.handle((token, failure) -> {
			if (failure instanceof GrantException ex) {
				// Without a status it was this client's own word.
				return (ex.statusCode() != null) ? ex.getError().getErrorCode() : "none";
			}
			return token.accessToken().equals("token-of-" + code) ? TOKEN : token.accessToken();
		}).join();
	}

	@Test
	void nothingIsLeftAfterAnHour() {
		Random random = new Random(7);
		this.rig.otherwise((uri) -> {
			int choice = random.nextInt(20);
			return (choice == 0) ? PollRig.token() : (choice == 1) ? PollRig.error("access_denied") : noOutcome(random);
		});
		List<WeakReference<Object>> ended = new ArrayList<>();
		List<CompletableFuture<TokenEndpointResponse>> open = new ArrayList<>();
		for (int second = 0; second < 3600; second++) {
			open.add((random.nextInt(4) > 0) ? this.rig.poll(PollRig.provider("provider-" + random.nextInt(5)),
					this.rig.code(1 + random.nextInt(300), (long) random.nextInt(10))) : ping(random));
			if (random.nextInt(5) == 0) {
				open.remove(random.nextInt(open.size())).cancel(true);
			}
			open.removeIf((poll) -> poll.isDone() && ended.add(new WeakReference<>(poll)));
			this.rig.pass(1);
		}
		this.rig.pass(300);
		assertThat(open).allMatch(CompletableFuture::isDone);
		assertThat(ended).hasSizeGreaterThan(2000);
		open.clear();
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		assertThat(this.rig.polls.held()).isEqualTo(NOTHING_HELD);
		this.rig.pass(60);
		assertThat(this.rig.notifications).hasToString("CibaNotifications[expected=0]");
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			System.gc();
			assertThat(ended).allMatch((reference) -> reference.get() == null);
		});
	}

	private CompletableFuture<TokenEndpointResponse> ping(Random random) {
		BackchannelAuthenticationResponse request = this.rig.request("request-" + random.nextLong(), 300);
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(request);
		this.rig.ping(request);
		return poll;
	}

	private static StubTransport.Answer noOutcome(Random random) throws IOException {
		return switch (random.nextInt(6)) {
			case 0 -> PollRig.error("slow_down");
			case 1 -> StubTransport.json(503, "{}").with("Retry-After", String.valueOf(random.nextInt(20)));
			case 2 -> throw new IOException("Connection reset");
			default -> PollRig.pending();
		};
	}

}
