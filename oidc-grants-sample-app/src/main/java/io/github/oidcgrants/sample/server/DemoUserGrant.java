package io.github.oidcgrants.sample.server;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.util.StringUtils;

/**
 * A grant of this server's own (RFC 6749 section 4.5): it gives the tokens of a demo user
 * who has not signed in. It spares the demo a browser; no real server has such a thing.
 */
final class DemoUserGrant extends OAuth2AuthorizationGrantAuthenticationToken {

	static final AuthorizationGrantType TYPE = new AuthorizationGrantType("urn:oidc-grants:sample:demo-user");

	private static final long serialVersionUID = 1L;

	private final transient Set<String> scopes;

	private DemoUserGrant(Authentication client, Set<String> scopes) {
		super(TYPE, client, Map.of());
		this.scopes = scopes;
	}

	/**
	 * Reads a token request.
	 * @return the grant; {@code null} if the request is for another one
	 */
	static @Nullable Authentication read(HttpServletRequest request) {
		Authentication client = SecurityContextHolder.getContext().getAuthentication();
		if (client == null || !TYPE.getValue().equals(request.getParameter(OAuth2ParameterNames.GRANT_TYPE))) {
			return null;
		}
		String scope = request.getParameter(OAuth2ParameterNames.SCOPE);
		return new DemoUserGrant(client, new LinkedHashSet<>(List.of(StringUtils.tokenizeToStringArray(scope, " "))));
	}

	Set<String> scopes() {
		return this.scopes;
	}

}
