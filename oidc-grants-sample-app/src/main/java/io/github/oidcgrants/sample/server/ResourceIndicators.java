package io.github.oidcgrants.sample.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/**
 * Makes the resources that a client asks for the audience of its token, and refuses those
 * that are not known (RFC 8707 section 2). Spring Authorization Server itself leaves the
 * parameter aside.
 */
class ResourceIndicators implements OAuth2TokenCustomizer<JwtEncodingContext> {

	private final Set<String> known;

	ResourceIndicators(Set<String> known) {
		this.known = known;
	}

	@Override
	public void customize(JwtEncodingContext context) {
		if (OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
			List<String> requested = requested(context.getAuthorizationGrant());
			requested.forEach(this::requireKnown);
			if (!requested.isEmpty()) {
				context.getClaims().audience(requested);
			}
		}
	}

	private static List<String> requested(@Nullable Authentication grant) {
		if (grant instanceof OAuth2ClientCredentialsAuthenticationToken clientCredentials) {
			return values(clientCredentials.getAdditionalParameters().get("resource"));
		}
		if (grant instanceof OAuth2TokenExchangeAuthenticationToken exchange) {
			// Logical names too, of which this server knows the same (RFC 8693 section
			// 2.1).
			List<String> all = new ArrayList<>(exchange.getResources());
			all.addAll(exchange.getAudiences());
			return all;
		}
		return List.of();
	}

	private void requireKnown(String resource) {
		if (!this.known.contains(resource)) {
			throw new OAuth2AuthenticationException(
					new OAuth2Error("invalid_target", "Unknown resource: " + resource, null));
		}
	}

	private static List<String> values(@Nullable Object parameter) {
		if (parameter instanceof String[] several) {
			return List.of(several);
		}
		return (parameter instanceof String single) ? List.of(single) : List.of();
	}

}
