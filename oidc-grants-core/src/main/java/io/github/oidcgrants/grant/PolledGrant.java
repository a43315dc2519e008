package io.github.oidcgrants.grant;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The grants whose token is asked for until a user has decided, and what they ask with.
 */
enum PolledGrant {

	/**
	 * RFC 8628 section 3.4.
	 */
	DEVICE_CODE(AuthorizationGrantType.DEVICE_CODE.getValue(), OAuth2ParameterNames.DEVICE_CODE),

	/**
	 * OpenID Connect CIBA Core 1.0 section 10.1.
	 */
	CIBA(BackchannelAuthenticationGrant.GRANT_TYPE.getValue(), "auth_req_id");

	private final String grantType;

	private final String parameter;

	PolledGrant(String grantType, String parameter) {
		this.grantType = grantType;
		this.parameter = parameter;
	}

	AuthorizationGrantType grantType() {
		return new AuthorizationGrantType(this.grantType);
	}

	/**
	 * {@return the name of the parameter that says which decision is asked about}
	 */
	String parameter() {
		return this.parameter;
	}

}
