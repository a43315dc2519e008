package io.github.oidcgrants.managed;

import io.github.oidcgrants.error.GrantException;

/**
 * Is told what becomes of managed tokens. It is called after the fact, when those who
 * asked for a token have it, on the thread of the refresh; what it throws is logged, and
 * changes nothing.
 */
public interface ManagedTokenListener {

	/**
	 * There is a new access token.
	 * @param registrationId the registration
	 * @param name the name that the tokens are kept under
	 */
	default void refreshed(String registrationId, String name) {
	}

	/**
	 * The server does not take the refresh token any more: whoever it was has to log in
	 * again. The tokens are gone.
	 * @param registrationId the registration
	 * @param name the name that the tokens were kept under
	 * @param reason what the server said
	 */
	default void lost(String registrationId, String name, GrantException reason) {
	}

	/**
	 * A new refresh token could not be written to the store. It is held in memory, and
	 * writing it is tried again and again; if the process ends before that succeeds, it
	 * is lost.
	 * @param registrationId the registration
	 * @param name the name that the tokens are kept under
	 * @param reason what kept it from being written
	 */
	default void unsaved(String registrationId, String name, GrantException reason) {
	}

}
