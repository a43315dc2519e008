package io.github.oidcgrants.idtoken;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

/**
 * Words for why an ID token is not believed. What the token says is quoted only cleaned.
 */
final class IdTokenRefused {

	private IdTokenRefused() {
	}

	static GrantException because(String reason) {
		return GrantException.of(Kind.ID_TOKEN_REFUSED, "The ID token is refused: " + reason);
	}

	static String quote(@Nullable Object value) {
		return "'" + new Redactor().clean(String.valueOf(value)) + "'";
	}

}
