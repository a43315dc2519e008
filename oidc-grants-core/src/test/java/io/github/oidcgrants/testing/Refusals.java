package io.github.oidcgrants.testing;

import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;

/**
 * Assertions about calls that give no token.
 */
public final class Refusals {

	private Refusals() {
	}

	public static ThrowableAssertAlternative<GrantException> assertFails(Kind kind, ThrowingCallable call) {
		Consumer<GrantException> ofKind = (ex) -> Assertions.assertThat(ex.kind()).as(ex.getMessage()).isEqualTo(kind);
		return Assertions.assertThatExceptionOfType(GrantException.class).isThrownBy(call).satisfies(ofKind);
	}

	public static void assertIdTokenRefused(String reason, ThrowingCallable call) {
		assertFails(Kind.ID_TOKEN_REFUSED, call).withMessageContaining(reason);
	}

	public static ThrowableAssertAlternative<GrantException> assertMisconfigured(String reason, ThrowingCallable call) {
		return assertFails(Kind.MISCONFIGURED, call).withMessageContaining(reason);
	}

}
