package io.github.oidcgrants.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * How far a login is.
 *
 * @param state {@code pending}, {@code approved}, {@code denied}, {@code expired},
 * {@code cancelled} or {@code failed}
 * @param asked how often the server was asked
 * @param slowedDown how often it wanted longer intervals
 * @param retried how often it gave no answer that says anything
 * @param waiting when it goes on; {@code null} if it does not
 * @param token the token, masked; {@code null} if there is none
 * @param subject whose login it is, as the validated ID token says; {@code null} if there
 * is none
 * @param error why there is no token; {@code null} as long as there may be one
 * @param reason the same in words, or what the last trouble was
 */
record LoginStatus(String state, int asked, int slowedDown, int retried, @Nullable Waiting waiting,
		@Nullable MaskedToken token, @Nullable String subject, @Nullable String error, @Nullable String reason) {

	static LoginStatus of(Progress progress, Duration interval, Duration expiresIn,
			CompletableFuture<TokenEndpointResponse> tokens) {
		if (!tokens.isDone()) {
			return of("pending", progress, Waiting.of(progress.latest(), interval, expiresIn), null, null,
					progress.trouble());
		}
		try {
			return of("approved", progress, null, tokens.join(), null, null);
		}
		catch (CancellationException ex) {
			return of("cancelled", progress, null, null, null, null);
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof GrantException failure) {
				String error = failure.getError().getErrorCode();
				return of(state(error), progress, null, null, error, failure.getMessage());
			}
			throw ex;
		}
	}

	private static LoginStatus of(String state, Progress progress, @Nullable Waiting waiting,
			@Nullable TokenEndpointResponse token, @Nullable String error, @Nullable String reason) {
		OidcIdToken claims = (token != null) ? token.claims() : null;
		return new LoginStatus(state, progress.count(Event.ASKING), progress.count(Event.SLOWED_DOWN),
				progress.count(Event.RETRYING), waiting, (token != null) ? MaskedToken.of(token) : null,
				(claims != null) ? claims.getSubject() : null, error, reason);
	}

	private static String state(String error) {
		return switch (error) {
			case OAuth2ErrorCodes.ACCESS_DENIED -> "denied";
			case "expired_token" -> "expired";
			default -> "failed";
		};
	}

	/**
	 * When it goes on, in seconds.
	 *
	 * @param interval how long to wait between two questions
	 * @param nextIn how long until the next one; {@code null} before the first one and
	 * while the server is being asked
	 * @param expiresIn how much time is left for the decision
	 */
	record Waiting(long interval, @Nullable Long nextIn, long expiresIn) {

		static Waiting of(@Nullable PollingProgress latest, Duration interval, Duration expiresIn) {
			Instant nextAt = (latest != null) ? latest.nextAt() : null;
			return new Waiting(((latest != null) ? latest.interval() : interval).toSeconds(),
					(nextAt != null) ? Math.max(0, Duration.between(Instant.now(), nextAt).toSeconds()) : null,
					expiresIn.toSeconds());
		}

	}

	/**
	 * A token, without giving it away.
	 *
	 * @param tokenType its type
	 * @param accessToken its first characters
	 * @param expiresIn for how many seconds it is still valid
	 * @param scope the scopes that were granted
	 */
	record MaskedToken(String tokenType, String accessToken, @Nullable Long expiresIn, Set<String> scope) {

		static MaskedToken of(TokenEndpointResponse token) {
			Duration expiresIn = token.expiresIn();
			return new MaskedToken(token.tokenType(), Mask.mask(token.accessToken()),
					(expiresIn != null) ? expiresIn.toSeconds() : null, token.scopes());
		}

	}

}
