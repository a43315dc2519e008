package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.managed.FaultyStore.Fault;
import io.github.oidcgrants.managed.FaultyStore.Step;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What another process does in the very middle of a refresh, each time in the same place.
 */
class ManagedRaceTests {

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ManagedTokenStore backing = new InMemoryManagedTokenStore(this.rig.time::nanoTime);

	private final FaultyStore store = new FaultyStore(this.backing);

	private final ManagedTokens tokens = this.rig.tokens(this.store);

	private final ManagedTokens other = this.rig.tokens(this.backing);

	private void expired(String user) {
		this.tokens.put("main", this.rig.login(user));
		this.rig.expire();
	}

	private void graceLogsIn() {
		this.other.put("main", this.rig.login("grace"));
	}

	private void whileTheServerAnswers(Runnable work) {
		this.rig.server.next((server) -> {
			var answer = server.get();
			work.run();
			return answer;
		});
	}

	private void assertGraceHasIt() {
		for (ManagedTokens any : List.of(this.tokens, this.other, this.rig.tokens(this.backing))) {
			assertThat(any.token("main").accessToken()).startsWith("access-grace");
		}
		this.rig.expire();
		for (ManagedTokens any : List.of(this.tokens, this.other, this.rig.tokens(this.backing))) {
			assertThat(any.token("main").accessToken()).startsWith("access-grace");
		}
		assertThat(this.rig.server.refused).hasValue(0);
		assertThat(this.rig.heard).allMatch("refreshed app main"::equals);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aLoginThatIsHandedOverWhileTheServerAnswersWins(boolean rotates) {
		this.rig.server.rotates = rotates;
		expired("ada");
		whileTheServerAnswers(this::graceLogsIn);
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
		assertGraceHasIt();
	}

	@Test
	void aLoginThatIsHandedOverBeforeTheAccessTokenIsWrittenWins() {
		expired("ada");
		this.store.next(Step.WRITE, Fault.none(), Fault.before(this::graceLogsIn));
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
		assertGraceHasIt();
	}

	@Test
	void aLoginThatIsHandedOverWhileASuccessorIsHeldInMemoryWins() {
		expired("ada");
		this.store.next(Step.WRITE, Fault.fails(), Fault.fails());
		this.tokens.token("main");
		graceLogsIn();
		this.rig.aWhileLater();
		assertThat(this.tokens.status().unsaved()).isZero();
		assertThat(this.other.token("main").accessToken()).startsWith("access-grace");
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
	}

	@Test
	void aLoginThatIsForgottenWhileTheServerAnswersStaysForgotten() {
		expired("ada");
		whileTheServerAnswers(() -> this.other.forget("main"));
		assertForgotten();
	}

	@Test
	void aLoginThatIsForgottenBeforeTheAccessTokenIsWrittenStaysForgotten() {
		expired("ada");
		this.store.next(Step.WRITE, Fault.none(), Fault.before(() -> this.other.forget("main")));
		assertForgotten();
	}

	private void assertForgotten() {
		for (ManagedTokens any : List.of(this.tokens, this.tokens, this.other, this.rig.tokens(this.backing))) {
			assertMisconfigured("no tokens under that name", () -> any.token("main"));
		}
		assertThat(this.rig.server.refreshed()).hasSize(1);
		assertThat(this.tokens.status().unsaved()).isZero();
	}

	@Test
	void aLoginThatIsForgottenWhileItsSuccessorIsHeldInMemoryStaysForgotten() {
		expired("ada");
		this.store.next(Step.WRITE, Fault.fails(), Fault.fails());
		this.tokens.token("main");
		this.other.forget("main");
		this.rig.aWhileLater();
		assertThat(this.tokens.status().unsaved()).isZero();
		assertMisconfigured("no tokens under that name", () -> this.tokens.token("main"));
	}

	@Test
	void theTokenOfAFasterProcessIsUsedWhereTheLeaseEndedInTheMiddle() {
		this.rig.server.reuseEndsTheLogin = false;
		expired("ada");
		List<String> theirs = new ArrayList<>();
		this.rig.server.next((server) -> {
			this.rig.time.advance(ManagedRig.TIMEOUT.multipliedBy(4));
			theirs.add(this.other.token("main").accessToken());
			return server.get();
		});
		assertThat(this.tokens.token("main").accessToken()).isEqualTo(theirs.get(0));
		assertThat(this.rig.server.refused).hasValue(1);
		assertThat(this.rig.heard).containsExactly("refreshed app main");
	}

	@Test
	void theAnswerThatCameFirstToTheStoreWinsWhereTheLeaseEndedInTheMiddle() {
		this.rig.server.rotates = false;
		expired("ada");
		whileTheServerAnswers(() -> {
			this.rig.time.advance(ManagedRig.TIMEOUT.multipliedBy(4));
			this.other.token("main");
		});
		assertThat(this.tokens.token("main").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.tokens(this.backing).token("main").accessToken()).startsWith("access-ada");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aNewLoginIsNotDeclaredLostForTheSakeOfAnOldOne() {
		expired("ada");
		this.rig.server.end("ada");
		this.store.next(Step.WRITE, Fault.before(this::graceLogsIn));
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
		assertThat(this.rig.heard).isEmpty();
		assertThat(this.other.token("main").accessToken()).startsWith("access-grace");
	}

	@Test
	void aLoginThatWasForgottenIsNotWrittenDownAsLost() {
		expired("ada");
		this.rig.server.end("ada");
		this.store.next(Step.WRITE, Fault.before(() -> this.other.forget("main")));
		assertMisconfigured("no tokens under that name", () -> this.tokens.token("main"));
		assertThat(this.rig.heard).isEmpty();
	}

	@Test
	void whoHoldsASuccessorInMemoryRescuesALoginThatAnotherProcessGaveUp() {
		this.rig.server.reuseEndsTheLogin = false;
		expired("ada");
		this.store.next(Step.WRITE, Fault.fails(), Fault.fails());
		this.tokens.token("main");
		this.rig.time.advance(ManagedRig.TIMEOUT.multipliedBy(4));
		assertFails(Kind.OAUTH_ERROR, () -> this.other.token("main")).withMessageContaining("invalid_grant");
		this.rig.aWhileLater();
		assertThat(this.other.token("main").accessToken()).isEqualTo("access-ada-2");
		this.rig.expire();
		assertThat(this.other.token("main").accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void loginsThatReplaceEachOtherWithoutEndAreNoEndlessLoop() {
		expired("ada");
		for (int i = 0; i < 3; i++) {
			whileTheServerAnswers(() -> {
				graceLogsIn();
				this.rig.expire();
			});
		}
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("main")).withMessageContaining("again and again");
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
	}

	@Test
	void anOwnerOfTheLeaseThatDiedIsWaitedForUntilItsLeaseEnds() {
		expired("ada");
		this.rig.server.next((work) -> null);
		this.store.next(Step.RELEASE, Fault.fails());
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("main"));
		var before = this.rig.time.instant();
		assertThat(this.other.token("main").accessToken()).isEqualTo("access-ada-2");
		assertThat(Duration.between(before, this.rig.time.instant())).isEqualTo(ManagedRig.TIMEOUT.multipliedBy(4));
	}

	@Test
	void aLoginIsHandedOverWhileAnotherProcessHasTheLease() {
		expired("ada");
		this.rig.server.next((work) -> null);
		this.store.next(Step.RELEASE, Fault.fails());
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("main"));
		TokenEndpointResponse grace = this.rig.login("grace");
		AtomicReference<ManagedTokens> waiting = new AtomicReference<>();
		waiting.set(this.rig.tokens(this.backing, Runnable::run, (nanos) -> {
			// On a thread that does not have the lock already.
			CompletableFuture.runAsync(() -> waiting.get().put("main", grace)).orTimeout(20, TimeUnit.SECONDS).join();
		}));
		assertThat(waiting.get().token("main").accessToken()).startsWith("access-grace");
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@Test
	void anOwnerThatKeepsTheLeaseIsNotWaitedForForever() {
		expired("ada");
		ManagedTokens waiting = this.rig.tokens(new FaultyStore(this.backing) {

			@Override
			public boolean acquireLease(String key, String owner, Duration time) {
				assertThat(ManagedRaceTests.this.backing.acquireLease(key, "another", time)).isTrue();
				return super.acquireLease(key, owner, time);
			}

		});
		assertFails(Kind.TIMEOUT, () -> waiting.token("main")).withMessageContaining("Another process");
		assertThat(this.rig.server.refreshed()).isEmpty();
	}

}
