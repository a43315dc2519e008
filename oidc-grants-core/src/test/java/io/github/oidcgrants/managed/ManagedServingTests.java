package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.token.TokenServing;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a managed token is given, refreshed ahead of its end, and waited for.
 */
class ManagedServingTests {

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ManagedTokenStore store = ManagedTokenStore.inMemory();

	private final ManagedTokens tokens = this.rig.tokens(this.store);

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
	void aTokenThatIsExpiredWhenItComesIsGivenToWhoAskedForIt() {
		this.rig.server.expiresIn = 0;
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

}
