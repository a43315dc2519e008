package io.github.oidcgrants.boot;

import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.stream.Stream;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Every way to authenticate other than by a secret as it is, to a real server: over
 * https, with the certificates of SSL bundles.
 */
class ClientAuthenticationTests {

	private static final KeyPair RSA = TestKeys.rsa(2048);

	private static final KeyPair EC = TestKeys.ec();

	private static StubServer clientKeys;

	private static SpringAuthorizationServer server;

	@BeforeAll
	static void start() throws Exception {
		clientKeys = StubServer.start()
			.keys(new JWKSet(List.of(new RSAKey.Builder((RSAPublicKey) RSA.getPublic()).keyID("rsa").build(),
					new ECKey.Builder(Curve.P_256, (ECPublicKey) EC.getPublic()).keyID("ec").build(),
					TestKeys.jwk("client"), TestKeys.jwk("self-signed")))
				.toString());
		server = SpringAuthorizationServer.startSecure(clientKeys.address() + "/jwks");
	}

	@AfterAll
	static void stop() {
		server.close();
		clientKeys.close();
	}

	private static ApplicationContextRunner runner(String clientId, String method, String... more) {
		String prefix = "oidc-grants.registration.users.";
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues("oidc-grants.provider.main.issuer-uri=" + server.issuer(),
					"oidc-grants.http.ssl.bundle=trust", prefix + "provider=main", prefix + "client-id=" + clientId,
					prefix + "client-authentication-method=" + method, prefix + "scope=read:users")
			.withPropertyValues(TestKeys.trustBundle("trust"))
			.withPropertyValues(TestKeys.bundle("client", "client"))
			.withPropertyValues(TestKeys.bundle("self-signed", "self-signed"))
			.withPropertyValues(Stream.of(more).map((property) -> prefix + property).toArray(String[]::new));
	}

	private static void assertAuthenticates(ApplicationContextRunner runner) {
		runner.run((context) -> assertThat(context.getBean(GrantTemplate.class).token("users").scopes())
			.containsExactly("read:users"));
	}

