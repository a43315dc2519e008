package io.github.oidcgrants.sample;

import java.net.URI;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.test.json.JsonContent;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Bound tokens, and an API that wants proofs. In an application of its own: what a call
 * takes depends on whether there was one before.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "sample.authorization-server.port=0",
		"sample.authorization-server.client-secret=of-my-own", "spring.application.name=dpop" })
class SampleDpopTests {

	@Autowired
	private GrantTemplate grants;

	private RestTestClient sample;

	private RestTestClient api;

	private URI key;

	@BeforeEach
	void connect(@LocalServerPort int port, @Value("${sample.authorization-server.issuer-uri}") String origin) {
		this.sample = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		this.api = RestTestClient.bindToServer().baseUrl(origin).build();
		this.key = URI.create(origin + "/dpop-api/key");
	}

	@Test
	void callsTheApiWithProofAndRemembersItsNonce() {
		String first = dpop();
		String second = dpop();

		TokenEndpointResponse token = this.grants.token("bound");
		assertThat(token.dpopThumbprint()).isNotNull();
		assertThat(json(first)).extractingPath("$.requests").isEqualTo(2);
		assertThat(json(second)).extractingPath("$.requests").isEqualTo(1);
		assertThat(json(second)).extractingPath("$.tokenType").isEqualTo("dpop");
		assertThat(json(second)).extractingPath("$.api.status").isEqualTo(200);
		assertThat(json(second)).extractingPath("$.thumbprint").isEqualTo(token.dpopThumbprint());
		assertThat(json(second)).extractingPath("$.api.body.cnf.jkt").isEqualTo(token.dpopThumbprint());
		assertThat(json(second)).extractingPath("$.sentAsBearer.status").isEqualTo(401);
		assertThat(json(second)).extractingPath("$.sentAsBearer.challenge").asString().contains("invalid_token");
		assertThat(second.replace(token.dpopThumbprint(), "")).doesNotContainPattern("[A-Za-z0-9_-]{40}");
	}

	private String dpop() {
		String body = this.sample.get()
			.uri("/dpop")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody();
		return (body != null) ? body : "";
	}

	private static JsonContent json(String body) {
		return new JsonContent(body);
	}

	@Test
	void apiWantsNonceOfItsOwn() {
		String token = this.grants.token("bound").accessToken();
		DPoPHandle other = DPoPHandle.of(DPoPKeyPair.random());

		call(token, other.proof("GET", this.key, token, "not-its-own")).expectHeader()
			.valueEquals(HttpHeaders.WWW_AUTHENTICATE, "DPoP error=\"use_dpop_nonce\"")
			.expectHeader()
			.exists("DPoP-Nonce");
		call(token, "no proof at all").expectHeader()
			.valueEquals(HttpHeaders.WWW_AUTHENTICATE, "DPoP error=\"use_dpop_nonce\"");
	}

	@Test
	void apiRefusesProofOfAnotherKey() {
		String token = this.grants.token("bound").accessToken();
		DPoPHandle other = DPoPHandle.of(DPoPKeyPair.random());

		call(token, other.proof("GET", this.key, token, nonce())).expectHeader()
			.value(HttpHeaders.WWW_AUTHENTICATE, (challenge) -> assertThat(challenge).contains("invalid_dpop_proof"));
	}

	@Test
	void apiRefusesTokenThatIsNotBound() {
		String token = this.grants.token("users").accessToken();
		DPoPHandle other = DPoPHandle.of(DPoPKeyPair.random());

		call(token, other.proof("GET", this.key, token, nonce()));
	}

	@Test
	void apiRefusesWhoHasNoProof() {
		String token = this.grants.token("bound").accessToken();

		this.api.get()
			.uri(this.key)
			.header(HttpHeaders.AUTHORIZATION, "DPoP " + token)
			.exchange()
			.expectStatus()
			.isUnauthorized();
		this.api.get().uri(this.key).exchange().expectStatus().isUnauthorized();
	}

	@Test
	void tokenGoesNowhereElse() {
		assertThatExceptionOfType(GrantException.class)
			.isThrownBy(() -> this.grants.authorizationHeaders("bound", HttpMethod.GET,
					URI.create("https://elsewhere.example.com/dpop-api/key")))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED))
			.withMessageContaining("allowed-origins");
	}

	private RestTestClient.ResponseSpec call(String token, String proof) {
		return this.api.get()
			.uri(this.key)
			.header(HttpHeaders.AUTHORIZATION, "DPoP " + token)
			.header("DPoP", proof)
			.exchange()
			.expectStatus()
			.isUnauthorized();
	}

	private String nonce() {
		String nonce = this.api.get()
			.uri(this.key)
			.exchange()
			.returnResult(String.class)
			.getResponseHeaders()
			.getFirst("DPoP-Nonce");
		return (nonce != null) ? nonce : "";
	}

}
