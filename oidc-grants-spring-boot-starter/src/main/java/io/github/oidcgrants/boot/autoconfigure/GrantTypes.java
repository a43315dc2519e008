package io.github.oidcgrants.boot.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

import io.github.oidcgrants.grant.BackchannelAuthenticationGrant;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * Which grants a registration can have as its own.
 */
final class GrantTypes {

	private static final String CIBA = BackchannelAuthenticationGrant.GRANT_TYPE.getValue();

	private static final List<String> KNOWN = List.of(AuthorizationGrantType.CLIENT_CREDENTIALS.getValue(),
			AuthorizationGrantType.JWT_BEARER.getValue(), "urn:ietf:params:oauth:grant-type:saml2-bearer",
			AuthorizationGrantType.TOKEN_EXCHANGE.getValue(), AuthorizationGrantType.DEVICE_CODE.getValue(), CIBA);

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

	/**
	 * Finds the name that logins are kept under, of a grant that has logins.
	 */
	static @Nullable String keepLoginsAs(Property at, OidcGrantsProperties.Registration registration) {
		Property name = at.child("keep-logins-as");
		String keepLoginsAs = name.notBlank(registration.keepLoginsAs());
		String grantType = registration.authorizationGrantType();
		String deviceCode = AuthorizationGrantType.DEVICE_CODE.getValue();
		if (keepLoginsAs != null && !deviceCode.equals(grantType) && !CIBA.equals(grantType)) {
			throw name.invalid("nobody logs in by the grant '" + grantType + "'",
					"Set " + at.child("authorization-grant-type").name() + " to " + deviceCode + " or " + CIBA
							+ ", or remove it");
		}
		return keepLoginsAs;
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
