package io.github.oidcgrants.keycloak;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a refusal by the server must be like.
 */
final class Failures {

	private Failures() {
	}

	/**
	 * Asserts that a call is refused by the server.
	 * @param status the HTTP status
	 * @param error the OAuth error
	 * @param call the call
	 * @return what it threw
	 */
	static GrantException assertRefused(int status, String error, ThrowingCallable call) {
		GrantException ex = catchThrowableOfType(GrantException.class, call);
		assertThat(ex).isNotNull();
		assertThat(ex.kind()).as(ex.getMessage()).isEqualTo(Kind.OAUTH_ERROR);
		assertThat(ex.getError().getErrorCode()).as(ex.getMessage()).isEqualTo(error);
		assertThat(ex.statusCode()).isEqualTo(status);
		return ex;
	}

}
