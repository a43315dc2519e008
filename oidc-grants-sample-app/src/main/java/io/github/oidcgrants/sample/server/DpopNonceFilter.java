package io.github.oidcgrants.sample.server;

import java.io.IOException;
import java.text.ParseException;

import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses proofs without a nonce of this API that is still good (RFC 9449 section 9), and
 * gives the current one with every answer. That a proof is genuine, and there is one at
 * all where one is needed, is seen to after this.
 */
class DpopNonceFilter extends OncePerRequestFilter {

	private final DpopNonces nonces;

	DpopNonceFilter(DpopNonces nonces) {
		this.nonces = nonces;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		response.setHeader("DPoP-Nonce", this.nonces.current());
		String proof = request.getHeader("DPoP");
		if (proof == null || this.nonces.accepts(nonce(proof))) {
			chain.doFilter(request, response);
			return;
		}
		response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "DPoP error=\"use_dpop_nonce\"");
		response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
	}

	private static @Nullable String nonce(String proof) {
		try {
			return SignedJWT.parse(proof).getJWTClaimsSet().getStringClaim("nonce");
		}
		catch (ParseException ex) {
			return null;
		}
	}

}
