package io.github.oidcgrants.boot;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.resource.GrantInterceptor;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tokens that are bound to a key, from properties to a protected API.
 */
class DPoPTests {

	private static SpringAuthorizationServer server;

	@BeforeAll
	static void start() {
		server = SpringAuthorizationServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	private static ApplicationContextRunner runnerAt(String issuer, String... more) {
		String prefix = "oidc-grants.registration.users.";
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues("oidc-grants.provider.main.issuer-uri=" + issuer,
					"oidc-grants.http.allow-insecure-requests=true", prefix + "provider=main",
					prefix + "client-id=client_secret_basic",
					prefix + "client-secret=" + SpringAuthorizationServer.secret("client_secret_basic"),
					prefix + "scope=read:users")
			.withPropertyValues(Stream.of(more).map((property) -> prefix + property).toArray(String[]::new));
	}

	private static ApplicationContextRunner runner(String... more) {
		return runnerAt(server.issuer(), more);
	}

	@ParameterizedTest
	@ValueSource(strings = { "required", "preferred" })
	void a_token_is_bound_to_a_generated_key(String mode) {
		runner("dpop.mode=" + mode).run((context) -> {
			TokenEndpointResponse token = context.getBean(GrantTemplate.class).token("users");
			assertThat(token.tokenType()).isEqualTo("dpop");
			assertThat(token.dpopThumbprint()).isEqualTo(boundTo(token)).isNotNull();
		});
	}

	@Test
	void without_a_mode_or_with_off_a_token_is_not_bound() {
		runner().run((context) -> assertThat(context.getBean(GrantTemplate.class).token("users").tokenType())
			.isEqualTo("bearer"));
		String key = "dpop.key.location=" + TestKeys.file("off.pem", TestKeys.pem(TestKeys.ec()));
		runner("dpop.mode=off", key)
			.run((context) -> assertThat(context.getBean(GrantTemplate.class).token("users").tokenType())
				.isEqualTo("bearer"));
	}

	@Test
	void each_registration_has_a_key_of_its_own() {
		runner("dpop.mode=required")
			.withPropertyValues("oidc-grants.registration.others.provider=main",
					"oidc-grants.registration.others.client-id=client_secret_post",
					"oidc-grants.registration.others.client-authentication-method=client_secret_post",
					"oidc-grants.registration.others.client-secret="
							+ SpringAuthorizationServer.secret("client_secret_post"),
					"oidc-grants.registration.others.dpop.mode=required",
					"oidc-grants.registration.others.dpop.algorithm=ES384")
			.run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThat(boundTo(template.token("users"))).isNotEqualTo(boundTo(template.token("others")));
			});
	}

	@Test
	void a_token_is_bound_to_the_key_of_a_file_even_if_that_changes() {
		String pem = TestKeys.pem(TestKeys.ec());
		String file = TestKeys.file("dpop.pem", pem);
		runner("dpop.mode=required", "dpop.key.location=" + file, "dpop.key.key-id=k1").run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			String thumbprint = DPoPKeyPair.parse(pem).thumbprint();
			assertThat(boundTo(template.token("users"))).isEqualTo(thumbprint);
			TestKeys.file("dpop.pem", "changed");
			template.evict("users");
			assertThat(boundTo(template.token("users"))).isEqualTo(thumbprint);
			TestKeys.delete(file);
			template.evict("users");
			assertThat(boundTo(template.token("users"))).isEqualTo(thumbprint);
		});
	}

	@Test
	void a_token_is_bound_to_the_key_of_a_bundle() {
		runner("dpop.mode=required", "dpop.key.ssl-bundle=client")
			.withPropertyValues(TestKeys.bundle("client", "client"))
			.run((context) -> assertThat(boundTo(context.getBean(GrantTemplate.class).token("users")))
				.isEqualTo(TestKeys.jwk("client").computeThumbprint().toString()));
	}

	@Test
	void a_Bearer_token_is_taken_only_if_binding_is_not_required() {
		try (StubServer stub = StubServer.start()) {
			runnerAt(stub.address(), "dpop.mode=preferred")
				.run((context) -> assertThat(context.getBean(GrantTemplate.class).token("users").tokenType())
					.isEqualTo("bearer"));
			runnerAt(stub.address(), "dpop.mode=required").run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				stub.forms().clear();
				GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
				assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
				assertThat(ex).hasMessageContaining("the server lists no algorithm for it");
				assertThat(stub.forms()).isEmpty();
			});
		}
	}

	@Test
	void a_proof_that_is_replayed_is_refused() throws Exception {
		URI uri = URI.create(server.issuer() + "/oauth2/token");
		String proof = DPoPHandle.of(DPoPKeyPair.random()).proof(DPoPRole.AUTHORIZATION_SERVER, "POST", uri, null);
		assertThat(send(uri, proof).statusCode()).isEqualTo(200);
		HttpResponse<String> replayed = send(uri, proof);
		assertThat(replayed.statusCode()).isEqualTo(400);
		assertThat(replayed.body()).contains("invalid_dpop_proof");
	}

	private static HttpResponse<String> send(URI uri, String proof) throws IOException, InterruptedException {
		String form = "grant_type=client_credentials&client_id=client_secret_post&client_secret="
				+ URLEncoder.encode(SpringAuthorizationServer.secret("client_secret_post"), StandardCharsets.UTF_8);
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri)
				.header("Content-Type", "application/x-www-form-urlencoded")
				.header("DPoP", proof)
				.POST(HttpRequest.BodyPublishers.ofString(form))
				.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Test
	void the_refresh_token_of_a_public_client_is_of_use_to_its_key_only() {
		String pem = TestKeys.pem(TestKeys.ec());
		String thumbprint = DPoPKeyPair.parse(pem).thumbprint();
		String refreshToken = server.refreshToken("none", Map.of("jkt", thumbprint));
		publicClient(pem).run((context) -> {
			TokenEndpointResponse token = context.getBean(GrantTemplate.class).refreshTokenGrant("app", refreshToken);
			assertThat(boundTo(token)).isEqualTo(thumbprint).isEqualTo(token.dpopThumbprint());
		});
		publicClient(TestKeys.pem(TestKeys.ec())).run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			GrantException ex = catchThrowableOfType(GrantException.class,
					() -> template.refreshTokenGrant("app", refreshToken));
			assertThat(ex.kind()).isEqualTo(Kind.OAUTH_ERROR);
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_dpop_proof");
		});
	}

	@Test
	void tokens_that_are_bound_to_a_retired_key_are_refreshed_with_it() {
		String retired = TestKeys.pem(TestKeys.ec());
		String thumbprint = DPoPKeyPair.parse(retired).thumbprint();
		String refreshToken = server.refreshToken("none", Map.of("jkt", thumbprint));
		String rsa = "oidc-grants.registration.app.dpop.retired-keys[0].location="
				+ TestKeys.file("retired-rsa.pem", TestKeys.pem(TestKeys.rsa(2048)));
		String ec = "oidc-grants.registration.app.dpop.retired-keys[1].location="
				+ TestKeys.file("retired.pem", retired);
		AtomicReference<TokenEndpointResponse> before = new AtomicReference<>();
		publicClient(retired)
			.run((context) -> before.set(context.getBean(GrantTemplate.class).refreshTokenGrant("app", refreshToken)));
		publicClient(TestKeys.pem(TestKeys.ec()))
			.withPropertyValues(rsa, ec, "oidc-grants.registration.app.dpop.algorithm=ES256")
			.run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThat(template.dpopKeys("app").current().thumbprint()).isNotEqualTo(thumbprint);
				assertThat(boundTo(template.refreshTokenGrant("app", before.get()))).isEqualTo(thumbprint);
			});
	}

	private static ApplicationContextRunner publicClient(String pem) {
		return runner().withPropertyValues("oidc-grants.registration.app.provider=main",
				"oidc-grants.registration.app.client-id=none", "oidc-grants.registration.app.dpop.mode=required",
				"oidc-grants.registration.app.dpop.key.location=" + TestKeys.file("app.pem", pem));
	}

	@Test
	void an_API_takes_the_token_with_a_proof_for_it() {
		try (ProtectedApi api = ProtectedApi.start(server.issuer())) {
			runner("dpop.mode=required", "allowed-origins=" + api.address()).run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThat(get(template, api)).isEqualTo("hello client_secret_basic");
				String token = template.token("users").accessToken();
				assertThat(api.calls()).singleElement().satisfies((call) -> {
					assertThat(call.authorization()).isEqualTo("DPoP " + token);
					JWTClaimsSet proof = SignedJWT.parse(call.proof()).getJWTClaimsSet();
					assertThat(proof.getClaim("ath")).isEqualTo(hash(token));
					assertThat(proof.getClaim("htm")).isEqualTo("GET");
					assertThat(proof.getClaim("htu")).isEqualTo(api.address() + "/hello");
				});
			});
		}
	}

	@Test
	void a_proof_that_is_replayed_at_an_API_is_refused() {
		try (ProtectedApi api = ProtectedApi.start(server.issuer())) {
			URI uri = URI.create(api.address() + "/hello");
			runner("dpop.mode=required", "allowed-origins=" + api.address()).run((context) -> {
				HttpRequest.Builder call = HttpRequest.newBuilder(uri);
				context.getBean(GrantTemplate.class)
					.authorizationHeaders("users", HttpMethod.GET, uri)
					.forEach((name, values) -> values.forEach((value) -> call.header(name, value)));
				HttpClient http = HttpClient.newHttpClient();
				assertThat(http.send(call.build(), HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
				HttpResponse<Void> replayed = http.send(call.build(), HttpResponse.BodyHandlers.discarding());
				assertThat(replayed.statusCode()).isEqualTo(401);
				assertThat(replayed.headers().firstValue("WWW-Authenticate").orElseThrow()).startsWith("DPoP ")
					.contains("invalid_dpop_proof");
			});
		}
	}

	@Test
	void an_API_takes_a_Bearer_token() {
		try (ProtectedApi api = ProtectedApi.start(server.issuer())) {
			runner("allowed-origins=" + api.address()).run((context) -> {
				assertThat(get(context.getBean(GrantTemplate.class), api)).isEqualTo("hello client_secret_basic");
				assertThat(api.calls().get(0).authorization()).startsWith("Bearer ");
			});
		}
	}

	@Test
	void a_nonce_that_an_API_wants_is_given_once_and_remembered() {
		try (ProtectedApi api = ProtectedApi.startWithNonce(server.issuer(), "n-1")) {
			runner("dpop.mode=required", "allowed-origins=" + api.address()).run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThat(get(template, api)).isEqualTo("hello client_secret_basic");
				assertThat(api.calls()).hasSize(2);
				assertThat(get(template, api)).isEqualTo("hello client_secret_basic");
				assertThat(api.calls()).hasSize(3);
			});
		}
	}

	@Test
	void a_token_goes_to_no_other_origin() {
		try (ProtectedApi api = ProtectedApi.start(server.issuer())) {
			runner("dpop.mode=required", "allowed-origins=https://api.example.com").run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThatExceptionOfType(GrantException.class).isThrownBy(() -> get(template, api))
					.withMessageContaining("oidc-grants.registration.users.allowed-origins");
				assertThat(api.calls()).isEmpty();
			});
			runner("dpop.mode=required").run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThatExceptionOfType(GrantException.class)
					.isThrownBy(() -> new GrantInterceptor(template, "users"))
					.withMessageContaining("set oidc-grants.registration.users.allowed-origins");
			});
		}
	}

	private static String get(GrantTemplate template, ProtectedApi api) {
		return String.valueOf(RestClient.builder()
			.requestInterceptor(new GrantInterceptor(template, "users"))
			.build()
			.get()
			.uri(api.address() + "/hello?a=b")
			.retrieve()
			.body(String.class));
	}

	private static Object boundTo(TokenEndpointResponse token) throws Exception {
		return SignedJWT.parse(token.accessToken()).getJWTClaimsSet().getJSONObjectClaim("cnf").get("jkt");
	}

	private static String hash(String token) throws Exception {
		return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)))
			.toString();
	}

}
