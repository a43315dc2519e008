package io.github.oidcgrants.sample.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/**
 * Everything the authorization server is made of: a port, a client, a key. Not marked as
 * a configuration, or the sample would find it and take it for its own.
 */
@EnableWebSecurity
class AuthorizationServerConfiguration {

	private static final byte[] LOCAL = { 127, 0, 0, 1 };

	private static final Duration ACCESS_TOKEN_LIFETIME = Duration.ofMinutes(5);

	@Bean
	TomcatServletWebServerFactory webServer(DemoClient client) throws UnknownHostException {
		TomcatServletWebServerFactory webServer = new TomcatServletWebServerFactory(client.serverPort());
		webServer.setAddress(InetAddress.getByAddress(LOCAL));
		return webServer;
	}

	@Bean
	@Order(2)
	SecurityFilterChain authorizationServer(HttpSecurity http) {
		return http.oauth2AuthorizationServer((server) -> {
			http.securityMatcher(server.getEndpointsMatcher());
			server.oidc(Customizer.withDefaults());
			server.tokenEndpoint((endpoint) -> endpoint.accessTokenRequestConverter(DemoUserGrant::read)
				.authenticationProviders((providers) -> providers.add(demoUserGrant(http))));
			server.deviceAuthorizationEndpoint(
					(endpoint) -> endpoint.verificationUri(DeviceVerificationConfiguration.VERIFICATION));
			server.deviceVerificationEndpoint(DeviceVerificationConfiguration::endpoint);
		})
			.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
			// Users sign in; clients get an error.
			.exceptionHandling((failures) -> failures.defaultAuthenticationEntryPointFor(
					new LoginUrlAuthenticationEntryPoint("/login"),
					PathPatternRequestMatcher.pathPattern(DeviceVerificationConfiguration.DECISION)))
			.build();
	}

	// With the parts that the server has made for its own grants.
	private static DemoUserGrantProvider demoUserGrant(HttpSecurity http) {
		return new DemoUserGrantProvider(http.getSharedObject(OAuth2AuthorizationService.class),
				http.getSharedObject(OAuth2TokenGenerator.class));
	}

	@Bean
	RegisteredClientRepository clients(DemoClient client) {
		return new InMemoryRegisteredClientRepository(RegisteredClient.withId(client.id())
			.clientId(client.id())
			.clientSecret("{noop}" + client.secret())
			.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
			.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
			.authorizationGrantType(AuthorizationGrantType.TOKEN_EXCHANGE)
			.authorizationGrantType(AuthorizationGrantType.DEVICE_CODE)
			.authorizationGrantType(DemoUserGrant.TYPE)
			.scope(OidcScopes.OPENID)
			.scope("read:users")
			.scope("write:users")
			.tokenSettings(TokenSettings.builder()
				.accessTokenTimeToLive(ACCESS_TOKEN_LIFETIME)
				// A refresh token works once: each refresh gives the next one.
				.reuseRefreshTokens(false)
				.build())
			.build());
	}

	@Bean
	OAuth2TokenCustomizer<JwtEncodingContext> resourceIndicators() {
		return new ResourceIndicators(Set.of("https://users.example.com", "https://audit.example.com"));
	}

	@Bean
	JWKSource<SecurityContext> keys() throws JOSEException {
		RSAKey key = new RSAKeyGenerator(2048).keyIDFromThumbprint(true).generate();
		return new ImmutableJWKSet<>(new JWKSet(key));
	}

	// For the user info endpoint, which comes with OpenID Connect.
	@Bean
	JwtDecoder decoder(JWKSource<SecurityContext> keys) {
		return NimbusJwtDecoder.withJwkSource(keys).build();
	}

	@Bean
	AuthorizationServerSettings settings() {
		return AuthorizationServerSettings.builder().build();
	}

}
