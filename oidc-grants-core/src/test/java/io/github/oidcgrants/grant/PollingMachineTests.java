package io.github.oidcgrants.grant;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.PollingMachine.Step;
import io.github.oidcgrants.grant.PollingProgress.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.OAuth2Error;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of RFC 8628 section 3.5 and of CIBA Core 1.0 section 11: what each answer
 * makes of a poll that asks every ten seconds.
 */
class PollingMachineTests {

	private final PollingMachine machine = PollingMachine.start(Duration.ofSeconds(10));

	@ParameterizedTest(name = "{0} {1}, Retry-After {2}: {3}, interval {4}, pause {5}")
	@CsvSource(nullValues = "-", value = {
			// status, error, Retry-After, event, interval, pause
			"400, authorization_pending,   -, PENDING,     10,  10",
			"400, authorization_pending,   3, PENDING,     10,  10",
			"400, authorization_pending,  10, PENDING,     10,  10",
			"400, authorization_pending,  40, PENDING,     10,  40",
			"200, authorization_pending,   -, PENDING,     10,  10",
			"401, authorization_pending,   -, PENDING,     10,  10",
			"428, authorization_pending,   -, PENDING,     10,  10",
			"429, authorization_pending,   -, PENDING,     10,  10",
			"400, slow_down,               -, SLOWED_DOWN, 15,  15",
			"400, slow_down,              12, SLOWED_DOWN, 15,  15",
			"400, slow_down,              90, SLOWED_DOWN, 15,  90",
			"200, slow_down,               -, SLOWED_DOWN, 15,  15",
			"403, slow_down,               -, SLOWED_DOWN, 15,  15",
			"429, slow_down,              90, SLOWED_DOWN, 15,  90",
			"429, too_many_requests,       -, RETRYING,    10,  20",
			"429, too_many_requests,      90, RETRYING,    10,  90",
			"429, temporarily_unavailable, -, RETRYING,    10,  20",
			"429, server_error,           30, RETRYING,    10,  30",
			"400, use_dpop_nonce,          -, RETRYING,    10,  10",
			"401, use_dpop_nonce,         15, RETRYING,    10,  15",
			"429, -,                       -, RETRYING,    10,  20",
			"429, -,                      15, RETRYING,    10,  20",
			"429, -,                    3600, RETRYING,    10,3600",
			"500, -,                       -, RETRYING,    10,  20",
			"502, -,                       -, RETRYING,    10,  20",
			"503, -,                       -, RETRYING,    10,  20",
			"503, -,                      45, RETRYING,    10,  45",
			"504, -,                       -, RETRYING,    10,  20",
			"599, -,                       -, RETRYING,    10,  20" })
	void goesOn(int status, @Nullable String error, @Nullable Integer retryAfter, Event event, int interval,
			int pause) {
		Step step = this.machine.after(failure(status, error, retryAfter));
		assertThat(step).isNotNull();
		assertThat(step.event()).isEqualTo(event);
		assertThat(step.next().interval()).isEqualTo(interval);
		assertThat(step.pause()).hasSeconds(pause);
		assertThat(step.demanded()).hasSeconds((retryAfter != null) ? retryAfter : 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "access_denied", "expired_token", "invalid_grant", "invalid_client", "invalid_request",
			"unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_dpop_proof",
			"transaction_failed", "server_error", "temporarily_unavailable", "incorrect_device_code",
			"AUTHORIZATION_PENDING", "Slow_Down", "authorization_pending " })
	void everyOtherErrorIsTheEnd(String error) {
		for (int status : new int[] { 200, 400, 401, 403, 428 }) {
			assertThat(this.machine.after(failure(status, error, null))).isNull();
			assertThat(this.machine.after(failure(status, error, 30))).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "access_denied", "expired_token", "invalid_grant", "invalid_client", "invalid_request",
			"unauthorized_client", "transaction_failed" })
	void anErrorOfTheProtocolIsTheEndThoughThereWereTooManyRequests(String error) {
		assertThat(this.machine.after(failure(429, error, null))).isNull();
		assertThat(this.machine.after(failure(429, error, 30))).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 201, 204, 301, 302, 304, 400, 401, 403, 404, 405, 408, 410, 428 })
	void aStatusThatSaysNothingAboutTheDecisionAndIsNoTroubleOfTheServerIsTheEnd(int status) {
		assertThat(this.machine.after(failure(status, null, null))).isNull();
		assertThat(this.machine.after(failure(status, null, 5))).isNull();
	}

	@ParameterizedTest
	@EnumSource(names = { "MALFORMED_RESPONSE", "ID_TOKEN_REFUSED", "MISCONFIGURED" })
	void anAnswerThatCannotBecomeBetterIsTheEnd(Kind kind) {
		assertThat(this.machine.after(GrantException.of(kind, "Why"))).isNull();
	}

	@ParameterizedTest
	@EnumSource(names = { "TRANSPORT", "TIMEOUT", "COOLING_DOWN" })
	void noAnswerIsNotTheEnd(Kind kind) {
		Step step = this.machine.after(GrantException.of(kind, "Why"));
		assertThat(step).isNotNull();
		assertThat(step.event()).isEqualTo(Event.RETRYING);
		assertThat(step.pause()).hasSeconds(20);
		assertThat(step.demanded()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void aTokenThatCameIsGivenUpForNothingThatMayPass(Kind kind) {
		Step step = this.machine.afterToken(GrantException.of(kind, "Why"));
		assertThat(step == null).isEqualTo(kind == Kind.ID_TOKEN_REFUSED || kind == Kind.MISCONFIGURED);
		assertThat(this.machine.afterToken(GrantException.of(kind, "Why").ofSupplier())).isNotNull();
	}

	@ParameterizedTest
	@EnumSource
	void aSupplierThatFailsIsNotTheEndWhateverItSays(Kind kind) {
		Step step = this.machine.after(GrantException.of(kind, "Why").ofSupplier());
		assertThat(step).isNotNull();
		assertThat(step.event()).isEqualTo(Event.RETRYING);
		assertThat(step.pause()).hasSeconds(20);
	}

	@ParameterizedTest(name = "interval {0}: {1}")
	@CsvSource({ "absent, 15", "0, 15", "1, 15", "10, 15", "15, 15", "16, 16", "3600, 3600", "-1, 15", "\"20\", 20",
			"\"soon\", 15", "null, 15", "12.9, 15", "20.9, 21", "20.0, 20", "1e99, 315360000" })
	void slowDownMakesTheIntervalLongerOrTheOneThatItCarries(String carried, int interval) {
		Step step = this.machine.after(slowDown(carried));
		assertThat(step).isNotNull();
		assertThat(step.event()).isEqualTo(Event.SLOWED_DOWN);
		assertThat(step.next()).isEqualTo(new PollingMachine(interval, interval));
		assertThat(step.pause()).hasSeconds(interval);
	}

	@Test
	void tenSlowDownsAddUpAndStay() {
		assertThat(pauses(IntStream.range(0, 10).mapToObj((i) -> "slow_down").toList())).containsExactly(15, 20, 25, 30,
				35, 40, 45, 50, 55, 60);
		PollingMachine slow = this.machine;
		for (int i = 0; i < 30; i++) {
			slow = next(slow, "slow_down");
		}
		assertThat(next(slow, "authorization_pending")).isEqualTo(new PollingMachine(160, 160));
	}

	@Test
	void backsOffTwiceAsLongEachTimeUpToAMinute() {
		assertThat(pauses(List.of("down", "down", "down", "down", "down"))).containsExactly(20, 40, 60, 60, 60);
	}

	@Test
	void backsOffFromTheIntervalAgainAfterAnAnswer() {
		assertThat(pauses(List.of("down", "down", "authorization_pending", "down", "down", "slow_down", "down",
				"authorization_pending")))
			.containsExactly(20, 40, 10, 20, 40, 15, 30, 15);
	}

	@Test
	void alternatingFaultsNeverAddUp() {
		assertThat(pauses(List.of("down", "authorization_pending", "down", "authorization_pending", "down")))
			.containsExactly(20, 10, 20, 10, 20);
	}

	@ParameterizedTest
	@ValueSource(ints = { 60, 61, 90, 3600, 315_360_000 })
	void neverBacksOffForLessThanTheInterval(int interval) {
		PollingMachine slow = PollingMachine.start(Duration.ofSeconds(interval));
		for (int i = 0; i < 5; i++) {
			slow = next(slow, "down");
			assertThat(slow).isEqualTo(new PollingMachine(interval, interval));
		}
		assertThat(next(slow, "slow_down").interval()).isEqualTo(interval + 5);
	}

	@Test
	void aPauseThatTheServerDemandedOnceDoesNotStay() {
		Step step = this.machine.after(failure(503, null, 600));
		assertThat(step).isNotNull();
		assertThat(next(step.next(), "authorization_pending")).isEqualTo(new PollingMachine(10, 10));
		assertThat(next(step.next(), "down").pause()).isEqualTo(40);
	}

	@Test
	void aQuestionThatCouldNotBeAskedLeavesTheStateAsItWas() {
		PollingMachine down = next(this.machine, "down");
		assertThat(down.postponed().next()).isEqualTo(down);
		assertThat(down.postponed().pause()).hasSeconds(10);
		assertThat(down.postponed().demanded()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5, 59, 60 })
	void pollsInTheSameStateShareIt(int interval) {
		PollingMachine one = PollingMachine.start(Duration.ofSeconds(interval));
		PollingMachine other = PollingMachine.start(Duration.ofSeconds(interval));
		assertThat(other).isSameAs(one);
		for (int i = 0; i < 7; i++) {
			one = next(one, "down");
			other = next(other, "down");
			assertThat(other).isSameAs(one);
			assertThat(one.interval()).isEqualTo(interval);
		}
		assertThat(one.pause()).isEqualTo(60);
	}

	private List<Integer> pauses(List<String> answers) {
		PollingMachine[] state = { this.machine };
		return answers.stream().map((answer) -> {
			state[0] = next(state[0], answer);
			return state[0].pause();
		}).toList();
	}

	private static PollingMachine next(PollingMachine machine, String answer) {
		Step step = machine.after("down".equals(answer) ? failure(502, null, null) : failure(400, answer, null));
		assertThat(step).isNotNull();
		return step.next();
	}

	private static GrantException failure(int status, @Nullable String error, @Nullable Integer retryAfter) {
		Duration wait = (retryAfter != null) ? Duration.ofSeconds(retryAfter) : null;
		return (error != null) ? GrantException.oauthError(new OAuth2Error(error), "Refused", status, wait)
				: GrantException.answer(Kind.UNEXPECTED_STATUS, "Status " + status, status, wait);
	}

	private static GrantException slowDown(String carried) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>(Map.of("error", "slow_down"));
		if (!"absent".equals(carried)) {
			body.put("interval", value(carried));
		}
		return GrantException.oauthError(SlowDownError.of(new OAuth2Error("slow_down"), body), "Refused", 400, null);
	}

	private static @Nullable Object value(String json) {
		if ("null".equals(json)) {
			return null;
		}
		return json.startsWith("\"") ? json.substring(1, json.length() - 1) : new BigDecimal(json);
	}

}
