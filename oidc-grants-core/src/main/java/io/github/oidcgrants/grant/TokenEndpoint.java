package io.github.oidcgrants.grant;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.idtoken.IdTokenExpectation;
import io.github.oidcgrants.idtoken.IdTokenValidator;
import io.github.oidcgrants.metadata.ServerMetadata;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * The one path to the token endpoint (RFC 6749 section 3.2) that all grants take: a
 * request, what its answer must be, and whether the ID token in it is believed.
 */
public final class TokenEndpoint {

	private final ClientHttpRequestFactory transport;

	private final InstantSource clock;

	private final IdTokenValidator idTokens;

	/**
	 * Creates the path.
	 * @param transport the transport for clients that have none of their own
	 * @param clock tells when requests are sent, and the time that ID tokens are held
	 * against
	 */
	public TokenEndpoint(ClientHttpRequestFactory transport, InstantSource clock) {
		this.transport = transport;
		this.clock = clock;
		this.idTokens = new IdTokenValidator(clock);
	}

	/**
	 * Asks for a token.
	 * @param request what to ask
	 * @return the token
	 * @throws GrantException if there is none
	 */
	TokenEndpointResponse request(TokenRequest request) {
		return validated(ask(request), request);
	}

	/**
	 * Asks for a token, and leaves open whether the ID token beside it is believed.
	 * @param request what to ask
	 * @return the token, without claims
	 * @throws GrantException if there is none
	 */
	TokenEndpointResponse ask(TokenRequest request) {
		return ask(request, (members) -> {
		});
	}

	/**
	 * Asks for a token, and shows the answer to somebody before it is looked at.
	 * @param request what to ask
	 * @param received is given the members of an answer that says success
	 * @return the token, without claims
	 * @throws GrantException if there is none
	 */
	TokenEndpointResponse ask(TokenRequest request, Consumer<Map<String, @Nullable Object>> received) {
		Configuration configuration = request.configuration();
		JsonHttp http = http(request);
		ServerMetadata server = configuration.server().metadata(ServerMetadata.TOKEN_ENDPOINT, http);
		TokenProofs proofs = TokenProofs.of(configuration, request.options(), server);
		ClientExchange.Answered answered = new ClientExchange(configuration, server, http, this.clock)
			.send(ServerMetadata.TOKEN_ENDPOINT, request::fill, proofs);
		HttpAnswer answer = answered.answer();
		Map<String, @Nullable Object> members = OAuthAnswer.requireSuccess(answer, this.clock);
		received.accept(members);
		TokenEndpointResponse response = TokenEndpointResponse.of(members, request.isTokenExchange(), answered.sentAt(),
				this.clock, answer::malformed);
		if (request.authReqId() != null && response.idToken() == null) {
			throw answer.malformed("it has no id_token, which CIBA requires");
		}
		return proofs.bind(response, answer);
	}

	/**
	 * Decides whether the ID token beside a token is believed.
	 * @param response the token
	 * @param request what it answers
	 * @return the token, with the claims of the ID token if there is one
	 * @throws GrantException if it is not believed, or the server's keys cannot be had
	 */
	TokenEndpointResponse validated(TokenEndpointResponse response, TokenRequest request) {
		String idToken = response.idToken();
		if (idToken == null) {
			return response;
		}
		Configuration configuration = request.configuration();
		JsonHttp http = http(request);
		ServerMetadata server = configuration.server().metadata(http);
		String issuer = server.issuer();
		if (issuer == null) {
			throw GrantException.of(GrantException.Kind.ID_TOKEN_REFUSED,
					"The ID token is refused: the issuer of client '" + configuration.clientId()
							+ "' is not known, so nothing can be held against it (issuer-uri)");
		}
		IdTokenExpectation expected = new IdTokenExpectation(issuer, configuration.server().tenants(),
				configuration.clientId(), server.list("id_token_signing_alg_values_supported"), response.accessToken(),
				request.authReqId(), null, request.previous());
		OidcIdToken claims = this.idTokens.validate(idToken, configuration.idTokenRules(), expected,
				(header) -> configuration.server().key(header, http));
		return response.withClaims(claims);
	}

	private JsonHttp http(TokenRequest request) {
		return request.configuration().http(this.transport, request.options().timeout());
	}

}
