package io.github.oidcgrants.dpop;

/**
 * Whether tokens are bound to a DPoP key.
 */
public enum DPoPMode {

	/**
	 * They are not; no proof is sent.
	 */
	OFF,

	/**
	 * They are if the server does it; a Bearer token is accepted too.
	 */
	PREFERRED,

	/**
	 * They are, or there is no token.
	 */
	REQUIRED

}
