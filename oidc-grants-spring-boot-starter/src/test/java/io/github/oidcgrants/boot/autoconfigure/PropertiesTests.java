package io.github.oidcgrants.boot.autoconfigure;

import java.net.URI;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.boot.TestKeys;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.jose.CryptoProviders;
import io.github.oidcgrants.token.TokenServing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

import static org.assertj.core.api.Assertions.assertThat;

class PropertiesTests {

	private static final String R = "oidc-grants.registration.payments.";

	private static final String P = "oidc-grants.provider.main.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
		.withPropertyValues(R + "provider=main", R + "client-id=app", P + "issuer-uri=https://idp.example.com");

	@AfterEach
	void restore() {
		CryptoProviders.select("auto");
	}

	@Test
	void what_is_not_set_has_its_default() {
		this.runner.run((context) -> {
			GrantRegistration registration = registration(context.getBean(Registrations.class));
			assertThat(registration.grantType()).isEqualTo(AuthorizationGrantType.CLIENT_CREDENTIALS);
			assertThat(registration.parameters().asMap()).isEmpty();
			assertThat(registration.cachePolicy()).hasToString(TokenCachePolicy.defaults().toString());
			Configuration configuration = registration.configuration();
			assertThat(configuration.clientId()).isEqualTo("app");
			assertThat(configuration.authentication().method().getValue()).isEqualTo("none");
			assertThat(configuration.timeout()).isEqualTo(Duration.ofSeconds(30));
			assertThat(configuration.allowInsecureRequests()).isFalse();
			assertThat(configuration.server().issuer()).isEqualTo("https://idp.example.com");
			assertThat(configuration.ciba().tokenDeliveryMode()).isEqualTo(TokenDeliveryMode.POLL);
			assertThat(configuration.ciba().signsRequests()).isFalse();
			assertThat(configuration.ciba().requestLifetime()).isEqualTo(Duration.ofMinutes(5));
			assertThat(context.getBean(OidcGrantsProperties.class).http().connectTimeout())
				.isEqualTo(Duration.ofSeconds(5));
		});
	}

	@Test
	void a_client_with_a_secret_sends_it_in_the_header_unless_told_otherwise() {
		this.runner.withPropertyValues(R + "client-secret=s")
			.run((context) -> assertThat(method(context.getBean(Configuration.class)))
				.isEqualTo("client_secret_basic"));
		this.runner.withPropertyValues(R + "client-secret=s", R + "client-authentication-method=client_secret_post")
			.run((context) -> assertThat(method(context.getBean(Configuration.class))).isEqualTo("client_secret_post"));
	}

	@Test
	void a_registration_wins_over_its_provider_and_that_over_http() {
		ApplicationContextRunner all = this.runner.withPropertyValues("oidc-grants.http.timeout=3s",
				"oidc-grants.http.allow-insecure-requests=true");
		all.run((context) -> assertThat(context.getBean(Configuration.class).timeout()).hasSeconds(3));
		all.run((context) -> assertThat(context.getBean(Configuration.class).allowInsecureRequests()).isTrue());
		ApplicationContextRunner provider = all.withPropertyValues(P + "timeout=2s",
				P + "allow-insecure-requests=false");
		provider.run((context) -> assertThat(context.getBean(Configuration.class).timeout()).hasSeconds(2));
		provider.run((context) -> assertThat(context.getBean(Configuration.class).allowInsecureRequests()).isFalse());
		ApplicationContextRunner registration = provider.withPropertyValues(R + "timeout=1s",
				R + "allow-insecure-requests=true");
		registration.run((context) -> assertThat(context.getBean(Configuration.class).timeout()).hasSeconds(1));
		registration
			.run((context) -> assertThat(context.getBean(Configuration.class).allowInsecureRequests()).isTrue());
	}

