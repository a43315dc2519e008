package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.resource.GrantInterceptor;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens that are bound to a DPoP key (RFC 9449).
 */
@KeycloakTest
class KeycloakDPoPTests {

	private final DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random());

	private final Keycloak keycloak;

	KeycloakDPoPTests(Keycloak keycloak) {
		this.keycloak = keycloak;
	}

	private static GrantOptions with(DPoPHandle handle, DPoPMode mode) {
		return GrantOptions.builder().dpop(handle, mode).build();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA" })
	void client_credentials_are_bound_to_a_key_of_each_algorithm(String algorithm) throws ParseException {
		DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.random(algorithm));
		TokenAssertions.assertBound(this.keycloak.grants()
			.clientCredentialsGrant(this.keycloak.clientWithSecret(Realm.DPOP_CLIENT), GrantParameters.none(),
					with(handle, DPoPMode.REQUIRED)),
				handle);
	}

	@ParameterizedTest
	@EnumSource(value = DPoPMode.class, names = { "PREFERRED", "REQUIRED" })
	void a_client_that_need_not_bind_its_tokens_may(DPoPMode mode) throws ParseException {
		TokenAssertions.assertBound(this.keycloak.grants()
			.clientCredentialsGrant(this.keycloak.clientWithSecret(Realm.CLIENT), GrantParameters.none(),
					with(this.handle, mode)),
				this.handle);
	}

	@Test
	void a_client_that_must_bind_its_tokens_gets_none_without_a_proof() {
		Configuration client = this.keycloak.clientWithSecret(Realm.DPOP_CLIENT);
		Failures.assertRefused(400, "invalid_request", () -> this.keycloak.grants().clientCredentialsGrant(client));
	}

	@Test
	void a_replayed_proof_is_refused() throws IOException, InterruptedException {
		URI endpoint = URI.create(this.keycloak.issuer() + "/protocol/openid-connect/token");
		HttpRequest request = HttpRequest.newBuilder(endpoint)
			.header("Content-Type", "application/x-www-form-urlencoded")
			.header("DPoP", this.handle.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", endpoint, null))
			.POST(BodyPublishers
				.ofString("grant_type=password&scope=openid&client_id=" + Realm.PUBLIC_DPOP_CLIENT + "&username="
						+ Realm.USER + "&password=" + URLEncoder.encode(Realm.PASSWORD, StandardCharsets.UTF_8)))
			.build();
		HttpClient http = HttpClient.newHttpClient();
		assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
		HttpResponse<String> replayed = http.send(request, BodyHandlers.ofString());
		assertThat(replayed.statusCode()).isEqualTo(400);
		assertThat(replayed.body()).contains("invalid_request").contains("DPoP");
	}

	@Test
	void a_public_client_refreshes_with_the_key_that_its_tokens_are_bound_to() throws ParseException {
		Configuration client = this.keycloak.client(Realm.PUBLIC_DPOP_CLIENT).build();
		GrantOptions options = with(this.handle, DPoPMode.REQUIRED);
		TokenEndpointResponse first = this.keycloak.logIn(client, options);
		TokenAssertions.assertBound(first, this.handle);
		TokenEndpointResponse second = this.keycloak.grants()
			.refreshTokenGrant(client, first, GrantParameters.none(), options);
		TokenAssertions.assertBound(second, this.handle);
		assertThat(second.claims().getSubject()).isEqualTo(first.claims().getSubject());
	}

	@Test
	void a_public_client_does_not_refresh_with_another_key_or_none() {
		Configuration client = this.keycloak.client(Realm.PUBLIC_DPOP_CLIENT).build();
		TokenEndpointResponse tokens = this.keycloak.logIn(client, with(this.handle, DPoPMode.REQUIRED));
		GrantOptions other = with(DPoPHandle.of(DPoPKeyPair.random()), DPoPMode.REQUIRED);
		String refreshToken = tokens.refreshToken();
		Failures.assertRefused(400, "invalid_grant",
				() -> this.keycloak.grants().refreshTokenGrant(client, refreshToken, GrantParameters.none(), other));
		Failures.assertRefused(400, "invalid_request", () -> this.keycloak.grants()
			.refreshTokenGrant(client, refreshToken, GrantParameters.none(), GrantOptions.none()));
	}

	@Test
	void a_protected_api_takes_the_token_with_its_proof_only() {
		String userInfo = this.keycloak.issuer() + "/protocol/openid-connect/userinfo";
		GrantRegistration registration = GrantRegistration
			.builder("service", this.keycloak.clientWithSecret(Realm.DPOP_CLIENT))
			.parameters(GrantParameters.builder().scope("openid").build())
			.dpop(DPoPKeyRing.of(this.handle), DPoPMode.REQUIRED)
			.allowedOrigins(List.of(userInfo.substring(0, userInfo.indexOf("/realms/"))))
			.build();
		GrantTemplate template = new GrantTemplate(this.keycloak.grants(), TokenCache.create(), List.of(registration));
		RestClient plain = RestClient.builder().requestFactory(new JdkClientHttpRequestFactory()).build();
		RestClient api = plain.mutate().requestInterceptor(new GrantInterceptor(template, "service")).build();
		assertThat(api.get().uri(userInfo).retrieve().body(String.class)).contains("service-account-");
		HttpStatusCode asBearer = plain.get()
			.uri(userInfo)
			.headers((headers) -> headers.setBearerAuth(template.token("service").accessToken()))
			.exchange((request, response) -> response.getStatusCode());
		assertThat(asBearer.value()).isEqualTo(401);
	}

}
