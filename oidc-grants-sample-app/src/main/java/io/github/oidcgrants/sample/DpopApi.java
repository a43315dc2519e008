package io.github.oidcgrants.sample;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.resource.GrantInterceptor;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Calls an API that takes tokens with a proof only.
 */
@Component
class DpopApi {

	private static final String KEY = "/dpop-api/key";

	private static final String REQUESTS = "requests";

	private final RestClient http;

	private final RestClient withoutProof;

	DpopApi(RestClient.Builder http, GrantTemplate grants,
			@Value("${sample.authorization-server.issuer-uri}") String origin) {
		this.withoutProof = http.clone().baseUrl(origin).build();
		this.http = http.clone()
			.baseUrl(origin)
			// All that an application needs: token, proof, nonce, and no redirects.
			.apply(GrantInterceptor.configurer(grants, "bound"))
			// After it, so that it sees every request that is sent.
			.requestInterceptor((request, body, execution) -> {
				if (request.getAttributes().get(REQUESTS) instanceof AtomicInteger requests) {
					requests.incrementAndGet();
				}
				return execution.execute(request, body);
			})
			.build();
	}

	CountedAnswer call() {
		AtomicInteger requests = new AtomicInteger();
		ApiAnswer answer = this.http.get()
			.uri(KEY)
			.attribute(REQUESTS, requests)
			.exchangeForRequiredValue((request, response) -> ApiAnswer.of(response));
		return new CountedAnswer(answer, requests.get());
	}

	/**
	 * Does what nobody should: sends a bound token without a proof.
	 */
	ApiAnswer callAsBearer(TokenEndpointResponse token) {
		return this.withoutProof.get()
			.uri(KEY)
			.headers((headers) -> headers.setBearerAuth(token.accessToken()))
			.exchangeForRequiredValue((request, response) -> ApiAnswer.of(response));
	}

	/**
	 * What the API answered, and what it took.
	 *
	 * @param answer the answer
	 * @param requests how many requests were sent for it
	 */
	record CountedAnswer(ApiAnswer answer, int requests) {
	}

}