	@Test
	void the_connect_timeout_has_the_same_precedence() {
		Property at = Property.ROOT;
		HttpSettings http = HttpSettings
			.of(new OidcGrantsProperties.Http(Duration.ofSeconds(3), Duration.ofSeconds(9), false, null));
		assertThat(http.connectTimeout()).hasSeconds(3);
		HttpSettings provider = http.with(at,
				bind(OidcGrantsProperties.Provider.class, Map.of("connect-timeout", "2s")));
		assertThat(provider.connectTimeout()).hasSeconds(2);
		assertThat(provider.timeout()).hasSeconds(9);
		assertThat(provider.with(at, bind(OidcGrantsProperties.Registration.class, Map.of("connect-timeout", "1s")))
			.connectTimeout()).hasSeconds(1);
	}

	@Test
	void scopes_are_separated_by_commas_or_spaces_and_can_be_a_list() {
		for (String[] scopes : List.of(new String[] { R + "scope=read:users, write:users" },
				new String[] { R + "scope=read:users write:users" },
				new String[] { R + "scope[0]=read:users", R + "scope[1]=write:users" })) {
			this.runner.withPropertyValues(scopes)
				.run((context) -> assertThat(registration(context.getBean(Registrations.class)).parameters().scopes())
					.containsExactly("read:users", "write:users"));
		}
	}

	@Test
	void parameters_keep_their_names_and_several_resources_and_audiences() {
		this.runner
			.withPropertyValues(R + "parameters.requested_token_type=urn:a", R + "parameters.x.y=z",
					R + "resource[0]=https://a.example", R + "resource[1]=https://b.example", R + "audience=a,b")
			.run((context) -> assertThat(registration(context.getBean(Registrations.class)).parameters().asMap())
				.isEqualTo(Map.of("requested_token_type", List.of("urn:a"), "x.y", List.of("z"), "resource",
						List.of("https://a.example", "https://b.example"), "audience", List.of("a", "b"))));
	}

	@Test
	void the_provider_is_the_one_of_the_same_name_unless_set() {
		this.runner.withPropertyValues("oidc-grants.registration.main.client-id=other")
			.run((context) -> assertThat(
					context.getBean("oidcGrantsConfiguration-main", Configuration.class).server().issuer())
				.isEqualTo("https://idp.example.com"));
	}

