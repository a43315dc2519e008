package io.github.oidcgrants.dpop;

/**
 * What a server is to the client. Nonces are kept apart by it: an authorization server
 * and an API on the same origin each have their own (RFC 9449 sections 8 and 9).
 */
public enum DPoPRole {

	/**
	 * It gives tokens.
	 */
	AUTHORIZATION_SERVER,

	/**
	 * It takes tokens.
	 */
	RESOURCE_SERVER

}
