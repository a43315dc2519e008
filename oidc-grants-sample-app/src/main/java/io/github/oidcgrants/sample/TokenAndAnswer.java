package io.github.oidcgrants.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * What the demo endpoints answer: the token, masked, and what the API said to it.
 *
 * @param tokenType the token's type
 * @param accessToken the token's first characters
 * @param expiresIn for how many seconds it is still valid
 * @param scope the scopes that were granted
 * @param keptFromBefore whether the token was there already, so that nobody asked for it
 * @param api what the API answered
 */
record TokenAndAnswer(String tokenType, String accessToken, @Nullable Long expiresIn, Set<String> scope,
		boolean keptFromBefore, ApiAnswer api) {

	static TokenAndAnswer of(TokenEndpointResponse token, Instant asked, ApiAnswer answer) {
		Duration expiresIn = token.expiresIn();
		return new TokenAndAnswer(token.tokenType(), Mask.mask(token.accessToken()),
				(expiresIn != null) ? expiresIn.toSeconds() : null, token.scopes(), token.issuedAt().isBefore(asked),
				answer);
	}

}
