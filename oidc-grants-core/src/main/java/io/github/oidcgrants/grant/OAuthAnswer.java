package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.Challenge;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.RetryAfter;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * What an answer of an OAuth endpoint means (RFC 6749 section 5). Success is 200 with a
 * JSON object. An object with an {@code error} is an error with any 4xx, and with 200 too
 * (some servers do). All else is no answer that the protocol knows.
 */
final class OAuthAnswer {

	private static final String CHECK_CLIENT = "Check client-id, client-authentication-method, and the secret or key";

	// RFC 6749 section 5.2, RFC 8628 section 3.5, RFC 8693 section 2.2.2, RFC 8707
	// section 2, RFC 9396 section 5, RFC 9449 sections 5 and 8, CIBA Core 1.0 sections 11
	// and 13.
	private static final Set<@Nullable Object> REGISTERED = new HashSet<>(List.of("invalid_request", "invalid_client",
			"invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied",
			"server_error", "temporarily_unavailable", "authorization_pending", "slow_down", "expired_token",
			"invalid_target", "invalid_authorization_details", "invalid_dpop_proof", "use_dpop_nonce",
			"expired_login_hint_token", "unknown_user_id", "missing_user_code", "invalid_user_code",
			"invalid_binding_message", "transaction_failed"));

	private static final Set<String> PASSING = Set.of("server_error", "temporarily_unavailable");

	private OAuthAnswer() {
	}

	/**
	 * {@return whether a specification says that the error is an answer to what was
	 * asked: not if it is a word of the server's own, or about the server}
	 * @param error the error
	 */
	static boolean isFinal(OAuth2Error error) {
		return REGISTERED.contains(error.getErrorCode()) && !PASSING.contains(error.getErrorCode());
	}

	/**
	 * Gives the members of a successful answer.
	 * @param answer the answer
	 * @param clock the time at which it came
	 * @return the members
	 * @throws GrantException for every other answer
	 */
	static Map<String, @Nullable Object> requireSuccess(HttpAnswer answer, InstantSource clock) {
		int status = answer.status();
		if (status == 200 || (status >= 400 && status <= 499)) {
			OAuth2Error error = error(answer);
			if (error != null) {
				throw oauthError(answer, error, retryAfter(answer, clock));
			}
		}
		if (status != 200) {
			throw GrantException.answer(
					Kind.UNEXPECTED_STATUS, answer.call() + " answered with status " + status + " and no OAuth error"
							+ schemes(answer) + ((status == 401) ? ". " + CHECK_CLIENT : ""),
					status, retryAfter(answer, clock));
		}
		Map<String, @Nullable Object> body = answer.object();
		Object error = body.get(OAuth2ParameterNames.ERROR);
		if (error != null && !"".equals(error)) {
			throw answer.malformed("it carries an error that is not readable");
		}
		return body;
	}

	private static @Nullable OAuth2Error error(HttpAnswer answer) {
		Redactor redactor = answer.call().redactor();
		Map<String, @Nullable Object> body = answer.objectOrNull();
		if (body != null) {
			OAuth2Error error = error(redactor, body.get(OAuth2ParameterNames.ERROR),
					body.get(OAuth2ParameterNames.ERROR_DESCRIPTION), body.get(OAuth2ParameterNames.ERROR_URI));
			if (error != null) {
				return SlowDownError.CODE.equals(error.getErrorCode()) ? SlowDownError.of(error, body) : error;
			}
		}
		if (answer.status() == 200) {
			return null;
		}
		for (Challenge challenge : answer.challenges()) {
			OAuth2Error error = error(redactor, challenge.parameter(OAuth2ParameterNames.ERROR),
					challenge.parameter(OAuth2ParameterNames.ERROR_DESCRIPTION),
					challenge.parameter(OAuth2ParameterNames.ERROR_URI));
			if (error != null) {
				return error;
			}
		}
		return null;
	}

	private static @Nullable OAuth2Error error(Redactor redactor, @Nullable Object code, @Nullable Object description,
			@Nullable Object uri) {
		// A registered code is no secret, even if a parameter happens to have its words.
		String cleaned = REGISTERED.contains(code) ? (String) code
				: (code instanceof String text) ? redactor.clean(text) : null;
		if (cleaned == null || cleaned.isEmpty()) {
			return null;
		}
		return new OAuth2Error(cleaned, (description instanceof String text) ? redactor.clean(text) : null,
				(uri instanceof String text) ? redactor.clean(text) : null);
	}

	private static GrantException oauthError(HttpAnswer answer, OAuth2Error error, @Nullable Duration retryAfter) {
		String description = (error.getDescription() != null) ? ": " + error.getDescription() : "";
		// Keycloak calls it unauthorized_client.
		if (answer.status() == 401 || OAuth2ErrorCodes.INVALID_CLIENT.equals(error.getErrorCode())) {
			description += ". " + CHECK_CLIENT;
		}
		return GrantException.oauthError(error, answer.call() + " was refused with " + error.getErrorCode()
				+ " (status " + answer.status() + ")" + description, answer.status(), retryAfter);
	}

	private static @Nullable Duration retryAfter(HttpAnswer answer, InstantSource clock) {
		return RetryAfter.parse(answer.header(HttpHeaders.RETRY_AFTER), clock.instant());
	}

	private static String schemes(HttpAnswer answer) {
		String schemes = String.join(", ", answer.challenges().stream().map(Challenge::scheme).distinct().toList());
		return schemes.isEmpty() ? "" : "; it asks for the authentication " + answer.call().redactor().clean(schemes);
	}

}
