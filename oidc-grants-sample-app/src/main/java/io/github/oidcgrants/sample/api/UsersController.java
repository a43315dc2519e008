package io.github.oidcgrants.sample.api;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The protected API.
 */
@RestController
class UsersController {

	@GetMapping("/api/users")
	Answer users(@AuthenticationPrincipal Jwt token) {
		return new Answer(List.of("ada", "grace"), token.getSubject(), token.getClaimAsMap("act"), token.getAudience());
	}

	/**
	 * What the API answers.
	 *
	 * @param users the users
	 * @param calledBy whose token it was
	 * @param actor who acts in the name of that one (RFC 8693 section 4.1)
	 * @param audience whom the token was for
	 */
	record Answer(List<String> users, @Nullable String calledBy, @Nullable Map<String, Object> actor,
			@Nullable List<String> audience) {
	}

}
