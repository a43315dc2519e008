package io.github.oidcgrants.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;

import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is kept of logins, and what is shown of them.
 */
class LoginsTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private final CompletableFuture<TokenEndpointResponse> tokens = new CompletableFuture<>();

	private final Progress progress = new Progress();

	private final Login<String> login = login(this.tokens, this.progress);

	private static Login<String> login(CompletableFuture<TokenEndpointResponse> tokens, Progress progress) {
		return new Login<>("pending", Duration.ofSeconds(5), () -> Duration.ofSeconds(90), progress, tokens);
	}

	@Test
	void theOldestIsForgottenAndNotWaitedForAnyMore() {
		Logins<String> logins = new Logins<>();
		int first = logins.number();
		logins.keep(first, this.login);
		for (int i = 1; i < Logins.KEPT; i++) {
			logins.keep(logins.number(), login(new CompletableFuture<>(), new Progress()));
		}
		assertThat(logins.get(first)).isSameAs(this.login);

		int last = logins.number();
		logins.keep(last, login(new CompletableFuture<>(), new Progress()));

		assertThat(this.tokens).isCancelled();
		assertThat(logins.get(last).tokens()).isNotDone();
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> logins.get(first))
			.withMessageContaining("404");
	}

	@Test
	void showsHowOftenTheServerWasAskedAndWhatItSaid() {
		GrantException trouble = GrantException.of(Kind.TIMEOUT, "No answer");
		tell(Event.ASKING, 1, null);
		tell(Event.PENDING, 1, null);
		tell(Event.ASKING, 2, null);
		tell(Event.SLOWED_DOWN, 2, null);
		tell(Event.ASKING, 3, null);
		tell(Event.RETRYING, 3, trouble);

		LoginStatus status = this.login.status();

		assertThat(status.state()).isEqualTo("pending");
		assertThat(status.asked()).isEqualTo(3);
		assertThat(status.slowedDown()).isEqualTo(1);
		assertThat(status.retried()).isEqualTo(1);
		assertThat(status.waiting()).isEqualTo(new LoginStatus.Waiting(10, 0L, 90));
		assertThat(status.reason()).isEqualTo("No answer");
	}

	private void tell(Event event, int asked, GrantException reason) {
		this.progress.onProgress(new PollingProgress(event, asked, Duration.ofSeconds(10),
				(event != Event.ASKING) ? NOW : null, NOW.plusSeconds(300), reason));
	}

	@Test
	void oneThatExpiredIsNotOneThatWasDenied() {
		this.tokens.completeExceptionally(GrantException.expiredToken("Too late", null));

		LoginStatus status = this.login.status();

		assertThat(status.state()).isEqualTo("expired");
		assertThat(status.error()).isEqualTo("expired_token");
		assertThat(status.reason()).isEqualTo("Too late");
		assertThat(status.waiting()).isNull();
	}

	@Test
	void anyOtherEndIsAFailure() {
		this.tokens.completeExceptionally(GrantException.of(Kind.ID_TOKEN_REFUSED, "Not its signature"));

		assertThat(this.login.status().state()).isEqualTo("failed");
		assertThat(this.login.status().error()).isEqualTo("id_token_refused");
	}

	@Test
	void oneThatWasGivenUpSaysSo() {
		this.tokens.cancel(false);

		assertThat(this.login.status().state()).isEqualTo("cancelled");
	}

}
