package io.github.oidcgrants.sample.cli;

import java.net.URI;
import java.time.Duration;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
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
			.allowInsecureRequests("127.0.0.1".equals(URI.create(args[0]).getHost()))
			.build();
		try (GrantClient grants = GrantClient.create()) {
			DeviceAuthorizationResponse device = grants.initiateDeviceAuthorization(client,
					GrantParameters.builder().scope("openid").build());
			System.out.println("Go to " + device.verificationUri() + " and enter " + device.userCode());
			TokenEndpointResponse tokens = grants.awaitDeviceAuthorizationGrant(client, device, GrantParameters.none(),
					GrantOptions.none(), Duration.ofHours(1));
			System.out.println((tokens.claims() != null) ? tokens.claims().getClaims() : "No ID token");
		}
		catch (GrantException ex) {
			System.err.println(ex.getMessage());
			System.exit(1);
		}
	}

}
