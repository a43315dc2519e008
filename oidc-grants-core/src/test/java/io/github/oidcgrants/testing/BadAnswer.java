package io.github.oidcgrants.testing;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A row of the table of bad answers: what a server says, and what a caller must be told.
 *
 * @param name what is bad about it
 * @param answer what the server says
 * @param kind the kind of the exception
 * @param code the error code that it carries
 */
public record BadAnswer(String name, ResponseDefinitionBuilder answer, Kind kind, String code) {

	static BadAnswer of(Kind kind, String name, ResponseDefinitionBuilder answer) {
		return new BadAnswer(name, answer, kind, kind.code());
	}

	static BadAnswer oauthError(String code, String name, ResponseDefinitionBuilder answer) {
		return new BadAnswer(name, answer, Kind.OAUTH_ERROR, code);
	}

	/**
	 * Asserts that a grant against a server that answers so fails as it should, after
	 * exactly one request.
	 */
	public GrantException assertRefused(TokenServer server, ThrowingCallable grant) {
		server.answer(this.answer);
		GrantException failure = catchThrowableOfType(GrantException.class, grant);
		assertThat(failure).as(this.name).isNotNull();
		assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(this.kind);
		assertThat(failure.getError().getErrorCode()).isEqualTo(this.code);
		assertThat(failure.getMessage()).contains(server.onlyRequest().getAbsoluteUrl())
			.doesNotContain(TokenServer.ACCESS_TOKEN);
		return failure;
	}

	@Override
	public String toString() {
		return this.name;
	}

}
