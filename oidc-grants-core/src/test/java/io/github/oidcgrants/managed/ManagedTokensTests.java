package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tokens that are handed over once and are there ever after.
 */
class ManagedTokensTests {

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ManagedTokenStore store = ManagedTokenStore.inMemory();

	private final ManagedTokens tokens = this.rig.tokens(this.store);

	@Test
	void theTokenThatWasHandedOverIsGivenWhileItIsFresh() {
		TokenEndpointResponse login = this.rig.login("ada");
		this.tokens.put("ada", login);
		TokenEndpointResponse token = this.tokens.token("ada");
		assertThat(token.accessToken()).isEqualTo(login.accessToken());
		assertThat(token.refreshToken()).isNull();
		assertThat(token.members()).doesNotContainKey("refresh_token");
		assertThat(this.rig.server.refreshed()).isEmpty();
	}

	@Test
	void aTokenThatExpiresIsRefreshedAndTheRefreshTokenRotates() {
		this.tokens.put("ada", this.rig.login("ada"));
		for (int round = 1; round <= 5; round++) {
			this.rig.expire();
			String token = this.tokens.token("ada").accessToken();
			assertThat(this.tokens.token("ada").accessToken()).isEqualTo(token);
			assertThat(this.rig.server.refreshed()).hasSize(round).doesNotHaveDuplicates();
		}
		assertThat(this.rig.server.refused).hasValue(0);
		assertThat(this.rig.heard).hasSize(5).containsOnly("refreshed app ada");
	}

	@Test
	void aRefreshTokenThatGoesOnIsSentAgain() {
		this.rig.server.rotates = false;
		this.tokens.put("ada", this.rig.login("ada"));
		for (int round = 1; round <= 3; round++) {
			this.rig.expire();
			this.tokens.token("ada");
		}
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1", "refresh-ada-1");
	}

