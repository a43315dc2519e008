package io.github.oidcgrants.testing;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a refusal by the server must be like.
 */
public final class Failures {

	private Failures() {
	}

	/**
	 * Asserts that something under way is refused by the server.
	 * @param status the HTTP status; {@code null} if the client knew without asking
	 * @param error the OAuth error
	 * @param answer what is under way
	 * @return what it ended with
	 */
	public static GrantException assertRefused(@Nullable Integer status, String error, Future<?> answer) {
		return assertRefused(status, error, () -> {
			try {
				answer.get(30, TimeUnit.SECONDS);
			}
			catch (ExecutionException ex) {
				throw ex.getCause();
			}
		});
	}

	/**
	 * Asserts that something under way ends without a token, because its ID token is
	 * signed with another algorithm than the one that the client registered.
	 * @param algorithm the algorithm that it is signed with
	 * @param answer what is under way
	 */
	public static void assertAlgorithmRefused(String algorithm, Future<?> answer) {
		assertThat(answer).failsWithin(30, TimeUnit.SECONDS)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.withNoCause()
			.isInstanceOfSatisfying(GrantException.class, (ex) -> {
				assertThat(ex.kind()).isEqualTo(Kind.ID_TOKEN_REFUSED);
				assertThat(ex.isPassing()).isFalse();
				assertThat(ex).hasMessage("The ID token is refused: it is signed with '" + algorithm
						+ "', which was not agreed on (id-token.signature-algorithm)");
			});
	}

	/**
	 * Asserts that a call is refused by the server.
	 * @param status the HTTP status; {@code null} if the client knew without asking
	 * @param error the OAuth error
	 * @param call the call
	 * @return what it threw
	 */
	public static GrantException assertRefused(@Nullable Integer status, String error, ThrowingCallable call) {
		GrantException ex = catchThrowableOfType(GrantException.class, call);
		assertThat(ex).isNotNull();
		assertThat(ex.kind()).as(ex.getMessage()).isEqualTo(Kind.OAUTH_ERROR);
		assertThat(ex.getError().getErrorCode()).as(ex.getMessage()).isEqualTo(error);
		assertThat(ex.statusCode()).isEqualTo(status);
		return ex;
	}

}
