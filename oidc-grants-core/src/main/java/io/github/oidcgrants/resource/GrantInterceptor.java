package io.github.oidcgrants.resource;

import java.io.IOException;
import java.util.function.Consumer;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.ResourceAuthorization;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

/**
 * Puts a registration's token on every request of a {@link RestClient}: as Bearer (RFC
 * 6750 section 2.1), or with a proof if it is bound to a DPoP key (RFC 9449 section 7).
 * <p>
 * A token goes only to the registration's allowed origins. Redirects are followed below
 * this, by the request factory, where nothing can hold the token back:
 * {@link #configurer} gives the client one that follows none. With another one that does,
 * an API that redirects elsewhere takes the token with it. A challenge for a DPoP nonce
 * is answered once, and a token that the API does not take is replaced once. If there is
 * no token, or its proof cannot be made, the call is not sent.
 */
public final class GrantInterceptor implements ClientHttpRequestInterceptor {

	private final GrantTemplate template;

	private final String registrationId;

	/**
	 * Creates an interceptor.
	 * @param template gives the tokens
	 * @param registrationId the registration whose tokens are used
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such registration,
	 * or its tokens may go nowhere
	 */
	public GrantInterceptor(GrantTemplate template, String registrationId) {
		template.requireAllowedOrigins(registrationId);
		this.template = template;
		this.registrationId = registrationId;
	}

	/**
	 * Has a client call an API with a registration's token over connections that follow
	 * no redirect, so that the token goes nowhere else: for
	 * {@link RestClient.Builder#apply}. It sets the client's request factory, to what
	 * {@link GrantTemplate#transport(String)} gives.
	 * @param template gives the tokens
	 * @param registrationId the registration whose tokens are used
	 * @return what adds the interceptor and sets the request factory
	 * @throws GrantException {@link Kind#MISCONFIGURED} as
	 * {@link #GrantInterceptor(GrantTemplate, String)} does
	 */
	public static Consumer<RestClient.Builder> configurer(GrantTemplate template, String registrationId) {
		GrantInterceptor interceptor = new GrantInterceptor(template, registrationId);
		return (client) -> client.requestFactory(template.transport(registrationId)).requestInterceptor(interceptor);
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		ResourceAuthorization authorization = this.template.authorize(this.registrationId, request.getMethod(),
				request.getURI());
		while (true) {
			HttpHeaders headers = authorization.headers();
			// What the attempt before had, and a Bearer token has not.
			request.getHeaders().remove("DPoP");
			request.getHeaders().putAll(headers);
			ClientHttpResponse response = execution.execute(request, body);
			if (!shouldSendAgain(authorization, response)) {
				return response;
			}
			response.close();
		}
	}

	private static boolean shouldSendAgain(ResourceAuthorization authorization, ClientHttpResponse response)
			throws IOException {
		try {
			return authorization.shouldSendAgain(response.getStatusCode().value(), response.getHeaders());
		}
		catch (IOException | RuntimeException ex) {
			response.close();
			throw ex;
		}
	}

	@Override
	public String toString() {
		return "GrantInterceptor[" + this.registrationId + "]";
	}

}
