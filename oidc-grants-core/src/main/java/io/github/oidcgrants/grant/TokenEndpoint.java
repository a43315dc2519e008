package io.github.oidcgrants.grant;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The one path to the token endpoint (RFC 6749 section 3.2) that all grants take.
 */
public final class TokenEndpoint {

	private final ClientHttpRequestFactory transport;

	private final InstantSource clock;

	/**
	 * Creates the path.
	 * @param transport the transport for clients that have none of their own
	 * @param clock tells when requests are sent
	 */
	public TokenEndpoint(ClientHttpRequestFactory transport, InstantSource clock) {
		this.transport = transport;
		this.clock = clock;
	}

	/**
	 * Runs a grant: one request, never repeated.
	 * @param configuration the client
	 * @param grantType the grant
	 * @param parameters what it asks for
	 * @param options how to run it
	 * @return the token
	 * @throws GrantException if there is none
	 */
	TokenEndpointResponse request(Configuration configuration, AuthorizationGrantType grantType,
			GrantParameters parameters, GrantOptions options) {
		JsonHttp http = configuration.http(this.transport, options.timeout());
		HttpCall call = HttpCall.post(configuration.server().metadata(http).tokenEndpoint())
			.parameter(OAuth2ParameterNames.GRANT_TYPE, grantType.getValue());
		parameters.forEach(call::parameter, call::secretParameter);
		configuration.authentication().authenticate(configuration.clientId(), call);
		Instant sentAt = this.clock.instant();
		HttpAnswer answer = http.exchange(call);
		Map<String, @Nullable Object> body = OAuthAnswer.requireSuccess(answer, this.clock);
		return TokenEndpointResponse.of(body, sentAt, this.clock, answer::malformed);
	}

}
