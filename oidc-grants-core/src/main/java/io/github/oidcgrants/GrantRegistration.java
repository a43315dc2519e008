package io.github.oidcgrants;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * A configuration under a name of the application's own, with what its grants ask for
 * unless told otherwise. Immutable.
 *
 * @param id the name
 * @param configuration the client and its server
 * @param grantType the grant that {@link GrantTemplate#token(String)} runs
 * @param parameters what grants ask for; a call's own parameter replaces the one of the
 * same name
 */
public record GrantRegistration(String id, Configuration configuration, AuthorizationGrantType grantType,
		GrantParameters parameters) {

	/**
	 * Creates a registration.
	 * @param id the name, not blank
	 * @param configuration the client and its server
	 * @param grantType the grant that {@link GrantTemplate#token(String)} runs
	 * @param parameters what grants ask for
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the name is blank
	 */
	public GrantRegistration {
		if (id.isBlank()) {
			throw GrantException.misconfigured("A registration has no id: name it");
		}
	}

	/**
	 * Creates a registration of the client credentials grant.
	 * @param id the name, not blank
	 * @param configuration the client and its server
	 * @param parameters what grants ask for
	 * @return the registration
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the name is blank
	 */
	public static GrantRegistration clientCredentials(String id, Configuration configuration,
			GrantParameters parameters) {
		return new GrantRegistration(id, configuration, AuthorizationGrantType.CLIENT_CREDENTIALS, parameters);
	}

}
