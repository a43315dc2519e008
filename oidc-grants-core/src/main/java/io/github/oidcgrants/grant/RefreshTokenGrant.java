package io.github.oidcgrants.grant;

import java.util.function.Consumer;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * The refresh token grant (RFC 6749 section 6, OpenID Connect Core 1.0 section 12).
 */
public final class RefreshTokenGrant {

	private final TokenEndpoint endpoint;

	/**
	 * Creates the grant.
	 * @param endpoint the path to the token endpoint
	 */
	public RefreshTokenGrant(TokenEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Sees to it that a refresh token is sent with a proof of the DPoP key that it is
	 * bound to, which that of a public client is (RFC 9449 section 5).
	 * @param configuration the client
	 * @param thumbprint the key that the tokens are bound to which are to be refreshed,
	 * or {@code null}
	 * @param options how to run the grant
	 * @return the same, with a proof in any case if the key is theirs
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the refresh token is bound to
	 * another key
	 */
	public static GrantOptions proven(Configuration configuration, @Nullable String thumbprint, GrantOptions options) {
		if (thumbprint == null) {
			return options;
		}
		DPoPHandle handle = options.dpop();
		if (handle != null && options.dpopMode() != DPoPMode.OFF && handle.thumbprint().equals(thumbprint)) {
			return options.withBoundDPoP(handle, options.dpopMode());
		}
		if (configuration.isPublic()) {
			throw GrantException.misconfigured("The refresh token of the client '" + configuration.clientId()
					+ "' is bound to a DPoP key that is not here: nothing was sent. Configure that key (dpop.mode, and"
					+ " dpop.key or dpop.retired-keys), or give it (GrantOptions), or log in again");
		}
		return options;
	}

	/**
	 * Runs the grant.
	 * @param configuration the client
	 * @param refreshToken the refresh token
	 * @param previous the ID token that a new one must agree with in {@code iss},
	 * {@code sub} and {@code aud}, or {@code null} if it is not known
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @param rotated is given the refresh token of an answer, if it holds one, before
	 * anything else in it is looked at: the server may take no other from then on, even
	 * if the rest of its answer is useless
	 * @return the token
	 * @throws GrantException if there is none; {@link Kind#MISCONFIGURED} if the refresh
	 * token is blank, or stands in the parameters too
	 */
	public TokenEndpointResponse request(Configuration configuration, String refreshToken,
			@Nullable OidcIdToken previous, GrantParameters parameters, GrantOptions options,
			Consumer<String> rotated) {
		if (refreshToken.isBlank()) {
			throw GrantException.misconfigured("The refresh token is blank: log in again to get one");
		}
		if (parameters.contains(OAuth2ParameterNames.REFRESH_TOKEN)) {
			throw GrantException.misconfigured("The parameter 'refresh_token' cannot be set: it is an argument");
		}
		GrantParameters all = GrantParameters.builder()
			.parameter(OAuth2ParameterNames.REFRESH_TOKEN, refreshToken)
			.build()
			.withDefaults(parameters);
		TokenRequest request = new TokenRequest(configuration, AuthorizationGrantType.REFRESH_TOKEN, all, options,
				previous, null);
		TokenEndpointResponse answer = this.endpoint.ask(request, (members) -> {
			if (members.get(OAuth2ParameterNames.REFRESH_TOKEN) instanceof String next && !next.isBlank()) {
				rotated.accept(next);
			}
		});
		return this.endpoint.validated(answer, request);
	}

}
