package io.github.oidcgrants.sample;

import java.io.IOException;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.web.client.RestClient.RequestHeadersSpec.ConvertibleClientHttpResponse;

/**
 * What an API answered.
 *
 * @param status the HTTP status
 * @param body the JSON object; {@code null} if the call was refused
 * @param challenge why it was refused (RFC 6750 section 3); {@code null} if it was not
 */
record ApiAnswer(int status, @Nullable Map<String, Object> body, @Nullable String challenge) {

	private static final ParameterizedTypeReference<Map<String, Object>> JSON_OBJECT = new ParameterizedTypeReference<>() {
	};

	static ApiAnswer of(ConvertibleClientHttpResponse response) throws IOException {
		return new ApiAnswer(response.getStatusCode().value(),
				response.getStatusCode().is2xxSuccessful() ? response.bodyTo(JSON_OBJECT) : null,
				response.getHeaders().getFirst(HttpHeaders.WWW_AUTHENTICATE));
	}

}
