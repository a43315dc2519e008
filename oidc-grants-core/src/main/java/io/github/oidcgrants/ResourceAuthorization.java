package io.github.oidcgrants;

import java.net.URI;
import java.util.List;

import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.Challenge;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * The authorization of one call to a protected API (RFC 6750 section 2.1, RFC 9449
 * section 7): headers to send, and what to do about the answer. For one call on one
 * thread.
 * <p>
 * The call may be sent again twice at the most: once because the API wants a DPoP nonce,
 * once because it does not take the token and there is a newer one.
 */
public final class ResourceAuthorization {

	private static final String DPOP = "DPoP";

	private final GrantTemplate template;

	private final Registered registered;

	private final GrantRegistration registration;

	private final HttpMethod method;

	private final URI uri;

	private TokenEndpointResponse token;

	private @Nullable String challengeNonce;

	private boolean nonceAnswered;

	private boolean tokenReplaced;

	ResourceAuthorization(GrantTemplate template, Registered registered, HttpMethod method, URI uri) {
		this.template = template;
		this.registered = registered;
		this.registration = registered.registration();
		this.method = method;
		this.uri = uri;
		this.token = template.token(this.registration.id());
	}

	/**
	 * Gives the headers for the next attempt. Each call makes a proof of its own.
	 * @return {@code Authorization}, and for a bound token {@code DPoP}
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the token is one that no call
	 * is made with, or the key that it is bound to is not here: nothing must be sent then
	 */
	public HttpHeaders headers() {
		HttpHeaders headers = new HttpHeaders();
		switch (this.token.tokenType()) {
			case "bearer" -> {
				if (this.registration.dpopMode() == DPoPMode.REQUIRED) {
					throw GrantException.misconfigured("The token of the registration '" + this.registration.id()
							+ "' is a Bearer token, although DPoP is required: nothing was sent");
				}
				headers.setBearerAuth(this.token.accessToken());
			}
			case "dpop" -> {
				headers.set(HttpHeaders.AUTHORIZATION, DPOP + " " + this.token.accessToken());
				headers.set(DPOP, proof(this.registered.requireKey(this.token.dpopThumbprint())));
			}
			default -> throw GrantException.misconfigured("The token of the registration '" + this.registration.id()
					+ "' has the type '" + this.token.tokenType() + "', which no call is made with: nothing was sent");
		}
		return headers;
	}

	private String proof(DPoPHandle handle) {
		String nonce = this.challengeNonce;
		this.challengeNonce = null;
		String accessToken = this.token.accessToken();
		return (nonce != null) ? handle.proof(this.method.name(), this.uri, accessToken, nonce)
				: handle.proof(DPoPRole.RESOURCE_SERVER, this.method.name(), this.uri, accessToken);
	}

	/**
	 * Takes note of the API's answer, and says whether to send the call again with new
	 * {@link #headers()}.
	 * @param status the answer's HTTP status
	 * @param answer the answer's headers
	 * @return whether to send it again
	 * @throws GrantException if the API does not take the token, and a new one cannot be
	 * had
	 */
	public boolean shouldSendAgain(int status, HttpHeaders answer) {
		String nonce = answer.getFirst("DPoP-Nonce");
		String thumbprint = this.token.dpopThumbprint();
		DPoPHandle handle = (thumbprint != null) ? this.registered.key(thumbprint) : null;
		boolean usable = handle != null && handle.remember(DPoPRole.RESOURCE_SERVER, this.uri, nonce);
		if (status != 401) {
			return false;
		}
		List<Challenge> challenges = Challenge.parse(answer.getOrEmpty(HttpHeaders.WWW_AUTHENTICATE));
		if (usable && !this.nonceAnswered && names(challenges, "use_dpop_nonce")) {
			this.nonceAnswered = true;
			this.challengeNonce = nonce;
			return true;
		}
		if (!this.tokenReplaced && names(challenges, "invalid_token")
				&& this.template.replaceRefused(this.registered, this.token)) {
			this.tokenReplaced = true;
			this.token = this.template.token(this.registration.id());
			return true;
		}
		return false;
	}

	private static boolean names(List<Challenge> challenges, String error) {
		return challenges.stream().anyMatch((challenge) -> error.equals(challenge.parameter("error")));
	}

	@Override
	public String toString() {
		return "ResourceAuthorization[registration=" + this.registration.id() + ", token=" + this.token + "]";
	}

}
