package io.github.oidcgrants.error;

import java.io.Serial;
import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/**
 * A grant that gave no token, and why.
 * <p>
 * Everything this library throws about a grant is a {@code GrantException}. Its
 * {@link #kind()} says what happened; {@link #getError()} is never {@code null} and holds
 * the server's own error where it sent one (RFC 6749 section 5.2), else the kind's
 * {@link Kind#code() code}.
 * <p>
 * No message holds a secret or a token: text that a server sent is shortened, freed of
 * control characters and of everything secret that the request carried.
 */
public final class GrantException extends OAuth2AuthorizationException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * What kept a grant from giving a token.
	 */
	public enum Kind {

		/**
		 * The server answered with an OAuth error (RFC 6749 section 5.2).
		 */
		OAUTH_ERROR,

		/**
		 * The server answered with a status that the protocol does not know here.
		 */
		UNEXPECTED_STATUS,

		/**
		 * The server answered with success, but not with what the specification requires.
		 */
		MALFORMED_RESPONSE,

		/**
		 * The ID token is not one that this client may trust.
		 */
		ID_TOKEN_REFUSED,

		/**
		 * No answer: the connection could not be made, or broke.
		 */
		TRANSPORT,

		/**
		 * No whole answer within the time allowed.
		 */
		TIMEOUT,

		/**
		 * Nothing was sent: what was asked for, or how it is configured, cannot work.
		 */
		MISCONFIGURED,

		/**
		 * Nothing was sent: the same request, or one of the same registration, failed a
		 * moment ago. The cause is that failure.
		 */
		COOLING_DOWN;

		private final String code = name().toLowerCase(Locale.ROOT);

		/**
		 * {@return the error code that stands in {@link GrantException#getError()} when
		 * no server named one: the name in lower case}
		 */
		public String code() {
			return this.code;
		}

	}

	private final Kind kind;

	private final @Nullable Integer statusCode;

	private final @Nullable Duration retryAfter;

	private final boolean passing;

	private GrantException(Kind kind, OAuth2Error error, String message, @Nullable Integer statusCode,
			@Nullable Duration retryAfter, @Nullable Throwable cause) {
		this(kind, error, message, statusCode, retryAfter, cause, isPassing(kind, statusCode));
	}

	private GrantException(Kind kind, OAuth2Error error, String message, @Nullable Integer statusCode,
			@Nullable Duration retryAfter, @Nullable Throwable cause, boolean passing) {
		super(error, message);
		if (cause != null) {
			initCause(cause);
		}
		this.kind = kind;
		this.statusCode = statusCode;
		this.retryAfter = retryAfter;
		this.passing = passing;
	}

	private static boolean isPassing(Kind kind, @Nullable Integer statusCode) {
		return switch (kind) {
			case TRANSPORT, TIMEOUT, COOLING_DOWN -> true;
			case UNEXPECTED_STATUS -> statusCode != null && (statusCode == 429 || statusCode >= 500);
			case OAUTH_ERROR, MALFORMED_RESPONSE, ID_TOKEN_REFUSED, MISCONFIGURED -> false;
		};
	}

	/**
	 * Creates an exception that is about no HTTP answer.
	 * @param kind what happened
	 * @param message what failed, why, and what to change; free of secrets
	 * @return the exception
	 */
	public static GrantException of(Kind kind, String message) {
		return of(kind, message, null);
	}

	/**
	 * Creates an exception that is about no HTTP answer and has a cause.
	 * @param kind what happened
	 * @param message what failed, why, and what to change; free of secrets
	 * @param cause the cause, whose messages are free of secrets too; may be {@code null}
	 * @return the exception
	 */
	public static GrantException of(Kind kind, String message, @Nullable Throwable cause) {
		return new GrantException(kind, new OAuth2Error(kind.code()), message, null, null, cause);
	}

	/**
	 * Creates a {@link Kind#MISCONFIGURED} exception.
	 * @param message what cannot work and what to change; free of secrets
	 * @return the exception
	 */
	public static GrantException misconfigured(String message) {
		return of(Kind.MISCONFIGURED, message);
	}

	/**
	 * Creates a {@link Kind#MISCONFIGURED} exception about a supplier that gave nothing
	 * just now, which it may do later: it is {@linkplain #isPassing() passing}.
	 * @param message what was not supplied and why; free of secrets
	 * @return the exception
	 */
	public static GrantException notSupplied(String message) {
		return new GrantException(Kind.MISCONFIGURED, new OAuth2Error(Kind.MISCONFIGURED.code()), message, null, null,
				null, true);
	}

	/**
	 * Creates a {@link Kind#COOLING_DOWN} exception.
	 * @param message what failed a moment ago; free of secrets
	 * @param retryAfter when the next request may be sent
	 * @param cause the failure
	 * @return the exception
	 */
	public static GrantException coolingDown(String message, Duration retryAfter, GrantException cause) {
		return new GrantException(Kind.COOLING_DOWN, new OAuth2Error(Kind.COOLING_DOWN.code()), message, null,
				retryAfter, cause);
	}

	/**
	 * Creates an exception about an HTTP answer that is no OAuth error.
	 * @param kind what happened
	 * @param message what failed and why; free of secrets
	 * @param statusCode the HTTP status
	 * @param retryAfter how long the server asks to wait, or {@code null}
	 * @return the exception
	 */
	public static GrantException answer(Kind kind, String message, int statusCode, @Nullable Duration retryAfter) {
		return new GrantException(kind, new OAuth2Error(kind.code()), message, statusCode, retryAfter, null);
	}

	/**
	 * Creates an {@link Kind#OAUTH_ERROR} exception.
	 * @param error what the server said, already redacted
	 * @param message what failed and why; free of secrets
	 * @param statusCode the HTTP status, or {@code null} if no answer said so just now
	 * @param retryAfter how long the server asks to wait, or {@code null}
	 * @return the exception
	 */
	public static GrantException oauthError(OAuth2Error error, String message, @Nullable Integer statusCode,
			@Nullable Duration retryAfter) {
		return new GrantException(Kind.OAUTH_ERROR, error, message, statusCode, retryAfter, null);
	}

	/**
	 * Creates the {@link Kind#OAUTH_ERROR} exception {@code expired_token} (RFC 8628
	 * section 3.5) of a client that sees by itself that the time is up. No answer says
	 * so: it has no status.
	 * @param message what expired and why; free of secrets
	 * @param cause what went wrong last before, or {@code null}
	 * @return the exception
	 */
	public static GrantException expiredToken(String message, @Nullable GrantException cause) {
		return new GrantException(Kind.OAUTH_ERROR, new OAuth2Error("expired_token"), message, null, null, cause);
	}

	/**
	 * {@return what kept the grant from giving a token}
	 */
	public Kind kind() {
		return this.kind;
	}

	/**
	 * {@return the HTTP status of the answer, or {@code null} when there was none}
	 */
	public @Nullable Integer statusCode() {
		return this.statusCode;
	}

	/**
	 * {@return how long the server asks to wait (RFC 9110 section 10.2.3), or with
	 * {@link Kind#COOLING_DOWN} how long nothing will be sent; else {@code null}}
	 */
	public @Nullable Duration retryAfter() {
		return this.retryAfter;
	}

	/**
	 * {@return whether the same request may well succeed in a moment: the server cannot
	 * be reached, takes too long, is busy or down, or what a supplier had to give was not
	 * there}
	 */
	public boolean isPassing() {
		return this.passing;
	}

	/**
	 * Says the same of a failure that kept a supplier from giving anything: whatever it
	 * is, it is {@linkplain #isPassing() passing} for the grant.
	 * @return an exception that says so, with this one as its cause unless it is passing
	 * already
	 */
	public GrantException ofSupplier() {
		return this.passing ? this : new GrantException(this.kind, getError(), String.valueOf(getMessage()),
				this.statusCode, this.retryAfter, this, true);
	}

	/**
	 * Gives the same failure to another caller. Callers that share an outcome never share
	 * an exception: each gets its own stack trace, with this one as its cause.
	 * @return a new exception that says the same
	 */
	public GrantException forAnotherCaller() {
		return new GrantException(this.kind, getError(), String.valueOf(getMessage()), this.statusCode, this.retryAfter,
				this, this.passing);
	}

}
