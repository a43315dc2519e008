package io.github.oidcgrants.grant;

import java.util.List;
import java.util.Map;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * Any grant that is one request (RFC 6749 section 4.5): JWT bearer (RFC 7523), SAML 2.0
 * bearer (RFC 7522), token exchange (RFC 8693), or one of a server's own.
 */
public final class GenericGrant {

	private static final String SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer";

	private static final Map<String, List<String>> REQUIRED = Map.of(AuthorizationGrantType.JWT_BEARER.getValue(),
			List.of(OAuth2ParameterNames.ASSERTION), SAML2_BEARER, List.of(OAuth2ParameterNames.ASSERTION),
			AuthorizationGrantType.TOKEN_EXCHANGE.getValue(),
			List.of(OAuth2ParameterNames.SUBJECT_TOKEN, OAuth2ParameterNames.SUBJECT_TOKEN_TYPE),
			AuthorizationGrantType.REFRESH_TOKEN.getValue(), List.of(OAuth2ParameterNames.REFRESH_TOKEN),
			PolledGrant.DEVICE_CODE.grantType().getValue(), List.of(PolledGrant.DEVICE_CODE.parameter()),
			PolledGrant.CIBA.grantType().getValue(), List.of(PolledGrant.CIBA.parameter()));

	private final TokenEndpoint endpoint;

	/**
	 * Creates the grant.
	 * @param endpoint the path to the token endpoint
	 */
	public GenericGrant(TokenEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Runs a grant.
	 * @param configuration the client
	 * @param grantType the grant's name
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException if there is none; {@link Kind#MISCONFIGURED} if a parameter
	 * is missing that the grant requires
	 */
	public TokenEndpointResponse request(Configuration configuration, String grantType, GrantParameters parameters,
			GrantOptions options) {
		if (grantType.isBlank()) {
			throw GrantException.misconfigured("The grant type is blank: name the grant");
		}
		for (String name : REQUIRED.getOrDefault(grantType, List.of())) {
			require(grantType, parameters, name);
		}
		if (AuthorizationGrantType.TOKEN_EXCHANGE.getValue().equals(grantType)) {
			requireBothOrNeither(parameters);
		}
		return this.endpoint.request(PolledGrant.CIBA.grantType().getValue().equals(grantType)
				? ciba(configuration, parameters.reading(PolledGrant.CIBA.parameter()), options)
				: new TokenRequest(configuration, new AuthorizationGrantType(grantType), parameters, options));
	}

	// Its ID token must be about this very request.
	private static TokenRequest ciba(Configuration configuration, GrantParameters parameters, GrantOptions options) {
		return new TokenRequest(configuration, PolledGrant.CIBA.grantType(), parameters, options, null,
				parameters.get(PolledGrant.CIBA.parameter()).get(0));
	}

	// RFC 8693 section 2.1
	private static void requireBothOrNeither(GrantParameters parameters) {
		if (parameters.contains(OAuth2ParameterNames.ACTOR_TOKEN)
				|| parameters.contains(OAuth2ParameterNames.ACTOR_TOKEN_TYPE)) {
			String grantType = AuthorizationGrantType.TOKEN_EXCHANGE.getValue();
			require(grantType, parameters, OAuth2ParameterNames.ACTOR_TOKEN);
			require(grantType, parameters, OAuth2ParameterNames.ACTOR_TOKEN_TYPE);
		}
	}

	private static void require(String grantType, GrantParameters parameters, String name) {
		if (!parameters.contains(name)) {
			throw GrantException.misconfigured(
					"The grant '" + grantType + "' needs the parameter '" + name + "': set it. Nothing was sent");
		}
	}

}
