package io.github.oidcgrants.sample;

import java.util.Objects;
import java.util.Set;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The refresh token grant with rotation: each refresh token works once.
 */
@RestController
class RefreshController {

	private final GrantTemplate grants;

	private final DemoUser user;

	RefreshController(GrantTemplate grants, DemoUser user) {
		this.grants = grants;
		this.user = user;
	}

	/**
	 * Refreshes tokens of the demo user, and tries it once more with the spent refresh
	 * token.
	 * @return what came of it
	 */
	@GetMapping("/refresh")
	Refreshed refresh() {
		TokenEndpointResponse first = this.user.tokens();
		TokenEndpointResponse second = this.grants.refreshTokenGrant(DemoUser.REGISTRATION, first);
		OidcIdToken claims = second.claims();
		return new Refreshed(second.tokenType(), Mask.mask(second.accessToken()), second.scopes(),
				!Objects.equals(first.refreshToken(), second.refreshToken()),
				(claims != null) ? claims.getSubject() : null, reuse(first));
	}

	private String reuse(TokenEndpointResponse spent) {
		try {
			this.grants.refreshTokenGrant(DemoUser.REGISTRATION, spent);
			return "accepted";
		}
		catch (GrantException ex) {
			return ex.getError().getErrorCode();
		}
	}

	/**
	 * What came of it.
	 *
	 * @param tokenType the new token's type
	 * @param accessToken the new token's first characters
	 * @param scope the scopes that were granted
	 * @param rotated whether there is a new refresh token
	 * @param subject whose tokens they are, as the validated ID token says
	 * @param reuse what the server said to the spent refresh token
	 */
	record Refreshed(String tokenType, String accessToken, Set<String> scope, boolean rotated, @Nullable String subject,
			String reuse) {
	}

}
