package io.github.oidcgrants.grant;

import java.io.Serial;
import java.time.Duration;
import java.util.Map;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.Members;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * The error {@code slow_down} (RFC 8628 section 3.5), with the interval that some servers
 * send along with it.
 */
final class SlowDownError extends OAuth2Error {

	static final String CODE = "slow_down";

	@Serial
	private static final long serialVersionUID = 1L;

	private final @Nullable Duration interval;

	private SlowDownError(OAuth2Error error, @Nullable Duration interval) {
		super(error.getErrorCode(), error.getDescription(), error.getUri());
		this.interval = interval;
	}

	static SlowDownError of(OAuth2Error error, Map<String, @Nullable Object> body) {
		try {
			return new SlowDownError(error, new Members(body, GrantException::misconfigured).pause("interval"));
		}
		catch (GrantException ex) {
			// What cannot be read says no more than the error itself.
			return new SlowDownError(error, null);
		}
	}

	@Nullable Duration interval() {
		return this.interval;
	}

}
