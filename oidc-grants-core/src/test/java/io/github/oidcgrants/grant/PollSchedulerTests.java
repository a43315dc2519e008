package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The wait for a user's decision, on virtual time.
 */
class PollSchedulerTests {

	private final PollRig rig = new PollRig();

	@Test
	void asksAfterEachIntervalUntilThereIsAToken() {
		this.rig.answers(PollRig.pending(), PollRig.error("slow_down"), PollRig.token());
		CompletableFuture<TokenEndpointResponse> token = this.rig.poll(this.rig.code(600, 5L));
		this.rig.pass(19);
		assertThat(token).isNotDone();
		this.rig.pass(1);
		assertThat(token).isCompletedWithValueMatching((response) -> response.accessToken() != null);
		assertThat(this.rig.askedAfter).extracting(Duration::toSeconds).containsExactly(5L, 10L, 20L);
	}

	@Test
	void endsWhenTheTimeIsUp() {
		CompletableFuture<TokenEndpointResponse> token = this.rig.poll(this.rig.code(12, null));
		this.rig.pass(11);
		assertThat(token).isNotDone();
		this.rig.pass(1);
		assertThat(token).isCompletedExceptionally();
		assertThat(catchThrowable(token::join).getCause()).hasMessageContaining("asked 2 times")
			.hasMessageContaining("client 'client'");
		assertThat(this.rig.askedAfter).hasSize(2);
	}

}
