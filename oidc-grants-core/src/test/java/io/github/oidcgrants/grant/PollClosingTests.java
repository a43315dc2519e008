package io.github.oidcgrants.grant;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.testing.Refusals;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Closing ends every poll, whatever its phase.
 */
class PollClosingTests {

	private final PollRig rig = new PollRig(1);

	@AfterEach
	void nothingIsLeft() {
		this.rig.pass(600);
		assertThat(this.rig.left()).isEqualTo("PollScheduler[waiting=0, asking=0]");
	}

	@Test
	void whileTheyWait() {
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.polls.close();
		this.rig.polls.close();
		assertCancelled(poll);
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
	}

	@Test
	void inLineAndOnTheWayToTheExecutor() {
		CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.rig.code(600, 5L));
		CompletableFuture<TokenEndpointResponse> second = this.rig.poll(this.rig.code(600, 5L));
		this.rig.passWithoutWork(5);
		this.rig.polls.close();
		assertCancelled(first);
		assertCancelled(second);
		this.rig.pass(600);
		assertThat(this.rig.asked()).isEmpty();
	}

	@Test
	void withARequestUnderWayWhoseTokenIsForNobody() {
		this.rig.during(this.rig.polls::close, PollRig.token());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(600);
		assertCancelled(poll);
		assertThat(this.rig.received).isEmpty();
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void withARequestUnderWayThatBringsNothing() {
		this.rig.during(this.rig.polls::close, PollRig.pending());
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(600);
		assertCancelled(poll);
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void fromACallbackOfAnother() {
		this.rig.answers(PollRig.token());
		CompletableFuture<TokenEndpointResponse> first = this.rig.poll(this.rig.code(600, 5L));
		CompletableFuture<Void> closed = first.thenRun(this.rig.polls::close);
		CompletableFuture<TokenEndpointResponse> second = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(600);
		assertThat(closed).isCompleted();
		assertCancelled(second);
		assertThat(this.rig.asked()).hasSize(1);
	}

	@Test
	void aPingComesToNothing() {
		BackchannelAuthenticationResponse request = this.rig.request("request-1", 600);
		CompletableFuture<TokenEndpointResponse> poll = this.rig.poll(request);
		this.rig.polls.close();
		this.rig.ping(request);
		assertCancelled(poll);
		this.rig.pass(60);
		assertThat(this.rig.asked()).isEmpty();
	}

	@Test
	void noPollBeginsAfterwards() {
		this.rig.polls.close();
		Refusals.assertMisconfigured("closed", () -> this.rig.begin(this.rig.code(600, 5L)));
	}

	private static void assertCancelled(CompletableFuture<TokenEndpointResponse> poll) {
		assertThat(poll).isCancelled();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(poll::join);
	}

}
