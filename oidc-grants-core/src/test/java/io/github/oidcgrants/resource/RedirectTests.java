package io.github.oidcgrants.resource;

import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An API that redirects to another origin.
 */
class RedirectTests {

	private static AuthorizationServerRig server;

	private static WireMockServer elsewhere;

	@BeforeAll
	static void start() {
		server = new AuthorizationServerRig();
		elsewhere = new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
		elsewhere.start();
	}

	@AfterAll
	static void stop() {
		elsewhere.stop();
		server.close();
	}

	@BeforeEach
	void reset() {
		server.reset();
		server.metadata(Map.of("dpop_signing_alg_values_supported", List.of("ES256")));
		server.answer(Map.of("token_type", "DPoP"));
		elsewhere.resetAll();
		elsewhere.stubFor(WireMock.any(WireMock.anyUrl()).willReturn(WireMock.ok("taken")));
	}

	private static RestClient.Builder client() {
		return RestClient.builder()
			.baseUrl(server.issuer())
			.requestFactory(new JdkClientHttpRequestFactory(
					HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build()));
	}

	private static int call(RestClient client, int redirect) {
		server.http()
			.stubFor(WireMock.get("/api")
				.willReturn(WireMock.status(redirect).withHeader("Location", elsewhere.baseUrl() + "/taken")));
		return client.get()
			.uri("/api")
			.exchangeForRequiredValue((request, response) -> response.getStatusCode().value());
	}

	@ParameterizedTest
	@ValueSource(ints = { 301, 302, 303, 307, 308 })
	void aRedirectReachesTheCallerAndTheTokenGoesNowhereElse(int status) {
		RestClient client = client().apply(GrantInterceptor.configurer(template(), "api")).build();
		assertThat(call(client, status)).isEqualTo(status);
		assertThat(server.http()
			.findAll(WireMock.getRequestedFor(WireMock.urlEqualTo("/api")).withHeader("DPoP", WireMock.matching(".+"))))
			.hasSize(1);
		assertThat(elsewhere.getAllServeEvents()).isEmpty();
	}

	@Test
	void theBareInterceptorCannotHoldBackWhatItsClientTakesAlong() {
		RestClient client = client().requestInterceptor(new GrantInterceptor(template(), "api")).build();
		assertThat(call(client, 307)).isEqualTo(200);
		// And the token with it, unless the JDK is new enough to hold Authorization back.
		elsewhere.verify(
				WireMock.getRequestedFor(WireMock.urlEqualTo("/taken")).withHeader("DPoP", WireMock.matching(".+")));
	}

	@Test
	void aClientWithACertificatePresentsItToTheApiToo() {
		ClientHttpRequestFactory own = Transports.detect(Transports.DEFAULT_CONNECT_TIMEOUT, null);
		GrantTemplate template = new GrantTemplate(server.client(), TokenCache.create(), List.of(
				GrantRegistration
					.builder("mutual",
							server.configuration(server.server())
								.authentication(ClientAuthentication.tlsClientAuth())
								.transport(own)
								.build())
					.build(),
				GrantRegistration.builder("plain", server.configuration(server.server()).transport(own).build())
					.build()));
		assertThat(template.transport("mutual")).isSameAs(own);
		assertThat(template.transport("plain")).isNotSameAs(own);
	}

	private static GrantTemplate template() {
		return new GrantTemplate(server.client(), TokenCache.create(server.time, server.time::nanoTime),
				List.of(GrantRegistration.builder("api", server.configuration())
					.dpop(DPoPKeyRing.of(DPoPHandle.of(DPoPKeyPair.random()), server.time), DPoPMode.REQUIRED)
					.allowedOrigins(List.of(server.issuer()))
					.build()));
	}

}
