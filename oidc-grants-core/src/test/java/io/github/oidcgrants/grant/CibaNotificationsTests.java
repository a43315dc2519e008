package io.github.oidcgrants.grant;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a notification endpoint answers (OpenID Connect CIBA Core 1.0 section 10.2), and
 * what it lets out to those who have no token.
 * <p>
 * No test measures time: a token is looked up by its hash, so how long it takes to find
 * none depends on the hash of a guess, which tells nothing about a token that is nearer,
 * and what is found is compared with {@link java.security.MessageDigest#isEqual}.
 */
class CibaNotificationsTests {

	private static final String ID = "auth-req-id-1";

	private final TestClock clock = new TestClock();

	private final CibaNotifications notifications = new CibaNotifications(this.clock);

	private final AtomicInteger woken = new AtomicInteger();

	@Test
	void expectedNotificationWakesWhatItIsAbout() {
		CibaNotification notification = expect(ID);
		notification.onArrival(this.woken::incrementAndGet);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(this.woken).hasValue(1);
	}

	@Test
	void notificationWakesNothingElse() {
		CibaNotification one = expect("one");
		CibaNotification other = expect("other");
		other.onArrival(this.woken::incrementAndGet);
		assertThat(handle(one, "one")).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(handle(one, "other")).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(this.woken).hasValue(0);
	}

	@Test
	void replayedNotificationIsAnsweredAlikeAndWakesNobody() {
		CibaNotification notification = expect(ID);
		notification.onArrival(this.woken::incrementAndGet);
		for (int i = 1; i <= 3; i++) {
			assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
			assertThat(this.woken).hasValue(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "bearer ", "BEARER ", "Bearer  ", "bEaReR   " })
	void schemeIsComparedWithoutCase(String scheme) {
		CibaNotification notification = expect(ID);
		assertThat(this.notifications.handle(scheme + notification.token(), body(ID))).isEqualTo(HttpStatus.NO_CONTENT);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "Bearer", "Bearer ", "Bearer    ", "Bearer null", "Basic dXNlcjpwYXNz",
			"Bearer wrong" })
	void headerWithoutATokenThatWasGivenIsRefused(String authorization) {
		expect(ID);
		assertThat(this.notifications.handle(authorization, body(ID))).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "%s", "Basic %s", "DPoP %s", "Token %s", "Bearer%s", "Bearer\t%s", " Bearer %s",
			"Bearer %s,", "Bearer %s %s", "Bearer \"%s\"", "Bearer x%s", "Bearer %sx", "Bearer token=%s" })
	void headerThatOnlyHoldsTheTokenSomewhereIsRefused(String authorization) {
		CibaNotification notification = expect(ID);
		assertThat(this.notifications.handle(authorization.replace("%s", notification.token()), body(ID)))
			.isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void tokenInAnotherCaseIsRefused() {
		CibaNotification notification = expect(ID);
		String token = notification.token();
		String other = token.equals(token.toLowerCase(Locale.ROOT)) ? token.toUpperCase(Locale.ROOT)
				: token.toLowerCase(Locale.ROOT);
		assertThat(this.notifications.handle("Bearer " + other, body(ID))).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "auth-req-id-2", "AUTH-REQ-ID-1", "auth-req-id-1 ", "auth-req-id-", "\u00e4" })
	void notificationAboutAnotherRequestIsRefused(String id) {
		CibaNotification notification = expect(ID);
		notification.onArrival(this.woken::incrementAndGet);
		assertThat(handle(notification, id)).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(this.woken).hasValue(0);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
	}

	@Test
	void notificationBeforeTheServersAnswerCountsIfItTurnsOutToBeRight() {
		CibaNotification notification = this.notifications.expect();
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		notification.expectAbout(ID);
		notification.onArrival(this.woken::incrementAndGet);
		assertThat(this.woken).hasValue(1);
	}

	@Test
	void notificationBeforeTheServersAnswerIsLostIfItTurnsOutToBeWrong() {
		CibaNotification notification = this.notifications.expect();
		assertThat(handle(notification, "another")).isEqualTo(HttpStatus.NO_CONTENT);
		notification.expectAbout(ID);
		notification.onArrival(this.woken::incrementAndGet);
		assertThat(this.woken).hasValue(0);
		assertThat(handle(notification, "another")).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(this.woken).hasValue(1);
	}

	@Test
	void notificationBeforeAnybodyPollsWakesTheFirstWhoDoes() {
		CibaNotification notification = expect(ID);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		notification.onArrival(this.woken::incrementAndGet);
		assertThat(this.woken).hasValue(1);
	}

	@Test
	void notificationAfterTheEndIsAnsweredAndWakesNothing() {
		CibaNotification notification = expect(ID);
		Runnable wake = this.woken::incrementAndGet;
		notification.onArrival(wake);
		notification.settled(wake);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(this.woken).hasValue(0);
	}

	@Test
	void endOfOnePollLeavesAnotherOneToBeWoken() {
		CibaNotification notification = expect(ID);
		Runnable first = () -> this.woken.addAndGet(100);
		notification.onArrival(first);
		notification.onArrival(this.woken::incrementAndGet);
		notification.settled(first);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(this.woken).hasValue(1);
	}

	@Test
	void replayIsAnsweredWhileTheFirstIsStillAtWork() throws Exception {
		CibaNotification notification = expect(ID);
		CountDownLatch atWork = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		notification.onArrival(() -> {
			if (this.woken.incrementAndGet() == 1) {
				atWork.countDown();
				await(goOn);
			}
		});
		ExecutorService executor = Executors.newFixedThreadPool(2);
		try {
			Future<HttpStatus> first = executor.submit(() -> handle(notification, ID));
			await(atWork);
			assertThat(executor.submit(() -> handle(notification, ID)).get(10, TimeUnit.SECONDS))
				.isEqualTo(HttpStatus.NO_CONTENT);
			goOn.countDown();
			assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(HttpStatus.NO_CONTENT);
		}
		finally {
			goOn.countDown();
			executor.shutdownNow();
		}
	}

	@Test
	void bodyThatIsTooLongIsOnlyForThoseToKnowWhoHaveAToken() {
		CibaNotification notification = expect(ID);
		String longest = "{\"auth_req_id\": \"" + ID + "\"}";
		longest += " ".repeat(CibaNotifications.MAX_BODY - longest.length());
		assertThat(handle(notification.token(), longest)).isEqualTo(HttpStatus.NO_CONTENT);
		assertThat(handle(notification.token(), longest + " ")).isEqualTo(HttpStatus.CONTENT_TOO_LARGE);
		assertThat(handle("wrong", longest + " ")).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	static Stream<String> unreadable() {
		return Stream.of("", " ", "null", "true", "1", "\"auth-req-id-1\"", "[]",
				"[{\"auth_req_id\": \"auth-req-id-1\"}]", "{", "{}", "{\"auth_req_id\"}", "auth_req_id=auth-req-id-1",
				"{'auth_req_id': 'auth-req-id-1'}", "{\"auth_req_id\": null}", "{\"auth_req_id\": \"\"}",
				"{\"auth_req_id\": 1}", "{\"auth_req_id\": true}", "{\"auth_req_id\": [\"auth-req-id-1\"]}",
				"{\"auth_req_id\": {\"a\": \"auth-req-id-1\"}}", "{\"AUTH_REQ_ID\": \"auth-req-id-1\"}",
				"{\"auth_req_id\": \"auth-req-id-1\"} x",
				"{\"auth_req_id\": \"auth-req-id-1\", \"auth_req_id\": \"auth-req-id-1\"}",
				"{\"auth_req_id\": \"auth-req-id-1\", \"x\": " + "[".repeat(8000) + "]".repeat(8000) + "}",
				"{\"auth_req_id\": \"auth-req-id-1\", \"x\": " + "{\"a\":".repeat(1500) + "1" + "}".repeat(1501),
				"{\"x\": " + "9".repeat(16_000) + "}", "<html></html>", "\u0000");
	}

	@ParameterizedTest
	@MethodSource("unreadable")
	void bodyThatIsNotReadableIsOnlyForThoseToKnowWhoHaveAToken(String body) {
		CibaNotification notification = expect(ID);
		notification.onArrival(this.woken::incrementAndGet);
		assertThat(handle(notification.token(), body)).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(handle("wrong", body)).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(this.woken).hasValue(0);
	}

	@Test
	void bodyThatIsNoUtf8IsNotReadable() {
		CibaNotification notification = expect(ID);
		for (byte[] body : List.of(body("\u00fc", StandardCharsets.ISO_8859_1), body(ID, StandardCharsets.UTF_16),
				new byte[] { (byte) 0xff })) {
			assertThat(this.notifications.handle("Bearer " + notification.token(), body))
				.isEqualTo(HttpStatus.BAD_REQUEST);
		}
	}

	@Test
	void membersThatAreNotKnownAreIgnored() {
		CibaNotification notification = expect(ID);
		assertThat(
				handle(notification.token(), "{\"access_token\": \"t\", \"x\": [1], \"auth_req_id\": \"" + ID + "\"}"))
			.isEqualTo(HttpStatus.NO_CONTENT);
	}

	@Test
	void notificationAfterTheUsersTimeIsRefused() {
		CibaNotification notification = expect(ID);
		this.clock.advance(Duration.ofSeconds(119));
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.UNAUTHORIZED);
		assertThat(handle(notification.token(), "")).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void notificationIsExpectedForTenMinutesUntilTheServerHasAnswered() {
		CibaNotification notification = this.notifications.expect();
		this.clock.advance(Duration.ofMinutes(10).minusNanos(1));
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.NO_CONTENT);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void answerThatHasExpiredAlreadyExpectsNothing() {
		CibaNotification notification = this.notifications.expect();
		this.notifications.expectUntil(notification, this.clock.instant().minusSeconds(5));
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void forgottenNotificationIsRefused() {
		CibaNotification notification = expect(ID);
		this.notifications.forget(notification);
		assertThat(handle(notification, ID)).isEqualTo(HttpStatus.UNAUTHORIZED);
	}

	@Test
	void tokenHas160BitsAndIsNewEachTime() {
		Set<String> tokens = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			String token = this.notifications.expect().token();
			assertThat(Base64.getUrlDecoder().decode(token)).hasSize(20);
			tokens.add(token);
		}
		assertThat(tokens).hasSize(1000);
	}

	@Test
	void noMoreThanAHundredThousandAreExpected() {
		for (int i = 0; i < 100_500; i++) {
			this.notifications.expect();
		}
		assertThat(this.notifications).hasToString("CibaNotifications[expected=100000]");
	}

	@Test
	void showsNothingOfWhatIsExpected() {
		List<CibaNotification> all = new ArrayList<>(List.of(expect(ID), expect("auth-req-id-2")));
		assertThat(this.notifications).hasToString("CibaNotifications[expected=2]");
		assertThat(all.toString()).doesNotContain(ID, all.get(0).token(), all.get(1).token());
	}

	private CibaNotification expect(String authReqId) {
		CibaNotification notification = this.notifications.expect();
		notification.expectAbout(authReqId);
		this.notifications.expectUntil(notification, this.clock.instant().plusSeconds(120));
		return notification;
	}

	private HttpStatus handle(CibaNotification notification, String authReqId) {
		return this.notifications.handle("Bearer " + notification.token(), body(authReqId));
	}

	private HttpStatus handle(String token, String body) {
		return this.notifications.handle("Bearer " + token, body.getBytes(StandardCharsets.UTF_8));
	}

	private static byte[] body(String authReqId) {
		return body(authReqId, StandardCharsets.UTF_8);
	}

	private static byte[] body(String authReqId, Charset charset) {
		return ("{\"auth_req_id\": \"" + authReqId + "\"}").getBytes(charset);
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
