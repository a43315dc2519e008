package io.github.oidcgrants.reference;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * The examples of {@code GRANT-TYPES.md}: what stands between two marks stands there word
 * for word. {@link ReferenceExamplesTests} runs them.
 */
final class ReferenceExamples {

	private ReferenceExamples() {
	}

	static TokenEndpointResponse clientCredentials(GrantClient client, Configuration config) {
		// tag::client-credentials[]
		TokenEndpointResponse tokens = client.clientCredentialsGrant(config);
		// end::client-credentials[]
		return tokens;
	}

	static TokenEndpointResponse clientCredentialsScope(GrantClient client, Configuration config) {
		// tag::client-credentials-scope[]
		TokenEndpointResponse tokens = client.clientCredentialsGrant(config,
				GrantParameters.builder().scope("read:users write:users").resource("https://api.example.com").build());
		// end::client-credentials-scope[]
		return tokens;
	}

	static TokenEndpointResponse clientCredentialsResources(GrantClient client, Configuration config) {
		// tag::client-credentials-resources[]
		TokenEndpointResponse tokens = client.clientCredentialsGrant(config,
				GrantParameters.builder()
					.scope("api:access")
					.resource("https://api1.example.com", "https://api2.example.com")
					.build());

		System.out.println("Access Token: " + tokens.accessToken());
		System.out.println("Token Type: " + tokens.tokenType());
		System.out.println("Expires In: " + tokens.expiresIn().toSeconds() + " seconds");
		// end::client-credentials-resources[]
		return tokens;
	}

	static TokenEndpointResponse refresh(GrantClient client, Configuration config,
			TokenEndpointResponse existingTokens) {
		// tag::refresh[]
		TokenEndpointResponse newTokens = client.refreshTokenGrant(config, existingTokens.refreshToken());
		// end::refresh[]
		return newTokens;
	}

	static TokenEndpointResponse refreshScope(GrantClient client, Configuration config,
			TokenEndpointResponse existingTokens) {
		// tag::refresh-scope[]
		TokenEndpointResponse newTokens = client.refreshTokenGrant(config, existingTokens.refreshToken(),
				GrantParameters.builder().scope("read:profile").build()); // reduced
		// end::refresh-scope[]
		return newTokens;
	}

	static TokenEndpointResponse refreshResource(GrantClient client, Configuration config,
			TokenEndpointResponse existingTokens) {
		// tag::refresh-resource[]
		TokenEndpointResponse newTokens = client.refreshTokenGrant(config, existingTokens.refreshToken(),
				GrantParameters.builder().resource("https://api.example.com").scope("api:read api:write").build());

		// Check if refresh token was rotated
		if (newTokens.refreshToken() != null && !newTokens.refreshToken().equals(existingTokens.refreshToken())) {
			System.out.println("Refresh token was rotated");
			// Store new refresh token
		}
		// end::refresh-resource[]
		return newTokens;
	}

	static TokenEndpointResponse refreshWhole(GrantClient client, Configuration config,
			TokenEndpointResponse existingTokens) {
		// tag::refresh-whole[]
		TokenEndpointResponse newTokens = client.refreshTokenGrant(config, existingTokens, GrantParameters.none(),
				GrantOptions.none());
		// end::refresh-whole[]
		return newTokens;
	}

	static DeviceAuthorizationResponse initiateDevice(GrantClient client, Configuration config) {
		// tag::device-initiate[]
		DeviceAuthorizationResponse deviceResponse = client.initiateDeviceAuthorization(config,
				GrantParameters.builder().scope("openid profile email").build());

		// Display user instructions
		System.out.println("Go to: " + deviceResponse.verificationUri());
		System.out.println("Enter code: " + deviceResponse.userCode());

		// Or use complete URI if available
		if (deviceResponse.verificationUriComplete() != null) {
			System.out.println("Or visit: " + deviceResponse.verificationUriComplete());
		}
		// end::device-initiate[]
		return deviceResponse;
	}

	static void awaitDevice(GrantClient client, Configuration config, DeviceAuthorizationResponse deviceResponse) {
		// tag::device-await[]
		try {
			TokenEndpointResponse tokens = client.awaitDeviceAuthorizationGrant(config, deviceResponse,
					GrantParameters.none(), GrantOptions.none(), Duration.ofHours(1));

			System.out.println("Device authorized!");
			System.out.println("Access Token: " + tokens.accessToken());
			System.out.println("ID Token Claims: " + tokens.claims().getClaims());
		}
		catch (GrantException ex) {
			switch (ex.getError().getErrorCode()) {
				case "access_denied" -> System.out.println("User denied the request");
				case "expired_token" -> System.out.println("Device code expired");
				default -> throw ex;
			}
		}
		// end::device-await[]
	}

	static CompletableFuture<TokenEndpointResponse> pollDevice(GrantClient client, Configuration config,
			DeviceAuthorizationResponse deviceResponse) {
		// tag::device-poll[]
		CompletableFuture<TokenEndpointResponse> tokens = client
			.pollDeviceAuthorizationGrant(config, deviceResponse,
					GrantParameters.builder().resource("https://api.example.com").build(), // additional
					GrantOptions.none())
			.orTimeout(5, TimeUnit.MINUTES); // asks no more after that
		// end::device-poll[]
		return tokens;
	}

	static CompletableFuture<TokenEndpointResponse> watchDevice(GrantClient client, Configuration config,
			DeviceAuthorizationResponse deviceResponse) {
		// tag::device-progress[]
		CompletableFuture<TokenEndpointResponse> tokens = client.pollDeviceAuthorizationGrant(config, deviceResponse,
				GrantParameters.none(), GrantOptions.builder().pollingListener((progress) -> {
					if (progress.nextAt() != null) {
						System.out.println(progress.event() + ", next at " + progress.nextAt());
					}
				}).build());
		// end::device-progress[]
		return tokens;
	}