	private static void assertRefused(ApplicationContextRunner runner) {
		runner.run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
			assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_client");
		});
	}

	@Test
	void a_JWT_of_the_secret() {
		String secret = SpringAuthorizationServer.secret("client_secret_jwt");
		assertAuthenticates(runner("client_secret_jwt", "client_secret_jwt", "client-secret=" + secret));
		assertAuthenticates(runner("client_secret_jwt", "client_secret_jwt",
				"client-secret-location=" + TestKeys.file("secret", secret + "\n")));
		assertRefused(runner("client_secret_jwt", "client_secret_jwt", "client-secret=" + secret + "!"));
	}

	@Test
	void a_JWT_of_an_RSA_key() {
		String key = "client-assertion.key.location=" + TestKeys.file("rsa.pem", TestKeys.pem(RSA));
		assertAuthenticates(runner("private_key_jwt", "private_key_jwt", key));
		assertAuthenticates(runner("private_key_jwt", "private_key_jwt", key, "client-assertion.key.key-id=rsa",
				"client-assertion.audience=endpoint", "client-assertion.lifetime=10s",
				"client-assertion.header.typ=JWT", "client-assertion.claims.purpose=test"));
		assertRefused(runner("private_key_jwt", "private_key_jwt", key, "client-assertion.key.key-id=other"));
		assertRefused(runner("private_key_jwt", "private_key_jwt", key,
				"client-assertion.audience=https://other.example.com"));
	}

	@Test
	void a_JWT_of_an_EC_key_in_a_file_or_bundle() {
		assertAuthenticates(runner("ec", "private_key_jwt",
				"client-assertion.key.location=" + TestKeys.file("ec.pem", TestKeys.pem(EC)),
				"client-assertion.algorithm=ES256"));
		assertAuthenticates(runner("ec", "private_key_jwt", "client-assertion.key.ssl-bundle=client"));
	}

	@Test
	void a_key_that_is_replaced_is_used_from_then_on() {
		String file = TestKeys.file("replaced.pem", TestKeys.pem(TestKeys.ec()));
		ApplicationContextRunner runner = runner("ec", "private_key_jwt", "client-assertion.key.location=" + file,
				"client-assertion.key.key-id=ec");
		assertRefused(runner);
		runner.run((context) -> {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			TestKeys.file("replaced.pem", TestKeys.pem(EC));
			assertThat(template.token("users").accessToken()).isNotEmpty();
			TestKeys.delete(file);
			template.evict("users");
			GrantException ex = catchThrowableOfType(GrantException.class, () -> template.token("users"));
			assertThat(ex.kind()).isEqualTo(Kind.MISCONFIGURED);
			assertThat(ex).hasMessageContaining("replaced.pem")
				.hasMessageContaining("does not exist (oidc-grants.registration.users.client-assertion.key.location)");
			TestKeys.file("replaced.pem", "-----BEGIN CERTIFICATE-----");
			assertThat(catchThrowableOfType(GrantException.class, () -> template.token("users")))
				.hasMessageContaining("nor a PEM with a PRIVATE KEY: give one of the two"
						+ " (oidc-grants.registration.users.client-assertion.key.location)");
			TestKeys.file("replaced.pem", TestKeys.pem(EC));
			assertThat(template.token("users").accessToken()).isNotEmpty();
		});
	}

	@Test
	void a_certificate_of_a_CA() throws Exception {
		runner("tls_client_auth", "tls_client_auth", "ssl.bundle=client").run(
				(context) -> assertThat(boundTo(context.getBean(GrantTemplate.class))).isEqualTo(thumbprint("client")));
		assertRefused(runner("tls_client_auth", "tls_client_auth", "ssl.bundle=self-signed"));
	}

	@Test
	void a_certificate_that_is_self_signed() throws Exception {
		runner("self_signed_tls_client_auth", "self_signed_tls_client_auth", "ssl.bundle=self-signed")
			.run((context) -> assertThat(boundTo(context.getBean(GrantTemplate.class)))
				.isEqualTo(thumbprint("self-signed")));
		assertRefused(runner("self_signed_tls_client_auth", "self_signed_tls_client_auth", "ssl.bundle=client"));
	}

	/**
	 * This server binds only the tokens of clients that the certificate authenticates.
	 */
	@Test
	void a_client_with_a_secret_presents_its_certificate_too() {
		runner("client_secret_basic", "client_secret_basic",
				"client-secret=" + SpringAuthorizationServer.secret("client_secret_basic"), "ssl.bundle=client",
				"tls-client-certificate-bound-access-tokens=true")
			.run((context) -> {
				server.certificates().clear();
				context.getBean(GrantTemplate.class).token("users");
				assertThat(server.certificates()).containsExactly(TestKeys.certificate("client"));
			});
	}

	@Test
	void an_update_of_the_bundle_is_followed() {
		runner("tls_client_auth", "tls_client_auth", "ssl.bundle=client")
			.withPropertyValues(TestKeys.bundle("next-client", "next-client"))
			.run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				SslBundles bundles = context.getBean(SslBundles.class);
				SslBundle first = bundles.getBundle("client");
				assertThat(boundTo(template)).isEqualTo(thumbprint("client"));
				for (int i = 0; i < 2; i++) {
					assertFollows(context, bundles.getBundle("next-client"), thumbprint("next-client"));
					assertFollows(context, first, thumbprint("client"));
				}
			});
	}

	private static void assertFollows(ApplicationContext context, SslBundle next, String thumbprint) throws Exception {
		context.getBean(SslBundleRegistry.class).updateBundle("client", next);
		// A token that is bound to the certificate before is of no use any more.
		assertThat(boundTo(context.getBean(GrantTemplate.class))).isEqualTo(thumbprint);
	}

	@Test
	void a_server_that_is_not_trusted_gets_nothing() {
		runner("client_secret_basic", "client_secret_basic", "client-secret=hush")
			.withPropertyValues("oidc-grants.http.ssl.bundle=jdk")
			.withPropertyValues("spring.ssl.bundle.jks.jdk.keystore.location=" + TestKeys.keyStore("client"),
					"spring.ssl.bundle.jks.jdk.keystore.password=" + TestKeys.PASSWORD)
			.run((context) -> {
				GrantTemplate template = context.getBean(GrantTemplate.class);
				assertThat(catchThrowableOfType(GrantException.class, () -> template.token("users")).kind())
					.isEqualTo(Kind.TRANSPORT);
			});
	}

	private static Object boundTo(GrantTemplate template) throws Exception {
		return SignedJWT.parse(template.token("users").accessToken())
			.getJWTClaimsSet()
			.getJSONObjectClaim("cnf")
			.get("x5t#S256");
	}

	private static String thumbprint(String alias) throws Exception {
		return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(TestKeys.certificate(alias).getEncoded()))
			.toString();
	}

}
