package io.github.oidcgrants.boot.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * Which grants a registration can have as its own.
 */
final class GrantTypes {

	private static final List<String> KNOWN = List.of(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue(),
			AuthorizationGrantType.JWT_BEARER.getValue(), "urn:ietf:params:oauth:grant-type:saml2-bearer",
			AuthorizationGrantType.TOKEN_EXCHANGE.getValue());

	private GrantTypes() {
	}

	static AuthorizationGrantType check(Property at, String grantType) {
		if (AuthorizationGrantType.REFRESH_TOKEN.getValue().equals(grantType)) {
			throw at.invalid("a refresh needs a refresh token, which comes from another grant",
					"Remove it, and call GrantTemplate.refreshTokenGrant with the refresh token");
		}
		if (!KNOWN.contains(grantType) && !isAbsoluteUri(grantType)) {
			throw at.invalid("there is no grant '" + grantType + "'",
					"Set it to one of " + String.join(", ", KNOWN) + ", or to the URI of a grant of your server's own");
		}
		return new AuthorizationGrantType(grantType);
	}

	private static boolean isAbsoluteUri(String text) {
		try {
			return new URI(text).isAbsolute();
		}
		catch (URISyntaxException ex) {
			return false;
		}
	}

}
