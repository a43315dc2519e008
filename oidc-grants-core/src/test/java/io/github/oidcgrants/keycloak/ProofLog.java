package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.http.Transports;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.InterceptingClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A transport that remembers the DPoP proofs of all requests that Keycloak answered.
 */
final class ProofLog implements ClientHttpRequestFactory {

	private final List<Answered> log = new CopyOnWriteArrayList<>();

	private final ClientHttpRequestFactory transport = new InterceptingClientHttpRequestFactory(
			Transports.jdk(Transports.DEFAULT_CONNECT_TIMEOUT, null), List.of(this::remember));

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
		return this.transport.createRequest(uri, method);
	}

	private ClientHttpResponse remember(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		ClientHttpResponse response = execution.execute(request, body);
		this.log.add(new Answered(request.getURI(), request.getHeaders().getOrEmpty("DPoP")));
		return response;
	}

	/**
	 * {@return how many requests to the token endpoint were answered}
	 */
	int polls() {
		return (int) this.log.stream().filter(Answered::isPoll).count();
	}

	/**
	 * Asserts that there were requests to the token endpoint; that each had a proof of
	 * its own for that endpoint, by a key, or none had if that was not wanted; and that
	 * no other request had one.
	 */
	void assertAsWanted(DPoPMode mode, DPoPHandle handle) throws JOSEException, ParseException {
		Set<String> used = new HashSet<>();
		for (Answered request : this.log) {
			boolean wanted = request.isPoll() && mode != DPoPMode.OFF;
			assertThat(request.proofs()).as(request.uri().getPath()).hasSize(wanted ? 1 : 0);
			for (String text : request.proofs()) {
				SignedJWT proof = SignedJWT.parse(text);
				assertThat(proof.getHeader().getJWK().computeThumbprint()).hasToString(handle.thumbprint());
				JWTClaimsSet claims = proof.getJWTClaimsSet();
				assertThat(claims.getStringClaim("htm")).isEqualTo("POST");
				assertThat(claims.getStringClaim("htu")).isEqualTo(request.uri().toString());
				assertThat(used.add(claims.getJWTID())).as("used once").isTrue();
			}
		}
		assertThat(polls()).isPositive();
	}

	private record Answered(URI uri, List<String> proofs) {

		boolean isPoll() {
			return this.uri.getPath().endsWith("/protocol/openid-connect/token");
		}

	}

}
