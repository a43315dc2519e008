package io.github.oidcgrants.sample.cli;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Signs a user in at the command line (RFC 8628). Its arguments are an issuer and the
 * identifier of a public client there.
 */
final class DeviceLogin {

	private DeviceLogin() {
	}

	public static void main(String... args) {
		Configuration client = Configuration.builder(AuthorizationServer.discover(args[0]), args[1])
			.allowInsecureRequests(args[0].startsWith("http://127.0.0.1:"))
			.build();
		try (GrantClient grants = GrantClient.create()) {
			DeviceAuthorizationResponse device = grants.initiateDeviceAuthorization(client,
					(ask) -> ask.scope("openid"));
			System.out.println("Go to " + device.verificationUri() + " and enter " + device.userCode());
			TokenEndpointResponse tokens = grants.awaitDeviceAuthorizationGrant(client, device);
			System.out.println((tokens.claims() != null) ? tokens.claims().getClaims() : tokens);
		}
	}

}
