package io.github.oidcgrants.grant;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

import io.github.oidcgrants.client.ClientCredential;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.idtoken.IdTokenExpectation;
import io.github.oidcgrants.idtoken.IdTokenValidator;
import io.github.oidcgrants.metadata.ServerMetadata;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * The one path to the token endpoint (RFC 6749 section 3.2) that all grants take.
 * <p>
 * A grant is one request. It is sent once more for each of two answers: one that refuses
 * the client, if the client's secret, key or assertion has changed meanwhile, and one
 * that wants a DPoP nonce. Each time every proof in it is made anew.
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
		Configuration configuration = request.configuration();
		JsonHttp http = configuration.http(this.transport, request.options().timeout());
		ServerMetadata server = configuration.server().tokenMetadata(http);
		TokenProofs proofs = TokenProofs.of(request, server);
		Exchange exchange = exchange(request, http, server, proofs);
		TokenEndpointResponse response = TokenEndpointResponse.of(
				OAuthAnswer.requireSuccess(exchange.answer(), this.clock), request.isTokenExchange(), exchange.sentAt(),
				this.clock, exchange.answer()::malformed);
		return validated(proofs.bind(response, exchange.answer()), request, http);
	}

	private Exchange exchange(TokenRequest request, JsonHttp http, ServerMetadata server, TokenProofs proofs) {
		ClientCredential credential = credential(request.configuration());
		boolean credentialRead = false;
		while (true) {
			Exchange exchange = send(request, http, server, credential, proofs);
			if (proofs.answersChallenge(exchange.answer())) {
				continue;
			}
			if (credentialRead || !refusesClient(exchange.answer())) {
				return exchange;
			}
			credentialRead = true;
			ClientCredential current = currentCredential(request.configuration(), credential);
			if (current.equals(credential)) {
				return exchange;
			}
			credential = current;
		}
	}

	// If it cannot be read now, what the server said to the one before is what counts.
	private static ClientCredential currentCredential(Configuration configuration, ClientCredential before) {
		try {
			return credential(configuration);
		}
		catch (GrantException ex) {
			return before;
		}
	}

	private static ClientCredential credential(Configuration configuration) {
		return configuration.authentication().credential(configuration.clientId());
	}

	private Exchange send(TokenRequest request, JsonHttp http, ServerMetadata server, ClientCredential credential,
			TokenProofs proofs) {
		boolean mutualTls = request.configuration().mutualTls();
		HttpCall call = HttpCall.post(server.endpoint(ServerMetadata.TOKEN_ENDPOINT, mutualTls))
			.from(request.configuration().describe())
			.parameter(OAuth2ParameterNames.GRANT_TYPE, request.grantType().getValue());
		request.parameters().forEach(call::parameter, call::secretParameter);
		Instant sentAt = this.clock.instant();
		credential.apply(call, server, sentAt);
		proofs.apply(call);
		return new Exchange(http.exchange(call), sentAt);
	}

	private static boolean refusesClient(HttpAnswer answer) {
		Map<String, @Nullable Object> body = answer.objectOrNull();
		return answer.status() == 401
				|| (body != null && OAuth2ErrorCodes.INVALID_CLIENT.equals(body.get(OAuth2ParameterNames.ERROR)));
	}

	private TokenEndpointResponse validated(TokenEndpointResponse response, TokenRequest request, JsonHttp http) {
		String idToken = response.idToken();
		if (idToken == null) {
			return response;
		}
		Configuration configuration = request.configuration();
		ServerMetadata server = configuration.server().metadata(http);
		String issuer = server.issuer();
		if (issuer == null) {
			throw GrantException.of(GrantException.Kind.ID_TOKEN_REFUSED,
					"The ID token is refused: the issuer of client '" + configuration.clientId()
							+ "' is not known, so nothing can be held against it (issuer-uri)");
		}
		IdTokenExpectation expected = new IdTokenExpectation(issuer, configuration.server().tenants(),
				configuration.clientId(), server.list("id_token_signing_alg_values_supported"), response.accessToken(),
				null, null, request.previous());
		OidcIdToken claims = this.idTokens.validate(idToken, configuration.idTokenRules(), expected,
				(header) -> configuration.server().key(header, http));
		return response.withClaims(claims);
	}

	private record Exchange(HttpAnswer answer, Instant sentAt) {
	}

}
