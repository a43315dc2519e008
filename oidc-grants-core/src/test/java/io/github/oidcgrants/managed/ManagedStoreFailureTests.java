package io.github.oidcgrants.managed;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.FaultyStore.Fault;
import io.github.oidcgrants.managed.FaultyStore.Step;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A store that fails at each step: what is sent, what is kept, what the caller gets, and
 * what listener and log hear.
 */
class ManagedStoreFailureTests {

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(ManagedTokens.class);

	private static final GrantParameters READ = GrantParameters.builder().scope("read").build();

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ManagedTokenStore backing = ManagedTokenStore.inMemory();

	private final FaultyStore store = new FaultyStore(this.backing);

	private final ManagedTokens tokens = this.rig.tokens(this.store);

	private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

	@BeforeEach
	void listenToTheLog() {
		this.logged.start();
		LOGGER.setLevel(Level.INFO);
		LOGGER.addAppender(this.logged);
	}

	@AfterEach
	void noSecretWasLogged() {
		LOGGER.setLevel(null);
		LOGGER.detachAppender(this.logged);
		assertThat(this.logged.list).extracting(ILoggingEvent::getFormattedMessage)
			.noneMatch((message) -> message.contains("-ada-"));
	}

	private List<String> log() {
		return this.logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	private ManagedTokens otherProcess() {
		return this.rig.tokens(this.backing);
	}

	@ParameterizedTest
	@EnumSource(value = Step.class, names = { "LOAD", "LEASE" })
	void nothingIsSentWhileTheStoreCannotBeReadOrLeased(Step step) {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		for (Fault fault : List.of(Fault.fails(), Fault.isDoneButFails(), Fault.breaks())) {
			this.store.next(step, fault);
			GrantException failure = catchThrowableOfType(GrantException.class, () -> this.tokens.token("ada"));
			assertThat(failure.kind()).isEqualTo(Kind.TRANSPORT);
			assertThat(failure).hasMessageContaining("The store of managed tokens could not be")
				.hasMessageNotContaining("-ada-")
				.hasStackTraceContaining("GrantException");
			for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
				assertThat(cause.toString()).doesNotContain("-ada-");
			}
		}
		assertThat(this.rig.server.refreshed()).isEmpty();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.heard).containsExactly("refreshed app ada");
	}

	@Test
	void whatGoesWrongIsCountedAndSaidOnceAMinuteNotOnceACall() {
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.status()).isEqualTo(new ManagedTokensStatus(0, 0, 0, null));
		this.rig.expire();
		this.store.always(Step.LOAD, Fault.fails());
		for (int i = 1; i <= 59; i++) {
			assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
			this.rig.time.advance(Duration.ofSeconds(1));
			assertThat(this.tokens.status().failures()).isEqualTo(i);
		}
		assertThat(this.tokens.status().lastError()).contains("could not be read (java.lang.IllegalStateException)");
		assertThat(log()).singleElement().asString().contains("'app'", "could not be read");
		this.rig.time.advance(Duration.ofSeconds(1));
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		assertThat(log()).hasSize(2);
		this.store.recover();
		this.tokens.token("ada");
		assertThat(this.tokens.status().refreshed()).isOne();
	}

	@Test
	void aRefreshAheadThatFailsIsSaidOnceAMinute() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofMinutes(4));
		this.store.always(Step.LEASE, Fault.fails());
		for (int i = 0; i < 29; i++) {
			assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
			this.rig.time.advance(Duration.ofSeconds(1));
		}
		assertThat(this.tokens.status().failures()).isEqualTo(29);
		assertThat(log()).singleElement().asString().contains("'app'", "cannot be refreshed");
	}

	@Test
	void aTokenThatIsFreshNeedsNoStore() {
		this.tokens.put("ada", this.rig.login("ada"));
		for (Step step : Step.values()) {
			this.store.always(step, Fault.fails());
		}
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
	}

	@Test
	void aTokenThatHasNotExpiredYetIsGivenWhileTheStoreIsDown() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofSeconds(299));
		this.store.always(Step.LEASE, Fault.fails());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.rig.server.refreshed()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\u0002{}", "\u0001", "\u0001{", "\u0001[]", "\u0001{} {}", "\u0001{\"tokens\": {}}",
			"\u0001null" })
	void whatIsNoEntryIsNotSentAndANewLoginReplacesIt(String garbage) {
		this.tokens.put("ada", this.rig.login("ada"));
		String key = key();
		this.rig.expire();
		assertThat(this.backing.compareAndSet(key, this.backing.load(key).revision(),
				new ManagedTokenStore.Entry("r", garbage.getBytes(StandardCharsets.UTF_8)), Duration.ofDays(1)))
			.isTrue();
		for (int i = 0; i < 5; i++) {
			assertMisconfigured("Log in again", () -> this.tokens.token("ada"));
		}
		assertThat(this.rig.server.refreshed()).isEmpty();
		assertThat(this.tokens.status().failures()).isEqualTo(5);
		assertThat(this.tokens.status().lastError()).contains("cannot be read");
		assertThat(log()).singleElement().asString().contains("'app'", "cannot be read");
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(otherProcess().token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	private String key() {
		String[] key = new String[1];
		ManagedTokenStore spy = new FaultyStore(this.backing) {

			@Override
			public Entry load(String name) {
				key[0] = name;
				return super.load(name);
			}

		};
		this.rig.tokens(spy).token("ada");
		return key[0];
	}

	/**
	 * The server has taken the old refresh token, and the new one is nowhere but here.
	 */
	@Test
	void aSuccessorThatCannotBeWrittenIsHeldRetriedAndWritten() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.always(Step.WRITE, Fault.fails());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.status().unsaved()).isOne();
		assertThat(this.rig.heard).containsExactly("unsaved app ada TRANSPORT", "refreshed app ada");
		this.rig.aWhileLater();
		this.rig.aWhileLater();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.heard).hasSize(2);
		assertThat(log()).hasSize(1).first().asString().contains("held in memory only");
		assertThat(this.tokens.status().unsaved()).isOne();
		assertThat(this.rig.later).hasSize(1);
		this.store.recover();
		this.rig.aWhileLater();
		assertThat(this.tokens.status().unsaved()).isZero();
		assertThat(this.rig.later).isEmpty();
		assertThat(log()).hasSize(2).last().asString().contains("is in the store now");
		assertThat(otherProcess().token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.expire();
		assertThat(otherProcess().token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void theEndOfTheProcessIsTheLastTimeThatWritingIsTried() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.always(Step.WRITE, Fault.fails());
		this.tokens.token("ada");
		this.tokens.close();
		assertThat(log()).last().asString().contains("(1 of them)", "not written now that the end has come");
		assertThat(this.tokens.status().unsaved()).isOne();
		this.store.recover();
		this.tokens.close();
		assertThat(log()).last().asString().contains("is in the store now");
		assertThat(otherProcess().token("ada").accessToken()).isEqualTo("access-ada-2");
		this.tokens.close();
		assertThat(log()).hasSize(3);
	}

	@Test
	void nothingIsSentWhileASuccessorWaitsToBeWritten() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.always(Step.WRITE, Fault.breaks());
		this.tokens.token("ada");
		this.rig.expire();
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada", READ));
		assertThat(this.rig.server.refreshed()).hasSize(1);
		this.store.recover();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
		assertThat(this.tokens.status().unsaved()).isZero();
		this.rig.aWhileLater();
		assertThat(this.rig.later).isEmpty();
	}

	/**
	 * Else it would send the refresh token that the server has taken already.
	 */
	@Test
	void anotherProcessWaitsWhileASuccessorIsHeldInMemory() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.always(Step.WRITE, Fault.fails());
		this.tokens.token("ada");
		ManagedTokens other = this.rig.tokens(this.backing, Runnable::run, (nanos) -> {
			this.store.recover();
			this.rig.aWhileLater();
		});
		assertThat(other.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@Test
	void aSuccessorIsHeldThroughTenThousandOtherNames() {
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse other = this.rig.login("grace");
		this.rig.expire();
		this.store.next(Step.WRITE, Fault.fails(), Fault.fails());
		this.tokens.token("ada");
		for (int i = 0; i < 10_500; i++) {
			this.tokens.put("other-" + i, other);
		}
		System.gc();
		assertThat(this.tokens.status().unsaved()).isOne();
		this.rig.expire();
		assertThat(this.tokens.token("ada").accessToken()).startsWith("access-ada");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-3");
	}

	@Test
	void aSuccessorThatWasWrittenAlthoughTheStoreSaidNoIsFoundThere() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.next(Step.WRITE, Fault.isDoneButFails());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.status().unsaved()).isZero();
		assertThat(otherProcess().token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.expire();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void anAccessTokenThatCannotBeWrittenIsGivenHere() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.next(Step.WRITE, Fault.none(), Fault.fails());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.status().unsaved()).isZero();
		assertThat(this.rig.heard).containsExactly("refreshed app ada");
		assertThat(otherProcess().token("ada").accessToken()).isEqualTo("access-ada-3");
		this.rig.expire();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-4");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aLeaseThatCannotBeGivenBackEndsByItself() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.store.next(Step.RELEASE, Fault.fails());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(log()).hasSize(1).first().asString().contains("until the lease ends by itself");
		this.rig.expire();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void aNewLoginThatCannotBeWrittenIsHeldToo() {
		for (Step step : List.of(Step.LOAD, Step.WRITE)) {
			this.store.always(step, Fault.fails());
			this.tokens.put("ada", this.rig.login("ada"));
			assertThat(this.tokens.status().unsaved()).isOne();
			String token = this.tokens.token("ada").accessToken();
			this.store.recover();
			this.rig.aWhileLater();
			assertThat(this.tokens.status().unsaved()).isZero();
			assertThat(otherProcess().token("ada").accessToken()).isEqualTo(token);
		}
		assertThat(this.rig.heard).containsExactly("unsaved app ada TRANSPORT", "unsaved app ada TRANSPORT");
	}

	@Test
	void aNewLoginThatIsWrittenLateDoesNotReplaceALaterOne() {
		this.store.always(Step.LOAD, Fault.fails());
		this.tokens.put("main", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofSeconds(1));
		otherProcess().put("main", this.rig.login("grace"));
		this.store.recover();
		this.rig.aWhileLater();
		assertThat(this.tokens.status().unsaved()).isZero();
		assertThat(log()).noneMatch((line) -> line.contains("is in the store now"));
		assertThat(otherProcess().token("main").accessToken()).startsWith("access-grace");
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
	}

	@Test
	void whatCannotBeDeletedIsSaidToBeThereStill() {
		this.tokens.put("ada", this.rig.login("ada"));
		for (Step step : List.of(Step.LOAD, Step.DELETE)) {
			this.store.next(step, Fault.fails());
			assertFails(Kind.TRANSPORT, () -> this.tokens.forget("ada")).withMessageContaining("could not be");
		}
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		this.tokens.forget("ada");
		assertMisconfigured("no tokens under that name", () -> this.tokens.token("ada"));
	}

	@Test
	void aLoginIsNotDeclaredLostWhileTheStoreCannotSayWhetherItWasReplaced() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.end("ada");
		this.rig.expire();
		this.store.next(Step.LOAD, Fault.none(), Fault.fails());
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		assertThat(this.rig.heard).isEmpty();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada"));
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
	}

	@Test
	void aLoginWhoseLossCannotBeWrittenIsAskedForNoMoreAllTheSame() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.end("ada");
		this.rig.expire();
		this.store.next(Step.WRITE, Fault.fails());
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada"));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("nothing was sent");
		assertFails(Kind.OAUTH_ERROR, () -> otherProcess().token("ada")).withMessageContaining("nothing was sent");
		assertThat(this.rig.server.refreshed()).hasSize(1);
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
	}

	@Test
	void aStoreThatNeverLetsAnyoneWriteIsNotAskedForever() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		ManagedTokens stuck = this.rig.tokens(new FaultyStore(this.backing) {

			@Override
			public boolean compareAndSet(String key, String expectedRevision, Entry next, Duration timeToLive) {
				return false;
			}

			@Override
			public boolean delete(String key, String expectedRevision) {
				return false;
			}

		});
		assertThat(stuck.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(stuck.status().unsaved()).isOne();
		stuck.put("grace", this.rig.login("grace"));
		assertThat(stuck.status().unsaved()).isEqualTo(2);
		assertFails(Kind.TRANSPORT, () -> stuck.forget("ada"));
	}

}