	@ParameterizedTest
	@CsvSource({ "300, 240", "3600, 2880", "315360000, 252288000", "10, 8", "1, 0.8" })
	void aTokenIsRefreshedAheadOfItsExpiryAndTheOldOneIsGivenMeanwhile(int expiresIn, double dueAfter) {
		this.rig.server.expiresIn = expiresIn;
		this.tokens.put("ada", this.rig.login("ada"));
		Duration due = Duration.ofMillis(Math.round(dueAfter * 1000));
		this.rig.time.advance(due.minusMillis(1));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.rig.server.refreshed()).isEmpty();
		this.rig.time.advance(Duration.ofMillis(1));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).hasSize(1);
		assertThat(this.rig.heard).containsExactly("refreshed app ada");
	}

	// Skew is a tenth of the lifetime, at most 60 s.
	@ParameterizedTest
	@CsvSource({ "300, 270", "600, 540", "3600, 3540", "315360000, 315359940", "10, 9", "1, 0.9" })
	void aTokenIsGivenUntilItsExpiryLessTheSkew(int expiresIn, double servedFor) {
		this.rig.server.expiresIn = expiresIn;
		this.tokens.put("ada", this.rig.login("ada"));
		Duration served = Duration.ofMillis(Math.round(servedFor * 1000));
		this.rig.time.advance(served.minusMillis(1));
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aTokenWithoutLifetimeIsRefreshedAfterFourMinutesAndGivenForFive() {
		this.rig.server.expiresIn = null;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofMinutes(4).minusNanos(1));
		this.tokens.token("ada");
		assertThat(this.rig.server.refreshed()).isEmpty();
		this.rig.time.advance(Duration.ofNanos(1));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.rig.server.refreshed()).hasSize(1);
		this.rig.time.advance(Duration.ofMinutes(5));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void noCallerNoticesAServerThatIsDownForTheLastFifthOfALifetime() {
		this.rig.server.expiresIn = 1000;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofSeconds(800));
		this.rig.server.always((work) -> new RotatingServer.Reply(503, "{}"));
		for (int second = 800; second < 940; second++) {
			assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
			this.rig.time.advance(Duration.ofSeconds(1));
		}
		// After 1, 2, 4, 8, 16 and then 30 s each.
		assertThat(this.rig.server.refreshed()).hasSize(9).containsOnly("refresh-ada-1");
		this.rig.server.always(null);
		this.rig.time.advance(Duration.ofSeconds(30));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aTokenIsServedAsItsRegistrationSays() {
		ManagedTokens own = this.rig.tokens(ManagedRig.REGISTRATION, this.store, Runnable::run,
				new FairExecutor(Runnable::run, 8), (nanos) -> {
				}, new TokenServing(Duration.ofSeconds(10), Duration.ofMinutes(1), false));
		own.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofSeconds(290).minusMillis(1));
		assertThat(own.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.rig.server.refreshed()).isEmpty();
		this.rig.server.expiresIn = null;
		this.rig.time.advance(Duration.ofMillis(1));
		assertThat(own.token("ada").accessToken()).isEqualTo("access-ada-2");
		ManagedTokens otherProcess = this.rig.tokens(ManagedRig.REGISTRATION, this.store, Runnable::run,
				new FairExecutor(Runnable::run, 8), (nanos) -> {
				}, new TokenServing(Duration.ofSeconds(10), Duration.ofMinutes(1), false));
		this.rig.time.advance(Duration.ofSeconds(59));
		assertThat(otherProcess.token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.time.advance(Duration.ofSeconds(1));
		assertThat(own.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void aServerThatHangsLeavesRoomForTheRefreshesOfOthers() {
		List<Runnable> queue = new ArrayList<>();
		FairExecutor background = new FairExecutor(queue::add, 8);
		ManagedTokens one = this.rig.tokens("one", this.store, Runnable::run, background, (nanos) -> {
		}, TokenServing.DEFAULTS);
		ManagedTokens other = this.rig.tokens("other", this.store, Runnable::run, background, (nanos) -> {
		}, TokenServing.DEFAULTS);
		for (int i = 0; i < 10; i++) {
			one.put("user-" + i, this.rig.login("user-" + i));
			other.put("user-" + i, this.rig.login("user-" + i));
		}
		this.rig.time.advance(Duration.ofMinutes(4));
		for (int i = 0; i < 10; i++) {
			one.token("user-" + i);
			other.token("user-" + i);
		}
		assertThat(queue).as("the two have one server").hasSize(4);
		background.execute("https://idp.example:443", () -> {
		}, (refused) -> {
		});
		assertThat(queue).hasSize(5);
		queue.get(4).run();
		String first = one.token("user-0").accessToken();
		queue.get(0).run();
		assertThat(one.token("user-0").accessToken()).isNotEqualTo(first);
		assertThat(this.rig.server.refreshed()).hasSize(17);
	}

	@Test
	void whoHasNoTokenDoesNotWaitForARefreshThatStandsInAQueue() {
		List<Runnable> queue = new ArrayList<>();
		ManagedTokens queued = this.rig.tokens(this.store, Runnable::run, queue::add, (nanos) -> {
		});
		queued.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofMinutes(4));
		assertThat(queued.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(queue).hasSize(1);
		this.rig.time.advance(Duration.ofMinutes(1));
		assertThat(queued.token("ada").accessToken()).isEqualTo("access-ada-2");
		queue.forEach(Runnable::run);
		assertThat(this.rig.server.refreshed()).as("that was fresh by then").hasSize(1);
	}

	@Test
	void aFullQueueIsTriedAgainByALaterCall() {
		ManagedTokens full = this.rig.tokens(this.store, Runnable::run, (task) -> {
			throw new RejectedExecutionException("full");
		}, (nanos) -> {
		});
		full.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofMinutes(4));
		assertThat(full.token("ada").accessToken()).isEqualTo("access-ada-1");
		this.rig.coolDown();
		assertThat(full.token("ada").accessToken()).isEqualTo("access-ada-1");
		this.rig.time.advance(Duration.ofMinutes(1));
		assertThat(full.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 1 })
	void aTokenExpiresWhenTheWallOrTheMonotonicClockSaysSo(int direction) {
		this.rig.server.expiresIn = 300;
		this.tokens.put("ada", this.rig.login("ada"));
		if (direction < 0) {
			this.rig.time.advanceWall(Duration.ofDays(-1));
			this.rig.time.advance(Duration.ofSeconds(270));
		}
		else {
			this.rig.time.advanceWall(Duration.ofSeconds(270));
		}
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void callersWithoutATokenFailFastWithTheCauseAndTheServerIsLeftAlone() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.always((work) -> new RotatingServer.Reply(503, "{}"));
		assertFails(Kind.UNEXPECTED_STATUS, () -> this.tokens.token("ada"));
		for (int second = 0; second < 300; second++) {
			GrantException failure = catchThrowableOfType(GrantException.class, () -> this.tokens.token("ada"));
			if (failure.kind() == Kind.COOLING_DOWN) {
				assertThat(failure).hasMessageContaining("status 503").hasCauseInstanceOf(GrantException.class);
				assertThat(failure.retryAfter()).isPositive();
			}
			this.rig.time.advance(Duration.ofSeconds(1));
		}
		assertThat(this.rig.server.refreshed()).hasSizeBetween(13, 15);
		this.rig.server.always(null);
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.token("ada", GrantParameters.builder().scope("read").build());
	}

	@Test
	void aClientThatTheServerRefusesIsNotTriedForOtherNamesEither() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		this.rig.server.next((work) -> new RotatingServer.Reply(401, "{\"error\": \"invalid_client\"}"));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("invalid_client");
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("grace")).withMessageContaining("invalid_client");
		this.rig.coolDown();
		assertThat(this.tokens.token("grace")).isNotNull();
		assertThat(this.tokens.token("ada")).isNotNull();
	}

	@Test
	void aServerThatSaysRetryAfterIsLeftAloneForAsLong() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server
			.next((work) -> new RotatingServer.Reply(429, "{\"error\": \"slow_down\"}", Map.of("Retry-After", "120")));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada"));
		this.rig.time.advance(Duration.ofMinutes(2).minusNanos(1));
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("ada"));
		this.rig.time.advance(Duration.ofNanos(1));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aTokenThatIsExpiredWhenItComesIsGivenToWhoAskedForIt() {
		this.rig.server.expiresIn = 0;
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void eachVariantIsKeptOfItsOwnAndAllShareTheRefreshToken() {
		this.tokens.put("ada", this.rig.login("ada"));
		GrantParameters read = GrantParameters.builder().scope("read", "list").build();
		GrantParameters same = GrantParameters.builder().scope("list", "read").build();
		GrantParameters audit = GrantParameters.builder().resource("https://audit.example").build();
		TokenEndpointResponse first = this.tokens.token("ada", read);
		TokenEndpointResponse second = this.tokens.token("ada", audit);
		assertThat(first.scopes()).containsExactly("read", "list");
		assertThat(this.tokens.token("ada", same).accessToken()).isEqualTo(first.accessToken());
		assertThat(this.tokens.token("ada", audit).accessToken()).isEqualTo(second.accessToken());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
		assertThat(this.rig.server.forms.get(2)).containsEntry("resource", List.of("https://audit.example"));
		assertThat(this.rig.tokens(this.store).token("ada", audit).accessToken()).isEqualTo(second.accessToken());
	}

	@Test
	void theNewestSixteenVariantsAreKept() {
		this.tokens.put("ada", this.rig.login("ada"));
		List<GrantParameters> variants = IntStream.range(0, 16)
			.mapToObj((i) -> GrantParameters.builder().scope("s" + i).build())
			.toList();
		variants.forEach((variant) -> this.tokens.token("ada", variant));
		assertThat(this.rig.server.refreshed()).hasSize(16);
		variants.forEach((variant) -> this.tokens.token("ada", variant));
		assertThat(this.rig.server.refreshed()).hasSize(16);
		this.tokens.token("ada");
		assertThat(this.rig.server.refreshed()).hasSize(17);
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aSupplierCannotTellVariantsApart() {
		this.tokens.put("ada", this.rig.login("ada"));
		assertMisconfigured("supplier",
				() -> this.tokens.token("ada", GrantParameters.builder().parameter("claims", () -> "x").build()));
	}

	@Test
	void aNewLoginTakesThePlaceOfTheOneBefore() {
		this.tokens.put("main", this.rig.login("ada"));
		this.tokens.token("main", GrantParameters.builder().scope("read").build());
		this.tokens.put("main", this.rig.login("grace"));
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
		assertThat(this.tokens.token("main", GrantParameters.builder().scope("read").build()).accessToken())
			.startsWith("access-grace");
	}

	@Test
	void whatIsForgottenIsGone() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.forget("ada");
		assertMisconfigured("has no tokens under that name", () -> this.tokens.token("ada"));
		assertMisconfigured("has no tokens under that name", () -> this.rig.tokens(this.store).token("ada"));
		this.tokens.forget("ada");
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.token("ada")).isNotNull();
	}

	@Test
	void namesAndClientsAreKeptApart() {
		this.tokens.put("ada", this.rig.login("ada"));
		assertMisconfigured("has no tokens under that name", () -> this.tokens.token("grace"));
		assertThat(this.tokens.status()).as("nobody has logged in yet: no failure")
			.isEqualTo(new ManagedTokensStatus(0, 0, 0, null));
		ManagedTokens other = new ManagedTokens(ManagedRig.REGISTRATION, "another client", this.store,
				this.rig.refresher(), ManagedRig.TIMEOUT, this.rig.time, TokenServing.DEFAULTS);
		assertMisconfigured("has no tokens under that name", () -> other.token("ada"));
		assertThat(this.rig.server.refreshed()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n" })
	void aNameIsNotBlank(String name) {
		TokenEndpointResponse login = this.rig.login("ada");
		assertMisconfigured("blank", () -> this.tokens.put(name, login));
		assertMisconfigured("blank", () -> this.tokens.token(name));
		assertMisconfigured("blank", () -> this.tokens.forget(name));
	}

	@Test
	void tokensWithoutRefreshTokenAreNotTaken() {
		TokenEndpointResponse token = this.rig.login("ada").withoutRefreshToken();
		assertMisconfigured("There is no refresh token", () -> this.tokens.put("ada", token));
	}

	@Test
	void anotherProcessFindsTheTokenWithoutARequest() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		String token = this.tokens.token("ada").accessToken();
		assertThat(this.rig.tokens(this.store).token("ada").accessToken()).isEqualTo(token);
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@Test
	void aLoginThatTheServerEndedIsLostAndAskedForNoMore() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.end("ada");
		this.rig.expire();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("invalid_grant");
		for (ManagedTokens any : List.of(this.tokens, this.rig.tokens(this.store))) {
			assertFails(Kind.OAUTH_ERROR, () -> any.token("ada")).withMessageContaining("nothing was sent")
				.matches((ex) -> "invalid_grant".equals(ex.getError().getErrorCode()));
		}
		assertThat(this.rig.server.refreshed()).hasSize(1);
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.token("ada")).isNotNull();
	}

	/**
	 * As Entra does where nobody has consented to a resource.
	 */
	@Test
	void aServerThatRefusesOneResourceWithInvalidGrantLosesNotTheLogin() {
		this.tokens.put("ada", this.rig.login("ada"));
		GrantParameters audit = GrantParameters.builder().resource("https://audit.example").build();
		this.rig.server.next((work) -> new RotatingServer.Reply(400, "{\"error\": \"invalid_grant\"}"));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada", audit)).withMessageContaining("invalid_grant");
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("ada", audit)).withMessageContaining("invalid_grant");
		assertThat(this.rig.heard).isEmpty();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1");
		this.rig.coolDown();
		assertThat(this.tokens.token("ada", audit).accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void aServerThatIsLostWhileItIsFoundOutWhatItRefusedIsLeftAlone() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			this.rig.time.advance(Duration.ofMillis(1));
			return new RotatingServer.Reply(400, "{\"error\": \"invalid_grant\"}");
		});
		this.rig.server.next((work) -> {
			this.rig.time.advance(Duration.ofMillis(1));
			return null;
		});
		GrantParameters audit = GrantParameters.builder().resource("https://audit.example").build();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada", audit)).withMessageContaining("invalid_grant");
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("grace"));
		assertThat(this.rig.server.refreshed()).hasSize(2);
	}

	@Test
	void aLoginThatTheServerEndedIsFoundOutByAnyResource() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.end("ada");
		assertFails(Kind.OAUTH_ERROR,
				() -> this.tokens.token("ada", GrantParameters.builder().resource("https://audit.example").build()));
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("nothing was sent");
	}

	@Test
	void anotherErrorLosesNothing() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		for (String error : List.of("invalid_client", "invalid_scope", "temporarily_unavailable")) {
			this.rig.server.next((work) -> new RotatingServer.Reply(400, "{\"error\": \"" + error + "\"}"));
			assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining(error);
			this.rig.time.advance(Duration.ofSeconds(30));
		}
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.heard).containsExactly("refreshed app ada");
	}

	@Test
	void aTokenThatHasNotExpiredYetIsGivenWhileTheServerIsDown() {
		this.rig.server.expiresIn = 600;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofSeconds(599));
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.tokens.token("ada").accessToken()).as("while nothing is sent").isEqualTo("access-ada-1");
		this.rig.time.advance(Duration.ofSeconds(1));
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		assertFails(Kind.UNEXPECTED_STATUS, () -> this.tokens.token("ada"));
		this.rig.time.advance(Duration.ofSeconds(2));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aRequestThatNeverReachedTheServerCostsNothing() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> null);
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void anAnswerThatIsLostCostsTheLoginIfTheServerIsStrict() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.loseNextAnswer();
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.rig.heard).isEmpty();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada"));
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1");
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
	}

	@Test
	void anAnswerThatIsLostCostsNothingIfTheServerTakesTheRefreshTokenAgain() {
		this.rig.server.rotates = false;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.loseNextAnswer();
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

	// The server has taken the old one by then.
	@ParameterizedTest
	@ValueSource(strings = { "{\"refresh_token\": \"%s\"}", "{\"access_token\": 1, \"refresh_token\": \"%s\"}",
			"{\"access_token\": \"a\", \"token_type\": \"mac\", \"refresh_token\": \"%s\"}",
			"{\"access_token\": \"a\", \"token_type\": \"Bearer\", \"expires_in\": -1, \"refresh_token\": \"%s\"}",
			"{\"access_token\": \"a\", \"token_type\": \"DPoP\", \"refresh_token\": \"%s\"}" })
	void theRefreshTokenOfAnAnswerThatIsGoodForNothingElseIsKept(String answer) {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			String rotated = work.get().body().replaceAll(".*\"(refresh-ada-\\d+)\".*", "$1");
			return new RotatingServer.Reply(200, answer.formatted(rotated));
		});
		assertFails(Kind.MALFORMED_RESPONSE, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.rig.tokens(this.store).token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no JSON", "[]", "{\"refresh_token\": 5}", "{\"refresh_token\": \" \"}" })
	void anAnswerOfGarbageChangesNothing(String answer) {
		this.rig.server.rotates = false;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> new RotatingServer.Reply(200, answer));
		assertFails(Kind.MALFORMED_RESPONSE, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void anIdTokenThatIsRefusedCostsTheAccessTokenButNotTheRefreshToken() {
		this.rig.server.givesIdTokens = true;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			String body = work.get().body();
			String forged = body.replaceFirst("\\.[A-Za-z0-9_-]+\"", ".AAAA\"");
			assertThat(forged).isNotEqualTo(body);
			return new RotatingServer.Reply(200, forged);
		});
		assertFails(Kind.ID_TOKEN_REFUSED, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		TokenEndpointResponse token = this.tokens.token("ada");
		assertThat(token.accessToken()).isEqualTo("access-ada-3");
		assertThat(token.claims().getSubject()).isEqualTo("ada");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
	}

	@Test
	void keysThatCannotBeFetchedCostTheAccessTokenButNotTheRefreshToken() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.givesIdTokens = true;
		this.rig.server.jwksStatus = 503;
		this.rig.expire();
		assertThat(catchThrowable(() -> this.tokens.token("ada"))).isNotNull();
		this.rig.server.jwksStatus = 200;
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
	}

	@Test
	void anIdTokenOfAnotherUserIsRefusedAfterARestartToo() {
		this.rig.server.givesIdTokens = true;
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse grace = this.rig.login("grace");
		this.rig.expire();
		this.rig.server.next((work) -> new RotatingServer.Reply(200,
				work.get()
					.body()
					.replaceFirst("\"id_token\":\"[^\"]+\"", "\"id_token\":\"" + this.rig.idToken("grace") + "\"")));
		assertFails(Kind.ID_TOKEN_REFUSED, () -> this.rig.tokens(this.store).token("ada")).withMessageContaining("sub");
		assertThat(grace.accessToken()).startsWith("access-grace");
		assertThat(this.tokens.token("ada").accessToken()).startsWith("access-ada");
	}

	@Test
	void listenersThatThrowChangeNothing() {
		ManagedTokenListener throwing = new ThrowingListener();
		this.tokens.listen(throwing);
		List<String> after = new ArrayList<>();
		this.tokens.listen(new ManagedTokenListener() {

			@Override
			public void refreshed(String registrationId, String name) {
				after.add(name);
			}

		});
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.server.end("ada");
		this.rig.expire();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("invalid_grant");
		assertThat(after).containsExactly("ada");
		assertThat(this.rig.heard).containsExactly("refreshed app ada", "lost app ada invalid_grant");
	}

	@Test
	void listenersThatThrowKeepNoSuccessorFromBeingSaved() {
		FaultyStore faulty = new FaultyStore(this.store);
		ManagedTokens unsaved = this.rig.tokens(faulty);
		unsaved.listen(new ThrowingListener());
		unsaved.put("ada", this.rig.login("ada"));
		this.rig.expire();
		faulty.always(FaultyStore.Step.WRITE, FaultyStore.Fault.fails());
		assertThat(unsaved.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(unsaved.status().unsaved()).isOne();
		assertThat(this.rig.heard).containsExactly("unsaved app ada TRANSPORT", "refreshed app ada");
		faulty.recover();
		this.rig.aWhileLater();
		assertThat(unsaved.status().unsaved()).isZero();
		this.rig.expire();
		assertThat(this.rig.tokens(this.store).token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aListenerMayAskForTokens() {
		List<String> got = new ArrayList<>();
		this.tokens.listen(new ManagedTokenListener() {

			@Override
			public void refreshed(String registrationId, String name) {
				got.add(ManagedTokensTests.this.tokens.token(name).accessToken());
			}

		});
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.tokens.token("ada");
		assertThat(got).containsExactly("access-ada-2");
	}

	@Test
	void aTokenThatAnApiRefusesIsReplacedOnceInThirtySeconds() {
		this.rig.server.expiresIn = 3600;
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse first = this.tokens.token("ada");
		assertThat(this.tokens.refused("ada", first)).isTrue();
		TokenEndpointResponse second = this.tokens.token("ada");
		assertThat(second.accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.refused("ada", first)).as("it was replaced already").isTrue();
		assertThat(this.tokens.refused("ada", second)).isFalse();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.time.advance(Duration.ofSeconds(30).minusNanos(1));
		assertThat(this.tokens.refused("ada", second)).isFalse();
		this.rig.time.advance(Duration.ofNanos(1));
		assertThat(this.tokens.refused("ada", second)).isTrue();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).hasSize(2);
	}

	@Test
	void aTokenThatIsRefusedWhileTheServerIsDownIsReplacedNoSooner() {
		this.rig.server.expiresIn = 3600;
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse first = this.tokens.token("ada");
		assertThat(this.tokens.refused("ada", first)).isTrue();
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		for (int i = 0; i < 5; i++) {
			assertThat(this.tokens.token("ada").accessToken()).isEqualTo(first.accessToken());
			assertThat(this.tokens.refused("ada", first)).isFalse();
		}
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	private static final class ThrowingListener implements ManagedTokenListener {

		@Override
		public void refreshed(String registrationId, String name) {
			throw new IllegalStateException(name);
		}

		@Override
		public void lost(String registrationId, String name, GrantException reason) {
			throw new StackOverflowError();
		}

		@Override
		public void unsaved(String registrationId, String name, GrantException reason) {
			throw new IllegalStateException(name);
		}

	}

}
