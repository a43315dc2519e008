package io.github.oidcgrants.sample;

import io.github.oidcgrants.error.GrantException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers with a problem detail (RFC 9457) when a grant gave no token.
 */
@RestControllerAdvice
class GrantExceptionAdvice {

	@ExceptionHandler
	ProblemDetail noToken(GrantException ex) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status(ex), ex.getMessage());
		problem.setTitle("No token");
		problem.setProperty("kind", ex.kind().code());
		problem.setProperty("error", ex.getError().getErrorCode());
		problem.setProperty("description", ex.getError().getDescription());
		return problem;
	}

	private static HttpStatus status(GrantException ex) {
		return switch (ex.kind()) {
			// What was asked for came with the request.
			case MISCONFIGURED -> HttpStatus.BAD_REQUEST;
			case TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
			case COOLING_DOWN -> HttpStatus.SERVICE_UNAVAILABLE;
			case OAUTH_ERROR, UNEXPECTED_STATUS, MALFORMED_RESPONSE, ID_TOKEN_REFUSED, TRANSPORT ->
				HttpStatus.BAD_GATEWAY;
		};
	}

}
