package io.github.oidcgrants.sample.server;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
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
		if (context.getAuthorizationGrant() instanceof OAuth2ClientCredentialsAuthenticationToken grant) {
			List<String> requested = values(grant.getAdditionalParameters().get("resource"));
			requested.forEach(this::requireKnown);
			if (!requested.isEmpty()) {
				context.getClaims().audience(requested);
			}
		}
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
