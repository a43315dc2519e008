package io.github.oidcgrants;

import java.util.function.Consumer;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.managed.TokenRefresher;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Refreshes the managed tokens of a registration.
 */
final class RegisteredRefresher implements TokenRefresher {

	private final GrantClient client;

	private final Registered registered;

	RegisteredRefresher(GrantClient client, Registered registered) {
		this.client = client;
		this.registered = registered;
	}

	@Override
	public TokenEndpointResponse refresh(RefreshRequest request, Consumer<String> rotated) {
		Configuration configuration = this.registered.registration().configuration();
		String thumbprint = request.dpopThumbprint();
		if (thumbprint != null && configuration.isPublic() && !hasKey(thumbprint)) {
			throw GrantException.misconfigured("The refresh token of the registration '"
					+ this.registered.registration().id() + "' is bound to a DPoP key that is not here: nothing was"
					+ " sent. Configure that key (dpop.mode and dpop.key), or log in again");
		}
		GrantOptions options = this.registered.options(GrantOptions.none(), thumbprint);
		return this.registered.issued(this.client.refresh(configuration, request.refreshToken(), request.previous(),
				request.parameters(), options, rotated));
	}

	@Override
	public void kept(String thumbprint) {
		this.registered.refreshTokenKept(thumbprint, this.client.clock().instant());
	}

	@Override
	public boolean hasKey(String thumbprint) {
		return this.registered.registration().dpopMode() != DPoPMode.OFF && this.registered.key(thumbprint) != null;
	}

}
