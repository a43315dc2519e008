package io.github.oidcgrants.managed;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;

/**
 * The cause of failures that are the store's. It holds nothing of what the store threw,
 * whose message may quote what it failed to write.
 */
final class StoreFailure extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private StoreFailure() {
		super("The store of managed tokens", null, false, false);
	}

	static GrantException of(Kind kind, String message) {
		return GrantException.of(kind, message, new StoreFailure());
	}

	static boolean isCauseOf(Throwable failure) {
		return failure.getCause() instanceof StoreFailure;
	}

}
