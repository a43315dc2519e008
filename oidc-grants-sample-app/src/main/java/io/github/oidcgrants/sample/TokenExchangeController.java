package io.github.oidcgrants.sample;

import java.util.Set;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Token exchange (RFC 8693): a token of a user, which no API takes, for one that the
 * users API takes, and that says in whose name the application acts.
 */
@RestController
class TokenExchangeController {

	private final GrantTemplate grants;

	private final DemoUser user;

	private final UsersApi users;

	TokenExchangeController(GrantTemplate grants, DemoUser user, UsersApi users) {
		this.grants = grants;
		this.user = user;
		this.users = users;
	}

	/**
	 * Exchanges the demo user's token, and calls the users API with the one and the
	 * other.
	 * @return what came of it
	 */
	@GetMapping("/token-exchange")
	Exchanged tokenExchange() {
		TokenEndpointResponse subject = this.user.tokens();
		TokenEndpointResponse actor = this.grants.token("users");
		TokenEndpointResponse token = this.grants.genericGrantRequest("exchange",
				AuthorizationGrantType.TOKEN_EXCHANGE.getValue(),
				(ask) -> ask.parameter("subject_token", subject.accessToken())
					.parameter("actor_token", actor.accessToken()));
		return new Exchanged(token.issuedTokenType(), token.tokenType(), Mask.mask(token.accessToken()), token.scopes(),
				this.users.list(subject).status(), this.users.list(token));
	}

	/**
	 * What came of it.
	 *
	 * @param issuedTokenType what kind of token there is now
	 * @param tokenType its type
	 * @param accessToken its first characters
	 * @param scope the scopes that were granted
	 * @param statusBefore the API's status for the user's own token
	 * @param api what the API answered to the one from the exchange
	 */
	record Exchanged(@Nullable String issuedTokenType, String tokenType, String accessToken, Set<String> scope,
			int statusBefore, ApiAnswer api) {
	}

}
