package io.github.oidcgrants.boot.autoconfigure;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what the application's own use of the library got wrong, where that ended the
 * start: an interceptor for a registration that is not there, for one.
 */
final class MisconfiguredFailureAnalyzer extends AbstractFailureAnalyzer<GrantException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, GrantException cause) {
		return (cause.kind() == Kind.MISCONFIGURED)
				? new FailureAnalysis(cause.getMessage() + ".", "Change the configuration as it says.", cause) : null;
	}

}
