package io.github.oidcgrants.sample;

import java.time.Instant;
import java.util.List;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The client credentials grant: the application gets a token in its own name and calls an
 * API with it.
 */
@RestController
class ClientCredentialsController {

	private final GrantTemplate grants;

	private final UsersApi users;

	ClientCredentialsController(GrantTemplate grants, UsersApi users) {
		this.grants = grants;
		this.users = users;
	}

	/**
	 * Gets a token and calls the users API with it.
	 * @param registration whose client asks
	 * @param scope the scopes, separated by spaces; none for those of the registration
	 * @param resource the resources; none for those of the registration
	 * @return what came of it
	 */
	@GetMapping("/client-credentials")
	TokenAndAnswer clientCredentials(@RequestParam(defaultValue = "users") String registration,
			@RequestParam(defaultValue = "") List<String> scope,
			@RequestParam(defaultValue = "") List<String> resource) {
		GrantParameters parameters = GrantParameters.builder().scope(scope).resource(resource).build();
		Instant asked = Instant.now();
		TokenEndpointResponse token = this.grants.clientCredentialsGrant(registration, parameters);
		return TokenAndAnswer.of(token, asked, this.users.list(token));
	}

}