	@Test
	void a_token_endpoint_is_enough() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues(R + "provider=main", R + "client-id=app", P + "token-uri=https://idp.example.com/token")
			.run((context) -> assertThat(context.getBean(Configuration.class).server().configured().tokenEndpoint())
				.hasToString("https://idp.example.com/token"));
	}

	@Test
	void what_is_said_about_a_registration_reaches_it() {
		this.runner
			.withPropertyValues(R + "authorization-grant-type=https://idp.example.com/grants/own",
					R + "allowed-origins=https://api.example.com", R + "cache.generic-grants=true",
					R + "cache.refresh-ahead=false", R + "cache.skew=5s", R + "cache.lifetime-if-unknown=1h",
					R + "dpop.mode=preferred", R + "dpop.algorithm=EdDSA", R + "id-token.max-age=2h",
					R + "id-token.clock-skew=5s", R + "id-token.verify-signature=false",
					P + "jwk-set-uri=https://idp.example.com/jwks", P + "tenants=a,b")
			.run((context) -> {
				GrantRegistration registration = registration(context.getBean(Registrations.class));
				assertThat(registration.grantType().getValue()).isEqualTo("https://idp.example.com/grants/own");
				assertThat(registration.allows(URI.create("https://api.example.com/a"))).isTrue();
				assertThat(registration.allows(URI.create("https://idp.example.com/a"))).isFalse();
				assertThat(registration.cachePolicy().genericGrants()).isTrue();
				assertThat(registration.cachePolicy().serving())
					.isEqualTo(new TokenServing(Duration.ofSeconds(5), Duration.ofHours(1), false));
				assertThat(registration.dpopMode()).isEqualTo(DPoPMode.PREFERRED);
				assertThat(Objects.requireNonNull(registration.dpop()).current().algorithm()).isEqualTo("EdDSA");
				assertThat(registration.configuration().idTokenRules().toString()).contains("maxAge=PT2H",
						"tolerance=PT5S", "verifySignature=false");
				assertThat(registration.configuration().server().tenants()).containsExactlyInAnyOrder("a", "b");
				assertThat(registration.configuration().server().configured().get("jwks_uri"))
					.isEqualTo("https://idp.example.com/jwks");
			});
	}

	@Test
	void the_provider_that_is_named_signs() {
		this.runner.withPropertyValues("oidc-grants.crypto-provider=SunEC")
			.run((context) -> assertThat(CryptoProviders.find(JWSAlgorithm.ES256))
				.isSameAs(Security.getProvider("SunEC")));
		this.runner.withPropertyValues("oidc-grants.crypto-provider=jdk")
			.run((context) -> assertThat(CryptoProviders.find(JWSAlgorithm.ES256)).isNull());
	}

	@Test
	void an_RSA_key_signs_proofs_with_the_algorithm_that_is_set() {
		String key = TestKeys.file("properties-dpop.pem", TestKeys.pem(TestKeys.rsa(2048)));
		this.runner
			.withPropertyValues(R + "dpop.mode=required", R + "dpop.key.location=" + key, R + "dpop.algorithm=PS256")
			.run((context) -> assertThat(
					Objects.requireNonNull(registration(context.getBean(Registrations.class)).dpop())
						.current()
						.algorithm())
				.isEqualTo("PS256"));
	}

	@Test
	void what_is_said_about_waiting_for_users_reaches_it() {
		String key = TestKeys.file("properties-ciba.pem", TestKeys.pem(TestKeys.ec()));
		this.runner
			.withPropertyValues(R + "authorization-grant-type=urn:openid:params:grant-type:ciba",
					R + "ciba.token-delivery-mode=ping", R + "ciba.request.algorithm=ES256",
					R + "ciba.request.key.location=" + key, R + "ciba.request.key.key-id=k1",
					R + "ciba.request.lifetime=60m", P + "device-authorization-uri=https://idp.example.com/device",
					P + "backchannel-authentication-uri=https://idp.example.com/bc")
			.run((context) -> {
				GrantRegistration registration = registration(context.getBean(Registrations.class));
				assertThat(registration.grantType().getValue()).isEqualTo("urn:openid:params:grant-type:ciba");
				CibaOptions ciba = registration.configuration().ciba();
				assertThat(ciba.tokenDeliveryMode()).isEqualTo(TokenDeliveryMode.PING);
				assertThat(ciba.requestSigningAlgorithm()).isEqualTo(JWSAlgorithm.ES256);
				assertThat(ciba.requestSigningKey("app").publicJwk().getKeyID()).isEqualTo("k1");
				assertThat(ciba.requestLifetime()).isEqualTo(Duration.ofMinutes(60));
				JWK before = ciba.requestSigningKey("app").publicJwk();
				assertThat(ciba.requestSigningKey("app").publicJwk()).isEqualTo(before);
				TestKeys.file("properties-ciba.pem", TestKeys.pem(TestKeys.ec()));
				assertThat(ciba.requestSigningKey("app").publicJwk()).isNotEqualTo(before);
				AuthorizationServer server = registration.configuration().server();
				assertThat(server.configured().endpoint("device_authorization_endpoint"))
					.hasToString("https://idp.example.com/device");
				assertThat(server.configured().endpoint("backchannel_authentication_endpoint"))
					.hasToString("https://idp.example.com/bc");
				assertThat(server.discovers("device_authorization_endpoint")).isFalse();
				assertThat(server.discovers("token_endpoint")).isTrue();
			});
	}

	@Test
	void no_text_about_the_properties_shows_the_secret_or_the_values_of_parameters() {
		this.runner
			.withPropertyValues(R + "client-secret=hush-that-is-long-enough-to-sign-with",
					R + "client-authentication-method=client_secret_jwt", R + "parameters.ticket=hush-2",
					R + "client-assertion.claims.purpose=hush-3", R + "client-assertion.header.typ=hush-4")
			.run((context) -> assertThat(context.getBean(OidcGrantsProperties.class).toString()).contains("payments")
				.contains("ticket")
				.contains("purpose")
				.contains("typ")
				.doesNotContain("hush"));
	}

	private static <T> T bind(Class<T> type, Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("", type);
	}

	private static GrantRegistration registration(Registrations registrations) {
		return registrations.all().iterator().next();
	}

	private static String method(Configuration configuration) {
		return configuration.authentication().method().getValue();
	}

}