	static BackchannelAuthenticationResponse initiateCiba(GrantClient client, Configuration config) {
		// tag::ciba-initiate[]
		BackchannelAuthenticationResponse cibaResponse = client.initiateBackchannelAuthentication(config,
				GrantParameters.builder()
					.scope("openid profile email")
					.parameter("login_hint", "user@example.com")
					.parameter("binding_message", "Please confirm transaction #12345")
					.build());

		System.out.println("Authentication initiated. Auth req ID: " + cibaResponse.authReqId());
		// end::ciba-initiate[]
		return cibaResponse;
	}

	static void awaitCiba(GrantClient client, Configuration config, BackchannelAuthenticationResponse cibaResponse) {
		// tag::ciba-await[]
		try {
			TokenEndpointResponse tokens = client.awaitBackchannelAuthenticationGrant(config, cibaResponse,
					GrantParameters.none(), GrantOptions.none(), Duration.ofHours(1));

			System.out.println("User authenticated!");
			System.out.println("Access Token: " + tokens.accessToken());
			System.out.println("ID Token Claims: " + tokens.claims().getClaims());
		}
		catch (GrantException ex) {
			switch (ex.getError().getErrorCode()) {
				case "access_denied" -> System.out.println("User denied authentication");
				case "expired_token" -> System.out.println("Authentication request expired");
				default -> throw ex;
			}
		}
		// end::ciba-await[]
	}

	static CompletableFuture<TokenEndpointResponse> pollCiba(GrantClient client, Configuration config,
			BackchannelAuthenticationResponse cibaResponse) {
		// tag::ciba-poll[]
		CompletableFuture<TokenEndpointResponse> tokens = client.pollBackchannelAuthenticationGrant(config,
				cibaResponse);
		// end::ciba-poll[]
		return tokens;
	}

	static BackchannelAuthenticationResponse initiateCibaIdToken(GrantClient client, Configuration config,
			String previousIdToken) {
		// tag::ciba-id-token-hint[]
		BackchannelAuthenticationResponse cibaResponse = client.initiateBackchannelAuthentication(config,
				GrantParameters.builder()
					.scope("openid profile")
					.parameter("id_token_hint", previousIdToken)
					.parameter("user_code", "USER123") // optional
					.build());
		// end::ciba-id-token-hint[]
		return cibaResponse;
	}

	static TokenEndpointResponse jwtBearer(GrantClient client, Configuration config, String jwtAssertion) {
		// tag::generic-jwt-bearer[]
		TokenEndpointResponse tokens = client.genericGrantRequest(config, "urn:ietf:params:oauth:grant-type:jwt-bearer",
				GrantParameters.builder()
					.parameter("assertion", jwtAssertion)
					.scope("api:access")
					.resource("https://api.example.com")
					.build());
		// end::generic-jwt-bearer[]
		return tokens;
	}

	static TokenEndpointResponse samlBearer(GrantClient client, Configuration config, String samlAssertion) {
		// tag::generic-saml-bearer[]
		TokenEndpointResponse tokens = client.genericGrantRequest(config,
				"urn:ietf:params:oauth:grant-type:saml2-bearer",
				GrantParameters.builder().parameter("assertion", samlAssertion).scope("read write").build());
		// end::generic-saml-bearer[]
		return tokens;
	}

	static TokenEndpointResponse tokenExchange(GrantClient client, Configuration config, String accessToken) {
		// tag::generic-token-exchange[]
		TokenEndpointResponse tokens = client.genericGrantRequest(config,
				"urn:ietf:params:oauth:grant-type:token-exchange",
				GrantParameters.builder()
					.parameter("subject_token", accessToken)
					.parameter("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
					.resource("https://api.example.com")
					.audience("https://api.example.com")
					.build());
		// end::generic-token-exchange[]
		return tokens;
	}

	static TokenEndpointResponse customGrant(GrantClient client, Configuration config) {
		// tag::generic-custom[]
		TokenEndpointResponse tokens = client.genericGrantRequest(config, "urn:example:custom-grant",
				GrantParameters.builder().parameter("custom_parameter", "value").scope("custom:access").build());
		// end::generic-custom[]
		return tokens;
	}

	static TokenEndpointResponse dpop(GrantClient client, Configuration config) {
		// tag::dpop[]
		// Create DPoP key pair
		DPoPKeyPair dpopKeyPair = DPoPKeyPair.random();
		DPoPHandle dpopHandle = DPoPHandle.of(dpopKeyPair);

		// Use with any grant
		TokenEndpointResponse tokens = client.clientCredentialsGrant(config,
				GrantParameters.builder().scope("api:access").build(), GrantOptions.builder().dpop(dpopHandle).build());

		// Token will be sender-constrained if server supports DPoP
		if (tokens.tokenType().equals("dpop")) {
			System.out.println("Token is sender-constrained with DPoP");
		}
		// end::dpop[]
		return tokens;
	}

	static TokenEndpointResponse template(GrantTemplate grants) {
		// tag::template[]
		DeviceAuthorizationResponse deviceResponse = grants.initiateDeviceAuthorization("tv",
				(ask) -> ask.scope("openid profile email"));
		System.out.println("Go to: " + deviceResponse.verificationUri());

		TokenEndpointResponse tokens = grants.awaitDeviceAuthorizationGrant("tv", deviceResponse, Duration.ofHours(1));
		// end::template[]
		return tokens;
	}

}
