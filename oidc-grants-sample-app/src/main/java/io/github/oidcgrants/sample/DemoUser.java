package io.github.oidcgrants.sample;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.stereotype.Component;

/**
 * Gets tokens for the demo user, by a grant that only the embedded server knows: with
 * yours, a user signs in somewhere.
 */
@Component
class DemoUser {

	static final String REGISTRATION = "demo-user";

	private static final String GRANT_TYPE = "urn:oidc-grants:sample:demo-user";

	private final GrantTemplate grants;

	DemoUser(GrantTemplate grants) {
		this.grants = grants;
	}

	TokenEndpointResponse tokens() {
		return this.grants.genericGrantRequest(REGISTRATION, GRANT_TYPE,
				(ask) -> ask.scope("openid", "read:users", "write:users"));
	}

}
