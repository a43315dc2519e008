package io.github.oidcgrants.grant;

import java.util.Map;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.UserEndpoints;

/**
 * The two requests that begin the wait for a user's decision. What holds for one holds
 * for the other.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum InitiationKind {

	DEVICE(UserEndpoints.DEVICE, "device_authorization_endpoint", GrantParameters.builder().scope("openid").build()) {

		@Override
		PendingResponse initiate(GrantClient client, Configuration configuration, GrantParameters parameters,
				GrantOptions options) {
			return client.initiateDeviceAuthorization(configuration, parameters, options);
		}

		@Override
		PendingResponse initiate(GrantTemplate template, String id, GrantParameters parameters) {
			return template.initiateDeviceAuthorization(id, parameters, GrantOptions.none());
		}

	},

	CIBA(UserEndpoints.CIBA, "backchannel_authentication_endpoint",
			GrantParameters.builder().scope("openid").parameter("login_hint", "user-1").build()) {

		@Override
		PendingResponse initiate(GrantClient client, Configuration configuration, GrantParameters parameters,
				GrantOptions options) {
			return client.initiateBackchannelAuthentication(configuration, parameters, options);
		}

		@Override
		PendingResponse initiate(GrantTemplate template, String id, GrantParameters parameters) {
			return template.initiateBackchannelAuthentication(id, parameters, GrantOptions.none());
		}

	};

	private final String path;

	private final String endpoint;

	private final GrantParameters least;

	InitiationKind(String path, String endpoint, GrantParameters least) {
		this.path = path;
		this.endpoint = endpoint;
		this.least = least;
	}

	/**
	 * {@return the path of the endpoint that it goes to}
	 */
	String path() {
		return this.path;
	}

	/**
	 * {@return the name of that endpoint in metadata}
	 */
	String endpoint() {
		return this.endpoint;
	}

	/**
	 * {@return the least parameters with which it is sent}
	 */
	GrantParameters least() {
		return this.least;
	}

	/**
	 * {@return the members of a good answer; may be changed}
	 */
	Map<String, Object> answer() {
		return (this == DEVICE) ? UserEndpoints.code() : UserEndpoints.authenticationRequest();
	}

	abstract PendingResponse initiate(GrantClient client, Configuration configuration, GrantParameters parameters,
			GrantOptions options);

	abstract PendingResponse initiate(GrantTemplate template, String id, GrantParameters parameters);

	PendingResponse initiate(GrantClient client, Configuration configuration) {
		return initiate(client, configuration, this.least, GrantOptions.none());
	}

}
