package io.github.oidcgrants;

import java.util.function.Consumer;

import io.github.oidcgrants.client.Configuration;
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
		GrantOptions options = this.registered.options(GrantOptions.none(), request.dpopThumbprint());
		return this.registered.issued(this.client.refresh(configuration, request, options, rotated));
	}

	@Override
	public String provider() {
		return this.registered.provider();
	}

	@Override
	public void kept(String thumbprint) {
		this.registered.refreshTokenKept(thumbprint, this.client.clock().instant());
	}

	@Override
	public boolean hasKey(String thumbprint) {
		return this.registered.key(thumbprint) != null;
	}

}
