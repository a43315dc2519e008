package io.github.oidcgrants.grant;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A poll whose future is completed from outside: however that is done, and in whatever
 * phase, nothing is asked from then on and nothing is left of it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollEndedOutsideTests {

	private static final String NOTHING = "PollScheduler[waiting=0, asking=0]";

	private final PollRig rig = new PollRig(1).otherwise((uri) -> PollRig.token());

	private CompletableFuture<TokenEndpointResponse> poll;

	@ParameterizedTest
	@EnumSource
	void whileItWaits(End end) {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(4);
		end.of(poll);
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
		assertEnded(poll, end);
	}

	@ParameterizedTest
	@EnumSource
	void whileItIsInLine(End end) {
		CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.rig.code(600, 5L));
		CompletableFuture<TokenEndpointResponse> second = this.rig.poll(this.rig.code(600, 5L));
		this.rig.passWithoutWork(5);
		end.of(second);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=1]");
		this.rig.pass(600);
		assertThat(this.rig.asked()).containsExactly("device-code-1");
		assertThat(first).isCompleted();
		assertEnded(second, end);
		assertThat(this.rig.left()).isEqualTo(NOTHING);
	}

	@ParameterizedTest
	@EnumSource
	void beforeTheExecutorComesToIt(End end) {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.passWithoutWork(5);
		end.of(poll);
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
		assertEnded(poll, end);
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void withARequestUnderWayThatBringsTheToken(End end) {
		assertEndsWhileAsking(end, PollRig.token());
	}

	@ParameterizedTest
	@EnumSource
	void withARequestUnderWayThatBringsNothing(End end) {
		assertEndsWhileAsking(end, PollRig.pending());
	}

	@ParameterizedTest
	@EnumSource
	void withARequestUnderWayThatIsRefused(End end) {
		assertEndsWhileAsking(end, PollRig.error("access_denied"));
	}

	@ParameterizedTest
	@EnumSource
	void withARequestUnderWayThatIsToBeSentAgainLater(End end) {
		assertEndsWhileAsking(end, PollRig.error(503, "busy").with("Retry-After", "1000000"));
	}

	@ParameterizedTest
	@EnumSource
	void whileTheKeysOfItsIdTokenAreFetched(End end) {
		this.rig.answers(PollRig.idToken("Bearer", "client")).during(() -> end.of(this.poll), PollRig.KEYS);
		this.poll = pollOfIdToken();
		this.rig.pass(600);
		assertThat(this.rig.transport.requests()).containsExactly(PollRig.TOKEN_ENDPOINT, PollRig.JWKS);
		assertThat(this.rig.received).isEmpty();
		assertEnded(this.poll, end);
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void whileTheKeysOfItsIdTokenCannotBeFetched(End end) {
		this.rig.answers(PollRig.idToken("Bearer", "client"))
			.during(() -> end.of(this.poll), PollRig.error(503, "busy"));
		this.poll = pollOfIdToken();
		this.rig.pass(600);
		assertThat(this.rig.transport.requests()).containsExactly(PollRig.TOKEN_ENDPOINT, PollRig.JWKS);
		assertThat(this.rig.progress).extracting(PollingProgress::event).containsExactly(PollingProgress.Event.ASKING);
		assertEnded(this.poll, end);
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void whileItWaitsUntilTheKeysOfItsIdTokenAreThere(End end) {
		this.rig.answers(PollRig.idToken("Bearer", "client"), PollRig.error(503, "busy"))
			.otherwise((uri) -> PollRig.KEYS);
		this.poll = pollOfIdToken();
		this.rig.pass(5 + 9);
		assertThat(this.rig.progress).last()
			.satisfies((last) -> assertThat(last.event()).isEqualTo(PollingProgress.Event.RETRYING));
		end.of(this.poll);
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		this.rig.pass(600);
		assertThat(this.rig.transport.requests()).containsExactly(PollRig.TOKEN_ENDPOINT, PollRig.JWKS);
		assertThat(this.rig.received).isEmpty();
		assertEnded(this.poll, end);
		this.rig.otherwise((uri) -> PollRig.token());
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void whileTheExecutorRejectsIt(End end) {
		this.rig.executor = (task) -> {
			end.of(this.poll);
			throw new RejectedExecutionException("No thread");
		};
		this.poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(5);
		assertEndedUnasked(end);
	}

	@ParameterizedTest
	@EnumSource
	void afterTheExecutorHasRejectedIt(End end) {
		this.rig.executor = (task) -> {
			throw new RejectedExecutionException("No thread");
		};
		this.poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.passWithoutWork(5);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=1, asking=0]");
		end.of(this.poll);
		assertEndedUnasked(end);
	}

	@ParameterizedTest
	@EnumSource
	void whileItWaitsForTheExecutorToTakeIt(End end) {
		this.rig.executor = (task) -> {
			throw new RejectedExecutionException("No thread");
		};
		this.poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(9);
		assertThat(this.rig.progress).extracting(PollingProgress::event)
			.containsExactly(PollingProgress.Event.RETRYING);
		this.rig.progress.clear();
		end.of(this.poll);
		assertEndedUnasked(end);
	}

	// Nor is its listener told that the executor did not take it.
	private void assertEndedUnasked(End end) {
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		this.rig.executor = this.rig.tasks::add;
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
		assertThat(this.rig.progress).isEmpty();
		assertEnded(this.poll, end);
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void byTheListenerThatHearsThatItIsAboutToBeAsked(End end) {
		this.rig.listener = (progress) -> end.of(this.poll);
		this.poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
		assertEnded(this.poll, end);
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void byTheListenerThatHearsTheAnswer(End end) {
		this.rig.answers(PollRig.pending());
		this.rig.listener = (progress) -> {
			if (progress.nextAt() != null) {
				end.of(this.poll);
			}
		};
		this.poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(600);
		assertThat(this.rig.asked()).hasSize(1);
		assertEnded(this.poll, end);
		assertPlaceIsFree();
	}

	@ParameterizedTest
	@EnumSource
	void afterItHasEnded(End end) {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(5);
		end.of(poll);
		assertThat(this.rig.received).hasSize(1);
		assertThat(poll.join()).isEqualTo(this.rig.received.get(0));
		assertPlaceIsFree();
	}

	@Test
	void theFutureOfWhatDependsOnItIsNotThePoll() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		CompletableFuture<String> dependent = poll.thenApply(TokenEndpointResponse::accessToken);
		CompletableFuture<TokenEndpointResponse> copy = poll.copy();
		dependent.cancel(true);
		copy.cancel(true);
		this.rig.pass(5);
		assertThat(poll).isCompleted();
	}

	@Test
	void obtrudingAnOutcomeEndsIt() {
		CompletableFuture<TokenEndpointResponse> one = this.rig.poll(this.rig.code(600, 5L));
		CompletableFuture<TokenEndpointResponse> other = this.rig.poll(this.rig.code(600, 5L));
		one.obtrudeValue(null);
		other.obtrudeException(new IllegalStateException("Enough"));
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
	}

	private CompletableFuture<TokenEndpointResponse> pollOfIdToken() {
		return this.rig.poll(this.rig.verifying(ClientAuthentication.none()), this.rig.code(600, 5L));
	}

	private void assertEndsWhileAsking(End end, StubTransport.Answer answer) {
		this.rig.during(() -> end.of(this.poll), answer);
		this.poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(600);
		assertThat(this.rig.asked()).hasSize(1);
		assertThat(this.rig.received).isEmpty();
		assertEnded(this.poll, end);
		assertPlaceIsFree();
	}

	private void assertPlaceIsFree() {
		assertThat(this.rig.left()).isEqualTo(NOTHING);
		int before = this.rig.asked().size();
		this.rig.listener = (progress) -> {
		};
		CompletableFuture<TokenEndpointResponse> next = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(5);
		assertThat(next).isCompleted();
		assertThat(this.rig.asked()).hasSize(before + 1);
	}

	private static void assertEnded(CompletableFuture<TokenEndpointResponse> poll, End end) {
		assertThat(poll).isDone();
		if (end.failure == null) {
			assertThat(poll.join()).isNull();
		}
		else {
			assertThatThrownBy(poll::get)
				.satisfies((ex) -> assertThat((ex instanceof ExecutionException) ? ex.getCause() : ex)
					.isInstanceOf(end.failure));
		}
	}

	/**
	 * The ways to complete a future.
	 */
	enum End {

		CANCEL(CancellationException.class) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.cancel(true);
			}

		},

		COMPLETE(null) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.complete(null);
			}

		},

		COMPLETE_EXCEPTIONALLY(IllegalStateException.class) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.completeExceptionally(new IllegalStateException("Enough"));
			}

		},

		COMPLETE_ASYNC(null) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.completeAsync(() -> null);
			}

		},

		COMPLETE_ASYNC_HERE(null) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.completeAsync(() -> null, Runnable::run);
			}

		},

		COMPLETE_ASYNC_FAILING(IllegalStateException.class) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.completeAsync(() -> {
					throw new IllegalStateException("Enough");
				}, Runnable::run);
			}

		},

		OR_TIMEOUT(TimeoutException.class) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.orTimeout(1, TimeUnit.NANOSECONDS);
			}

		},

		COMPLETE_ON_TIMEOUT(null) {

			@Override
			void start(CompletableFuture<TokenEndpointResponse> poll) {
				poll.completeOnTimeout(null, 1, TimeUnit.NANOSECONDS);
			}

		};

		private final Class<? extends Throwable> failure;

		End(Class<? extends Throwable> failure) {
			this.failure = failure;
		}

		abstract void start(CompletableFuture<TokenEndpointResponse> poll);

		/**
		 * Ends a poll, and waits until it has.
		 */
		void of(CompletableFuture<TokenEndpointResponse> poll) {
			start(poll);
			poll.handle((token, failure) -> "ended").join();
		}

	}

}
