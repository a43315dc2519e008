package io.github.oidcgrants.managed;

import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * Refreshes tokens of one registration, with its client and its keys.
 */
public interface TokenRefresher {

	/**
	 * Refreshes tokens (RFC 6749 section 6).
	 * @param request what to refresh
	 * @param rotated is given the refresh token of an answer, if it holds one, before
	 * anything else in it is looked at
	 * @return the new token, validated
	 * @throws GrantException if there is none
	 */
	TokenEndpointResponse refresh(RefreshRequest request, Consumer<String> rotated);

	/**
	 * {@return the address of the server that is asked: refreshes ahead of one leave room
	 * for those of others}
	 */
	String provider();

	/**
	 * {@return whether a token that is bound to a DPoP key can be used here}
	 * @param thumbprint the key's thumbprint
	 */
	boolean hasKey(String thumbprint);

	/**
	 * Takes note of a login that is kept, so that the key stays that its refresh token
	 * may be bound to. Said when it is handed over, and each time it is read to refresh
	 * it.
	 * @param thumbprint the thumbprint of the DPoP key that its tokens are bound to
	 */
	void kept(String thumbprint);

	/**
	 * What to refresh.
	 *
	 * @param refreshToken the refresh token
	 * @param previous the ID token of the login, or {@code null}
	 * @param dpopThumbprint the DPoP key that the tokens are bound to, or {@code null}
	 * @param parameters what to ask for besides
	 */
	record RefreshRequest(String refreshToken, @Nullable OidcIdToken previous, @Nullable String dpopThumbprint,
			GrantParameters parameters) {

		@Override
		public String toString() {
			return "RefreshRequest[dpopThumbprint=" + this.dpopThumbprint + ", parameters=" + this.parameters + "]";
		}

	}

}
