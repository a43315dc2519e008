package io.github.oidcgrants.grant;

import java.util.List;
import java.util.Map;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.metadata.ServerMetadata;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The DPoP side of one grant: proofs for its requests, the one answer to a challenge for
 * a nonce, and the check that no weaker token comes back than was wanted (RFC 9449
 * sections 5 and 8).
 */
final class TokenProofs {

	private static final String USE_DPOP_NONCE = "use_dpop_nonce";

	private final @Nullable DPoPHandle handle;

	private final boolean required;

	private @Nullable String challengeNonce;

	private boolean challenged;

	private TokenProofs(@Nullable DPoPHandle handle, boolean required) {
		this.handle = handle;
		this.required = required;
	}

	/**
	 * Sends no proofs.
	 */
	static TokenProofs none() {
		return new TokenProofs(null, false);
	}

	static TokenProofs of(Configuration configuration, GrantOptions options, ServerMetadata server) {
		DPoPHandle handle = options.dpop();
		if (handle == null || options.dpopMode() == DPoPMode.OFF) {
			return none();
		}
		boolean required = options.dpopMode() == DPoPMode.REQUIRED;
		List<String> listed = server.list("dpop_signing_alg_values_supported");
		boolean known = !listed.isEmpty() || configuration.server().discovers(ServerMetadata.TOKEN_ENDPOINT);
		if (required && known && !listed.contains(handle.algorithm())) {
			throw GrantException
				.misconfigured("DPoP is required (" + configuration.describe() + "), but the server lists "
						+ (listed.isEmpty() ? "no algorithm for it" : "only the algorithms " + listed)
						+ ", and the key's is " + handle.algorithm() + ": nothing was sent. "
						+ (listed.isEmpty()
								? "Use another mode (dpop.mode: preferred or off), or configure the token endpoint"
										+ " (token-uri) if the server does it without saying so"
								: "Use a key that the server takes, or another mode (dpop.mode)"));
		}
		boolean proved = listed.isEmpty() || listed.contains(handle.algorithm()) || options.boundDPoP();
		return new TokenProofs(proved ? handle : null, required);
	}

	/**
	 * Takes note of the nonce in an answer to a request that carried no proof: the newest
	 * from any answer is the one to use (RFC 9449 section 8.2).
	 */
	static void remember(GrantOptions options, HttpAnswer answer) {
		DPoPHandle handle = options.dpop();
		if (handle != null && options.dpopMode() != DPoPMode.OFF) {
			remember(handle, answer);
		}
	}

	private static @Nullable String remember(DPoPHandle handle, HttpAnswer answer) {
		String nonce = answer.header("DPoP-Nonce");
		return handle.remember(DPoPRole.AUTHORIZATION_SERVER, answer.call().uri(), nonce) ? nonce : null;
	}

	void apply(HttpCall call) {
		DPoPHandle handle = this.handle;
		if (handle == null) {
			return;
		}
		String method = HttpMethod.POST.name();
		String nonce = this.challengeNonce;
		this.challengeNonce = null;
		String proof = (nonce != null) ? handle.proof(method, call.uri(), null, nonce)
				: handle.proof(DPoPRole.AUTHORIZATION_SERVER, method, call.uri(), null);
		call.secret(proof).header("DPoP", proof);
	}

	/**
	 * Takes note of an answer, and says whether to send the request again because of it.
	 */
	boolean answersChallenge(HttpAnswer answer) {
		DPoPHandle handle = this.handle;
		if (handle == null) {
			return false;
		}
		String nonce = remember(handle, answer);
		if (nonce == null || this.challenged || !isChallenge(answer)) {
			return false;
		}
		this.challenged = true;
		this.challengeNonce = nonce;
		return true;
	}

	private static boolean isChallenge(HttpAnswer answer) {
		Map<String, @Nullable Object> body = answer.objectOrNull();
		return answer.status() >= 400 && answer.status() <= 499 && body != null
				&& USE_DPOP_NONCE.equals(body.get(OAuth2ParameterNames.ERROR));
	}

	TokenEndpointResponse bind(TokenEndpointResponse response, HttpAnswer answer) {
		boolean bound = "dpop".equals(response.tokenType());
		if (bound && this.handle == null) {
			throw answer.malformed("its token is bound to a DPoP key, although no proof was sent");
		}
		if (this.required && "bearer".equals(response.tokenType())) {
			throw GrantException.answer(Kind.MALFORMED_RESPONSE, "The answer to " + answer.call()
					+ " is a Bearer token, although DPoP is required: it is not used. Does the server bind tokens"
					+ " for this client? If not, use another mode (dpop.mode: preferred or off)", answer.status(),
					null);
		}
		return (bound && this.handle != null) ? response.boundTo(this.handle.thumbprint()) : response;
	}

}
