package io.github.oidcgrants.sample.server;

import java.security.Principal;
import java.util.Map;
import java.util.Objects;

import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.context.AuthorizationServerContextHolder;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.token.DefaultOAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;

/**
 * Issues an access token, a refresh token and an ID token to who comes with the
 * {@link DemoUserGrant}.
 */
final class DemoUserGrantProvider implements AuthenticationProvider {

	private static final String USER = "demo-user";

	private final OAuth2AuthorizationService authorizations;

	private final OAuth2TokenGenerator<?> tokens;

	DemoUserGrantProvider(OAuth2AuthorizationService authorizations, OAuth2TokenGenerator<?> tokens) {
		this.authorizations = authorizations;
		this.tokens = tokens;
	}

	@Override
	public boolean supports(Class<?> authentication) {
		return DemoUserGrant.class.isAssignableFrom(authentication);
	}

	@Override
	public Authentication authenticate(Authentication authentication) {
		DemoUserGrant grant = (DemoUserGrant) authentication;
		if (!(grant.getPrincipal() instanceof OAuth2ClientAuthenticationToken client) || !client.isAuthenticated()) {
			throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
		}
		RegisteredClient registered = Objects.requireNonNull(client.getRegisteredClient());
		if (!registered.getAuthorizationGrantTypes().contains(DemoUserGrant.TYPE)) {
			throw new OAuth2AuthenticationException(OAuth2ErrorCodes.UNAUTHORIZED_CLIENT);
		}
		if (!registered.getScopes().containsAll(grant.scopes())) {
			throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_SCOPE);
		}
		return issue(grant, client, registered);
	}

	private Authentication issue(DemoUserGrant grant, OAuth2ClientAuthenticationToken client,
			RegisteredClient registered) {
		Authentication user = UsernamePasswordAuthenticationToken.authenticated(USER, null, grant.getAuthorities());
		DefaultOAuth2TokenContext.Builder context = DefaultOAuth2TokenContext.builder()
			.registeredClient(registered)
			.principal(user)
			.authorizationServerContext(AuthorizationServerContextHolder.getContext())
			.authorizedScopes(grant.scopes())
			.authorizationGrantType(DemoUserGrant.TYPE)
			.authorizationGrant(grant);
		Jwt access = generate(context, OAuth2TokenType.ACCESS_TOKEN, Jwt.class);
		Jwt id = generate(context, new OAuth2TokenType(OidcParameterNames.ID_TOKEN), Jwt.class);
		OAuth2RefreshToken refreshToken = generate(context, OAuth2TokenType.REFRESH_TOKEN, OAuth2RefreshToken.class);
		OAuth2AccessToken accessToken = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER,
				access.getTokenValue(), access.getIssuedAt(), access.getExpiresAt(), grant.scopes());
		OidcIdToken idToken = new OidcIdToken(id.getTokenValue(), id.getIssuedAt(), id.getExpiresAt(), id.getClaims());
		this.authorizations.save(OAuth2Authorization.withRegisteredClient(registered)
			.principalName(USER)
			.authorizationGrantType(DemoUserGrant.TYPE)
			.authorizedScopes(grant.scopes())
			// Whose tokens they are, for those who exchange or refresh them.
			.attribute(Principal.class.getName(), user)
			.token(accessToken, (metadata) -> {
				metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME, access.getClaims());
				metadata.put(OAuth2TokenFormat.class.getName(), OAuth2TokenFormat.SELF_CONTAINED.getValue());
			})
			.token(idToken, (metadata) -> metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME, id.getClaims()))
			.refreshToken(refreshToken)
			.build());
		return new OAuth2AccessTokenAuthenticationToken(registered, client, accessToken, refreshToken,
				Map.of(OidcParameterNames.ID_TOKEN, idToken.getTokenValue()));
	}

	private <T extends OAuth2Token> T generate(DefaultOAuth2TokenContext.Builder context, OAuth2TokenType type,
			Class<T> expected) {
		return expected.cast(Objects.requireNonNull(this.tokens.generate(context.tokenType(type).build())));
	}

}
