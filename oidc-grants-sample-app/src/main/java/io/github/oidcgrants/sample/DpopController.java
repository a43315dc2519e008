package io.github.oidcgrants.sample;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A token that is bound to a key (RFC 9449): who steals it cannot use it.
 */
@RestController
class DpopController {

	private final GrantTemplate grants;

	private final DpopApi api;

	DpopController(GrantTemplate grants, DpopApi api) {
		this.grants = grants;
		this.api = api;
	}

	/**
	 * Calls an API that wants a proof with a nonce of its own, and then again without.
	 * @return what came of it
	 */
	@GetMapping("/dpop")
	BoundCall dpop() {
		DpopApi.CountedAnswer counted = this.api.call();
		// The one that the call was made with: it is kept.
		TokenEndpointResponse token = this.grants.token("bound");
		return new BoundCall(token.tokenType(), Mask.mask(token.accessToken()), token.dpopThumbprint(),
				counted.requests(), counted.answer(), this.api.callAsBearer(token));
	}

	/**
	 * What came of it.
	 *
	 * @param tokenType the token's type
	 * @param accessToken the token's first characters
	 * @param thumbprint the thumbprint of the application's key
	 * @param requests how many requests the call took: one more if the nonce was not
	 * known, or no longer good
	 * @param api what the API answered
	 * @param sentAsBearer what it answered to the same token without a proof
	 */
	record BoundCall(String tokenType, String accessToken, @Nullable String thumbprint, int requests, ApiAnswer api,
			ApiAnswer sentAsBearer) {
	}

}
