package io.github.oidcgrants.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.jose.jws.JwsAlgorithm;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/**
 * A Spring Authorization Server on a free port of 127.0.0.1, with a client for each way
 * to authenticate, named like it.
 */
public final class SpringAuthorizationServer implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private SpringAuthorizationServer(String... properties) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.properties("server.address=127.0.0.1", "server.port=0", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false")
			.properties(properties)
			.run();
	}

	public static SpringAuthorizationServer start() {
		return new SpringAuthorizationServer();
	}

	/**
	 * Starts a server that knows the keys of its clients.
	 * @param jwkSetUri where the keys are
	 */
	public static SpringAuthorizationServer start(String jwkSetUri) {
		return new SpringAuthorizationServer("client-keys=" + jwkSetUri);
	}

	/**
	 * Starts a server that is called by https and asks for certificates.
	 * @param jwkSetUri where the keys of its clients are
	 */
	public static SpringAuthorizationServer startSecure(String jwkSetUri) {
		return new SpringAuthorizationServer(Stream
			.concat(Stream.of("client-keys=" + jwkSetUri, "server.ssl.bundle=server", "server.ssl.client-auth=want"),
					Stream.of(TestKeys.bundle("server", "server")))
			.toArray(String[]::new));
	}

	/**
	 * {@return a secret with what forms, headers and character sets stumble over}
	 * @param clientId the client; no two may have the same secret
	 */
	public static String secret(String clientId) {
		return "p%40ss: +&=?/\"wörd€😀" + clientId;
	}

	public String issuer() {
		String scheme = this.context.getEnvironment().containsProperty("server.ssl.bundle") ? "https" : "http";
		return scheme + "://127.0.0.1:" + this.context.getEnvironment().getRequiredProperty("local.server.port");
	}

	/**
	 * {@return the query parameters and form fields of the token requests so far}
	 */
	public List<String> tokenRequests() {
		return this.context.getBean(TokenRequests.class).all;
	}

	/**
	 * {@return the certificates that were presented with token requests so far}
	 */
	public List<X509Certificate> certificates() {
		return this.context.getBean(TokenRequests.class).certificates;
	}

	/**
	 * {@return the DPoP proofs of the requests to an endpoint so far, with an empty text
	 * for each request that had none}
	 * @param path the endpoint's
	 */
	public List<String> proofs(String path) {
		return this.context.getBean(TokenRequests.class).proofs(path);
	}

	/**
	 * Gives a client a refresh token, as if a user had logged in.
	 * @param clientId the client
	 * @param confirmation what the access token before was bound to
	 * @return the refresh token
	 */
	public String refreshToken(String clientId, Map<String, String> confirmation) {
		RegisteredClient client = Objects
			.requireNonNull(this.context.getBean(RegisteredClientRepository.class).findByClientId(clientId));
		Instant now = Instant.now();
		Instant later = now.plusSeconds(300);
		OAuth2RefreshToken refreshToken = new OAuth2RefreshToken("refresh-" + UUID.randomUUID(), now, later);
		OAuth2AccessToken accessToken = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER,
				"access-" + UUID.randomUUID(), now, later);
		OidcIdToken idToken = OidcIdToken.withTokenValue("id-" + UUID.randomUUID())
			.subject("user-1")
			.issuedAt(now)
			.expiresAt(later)
			.build();
		this.context.getBean(OAuth2AuthorizationService.class)
			.save(OAuth2Authorization.withRegisteredClient(client)
				.principalName("user-1")
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.authorizedScopes(Set.of("openid", "read:users"))
				.attribute(Principal.class.getName(), new TestingAuthenticationToken("user-1", "", "ROLE_USER"))
				.token(accessToken,
						(metadata) -> metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME,
								Map.of("cnf", confirmation)))
				.token(idToken,
						(metadata) -> metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME, idToken.getClaims()))
				.refreshToken(refreshToken)
				.build());
		return refreshToken.getTokenValue();
	}

	/**
	 * Decides about a device as a user does: opens the server's page, signed in, and
	 * sends the form on it.
	 * @param page the page, with the code in its address
	 * @param agree whether the user agrees
	 */
	public static void decide(URI page, boolean agree) {
		String credentials = Base64.getEncoder().encodeToString("ada:lovelace".getBytes(StandardCharsets.US_ASCII));
		HttpRequest.Builder request = HttpRequest.newBuilder(page)
			.header("Authorization", "Basic " + credentials)
			.header("Accept", "text/html");
		try {
			HttpClient http = HttpClient.newHttpClient();
			String form = http.send(request.build(), BodyHandlers.ofString()).body();
			StringBuilder decision = new StringBuilder(agree ? "scope=read%3Ausers" : "");
			for (String name : List.of("client_id", "state", "user_code")) {
				Matcher input = Pattern.compile("name=\"" + name + "\" value=\"([^\"]+)\"").matcher(form);
				if (!input.find()) {
					throw new IllegalStateException("The server asks for no decision: " + form);
				}
				decision.append('&')
					.append(name)
					.append('=')
					.append(URLEncoder.encode(input.group(1), StandardCharsets.UTF_8));
			}
			http.send(request.uri(page.resolve("/oauth2/device_verification"))
				.header("Content-Type", "application/x-www-form-urlencoded")
				.POST(BodyPublishers.ofString(decision.toString()))
				.build(), BodyHandlers.discarding());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	record TokenRequests(List<String> all, List<X509Certificate> certificates, Map<String, List<String>> proofs) {

		List<String> proofs(String path) {
			return this.proofs.computeIfAbsent(path, (unused) -> new CopyOnWriteArrayList<>());
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TokenRequests tokenRequests() {
			return new TokenRequests(new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>(),
					new ConcurrentHashMap<>());
		}

		@Bean
		FilterRegistrationBean<Filter> recorder(TokenRequests requests) {
			FilterRegistrationBean<Filter> recorder = new FilterRegistrationBean<>((request, response, chain) -> {
				request.setCharacterEncoding(StandardCharsets.UTF_8.name());
				if (request instanceof HttpServletRequest http) {
					requests.proofs(http.getRequestURI()).add(Objects.requireNonNullElse(http.getHeader("DPoP"), ""));
				}
				if (request instanceof HttpServletRequest http && http.getRequestURI().equals("/oauth2/token")) {
					requests.all().add(String.valueOf(request.getParameter("scope")));
					if (request.getAttribute(
							"jakarta.servlet.request.X509Certificate") instanceof X509Certificate[] presented) {
						requests.certificates().add(presented[0]);
					}
				}
				chain.doFilter(request, response);
			});
			recorder.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return recorder;
		}

		@Bean
		OAuth2AuthorizationService authorizations() {
			return new InMemoryOAuth2AuthorizationService();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(User.withUsername("ada").password("{noop}lovelace").build());
		}

		@Bean
		SecurityFilterChain endpoints(HttpSecurity http, RegisteredClientRepository clients) {
			http.httpBasic(Customizer.withDefaults());
			http.oauth2AuthorizationServer((server) -> server.oidc(Customizer.withDefaults())
				.deviceAuthorizationEndpoint(Customizer.withDefaults())
				.deviceVerificationEndpoint(Customizer.withDefaults())
				.clientAuthentication(
						(authentication) -> authentication.authenticationConverter(PublicClientRefresh::convert)
							.authenticationProvider(new PublicClientRefresh(clients))));
			http.authorizeHttpRequests((authorize) -> authorize.anyRequest().authenticated());
			http.oauth2ResourceServer((resourceServer) -> resourceServer.jwt(Customizer.withDefaults()));
			return http.build();
		}

		@Bean
		RegisteredClientRepository clients(@Value("${client-keys:}") String jwkSetUri) {
			return new InMemoryRegisteredClientRepository(client("client_secret_basic").build(), device("approving"),
					device("denying"), device("binding"), device("hesitating"), client("client_secret_post").build(),
					client("none").build(),
					client("client_secret_jwt").clientSecret(secret("client_secret_jwt"))
						.clientSettings(keys(jwkSetUri, MacAlgorithm.HS256))
						.build(),
					client("private_key_jwt").clientSettings(keys(jwkSetUri, SignatureAlgorithm.RS256)).build(),
					client("private_key_jwt").id("ec")
						.clientId("ec")
						.clientSettings(keys(jwkSetUri, SignatureAlgorithm.ES256))
						.build(),
					client("tls_client_auth")
						.clientSettings(ClientSettings.builder().x509CertificateSubjectDN("CN=client").build())
						.build(),
					client("self_signed_tls_client_auth").clientSettings(keys(jwkSetUri, SignatureAlgorithm.RS256))
						.build());
		}

		// Each on its own: this server remembers what a user has agreed to.
		private static RegisteredClient device(String clientId) {
			return RegisteredClient.withId(clientId)
				.clientId(clientId)
				.clientSecret("{noop}" + secret(clientId))
				.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
				.authorizationGrantType(AuthorizationGrantType.DEVICE_CODE)
				.authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
				.tokenSettings(TokenSettings.builder()
					.deviceCodeTimeToLive(Duration.ofSeconds("hesitating".equals(clientId) ? 9 : 300))
					.build())
				.scope("read:users")
				.build();
		}

		private static ClientSettings keys(String jwkSetUri, JwsAlgorithm algorithm) {
			ClientSettings.Builder settings = ClientSettings.builder()
				.tokenEndpointAuthenticationSigningAlgorithm(algorithm);
			return jwkSetUri.isEmpty() ? settings.build() : settings.jwkSetUrl(jwkSetUri).build();
		}

		private static RegisteredClient.Builder client(String method) {
			RegisteredClient.Builder client = RegisteredClient.withId(method)
				.clientId(method)
				.clientAuthenticationMethod(new ClientAuthenticationMethod(method))
				.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
				.authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
				.authorizationGrantType(AuthorizationGrantType.TOKEN_EXCHANGE)
				.tokenSettings(TokenSettings.builder()
					.reuseRefreshTokens("none".equals(method))
					.x509CertificateBoundAccessTokens(true)
					.build())
				.scope("openid")
				.scope("read:users")
				.scope("write:users");
			if (method.startsWith("client_secret_")) {
				client.clientSecret("{noop}" + secret(method));
			}
			return client;
		}

	}

	/**
	 * This server lets a public client refresh only once it is told to: RFC 9449 section
	 * 5 binds such a refresh token to the client's DPoP key.
	 */
	private record PublicClientRefresh(RegisteredClientRepository clients) implements AuthenticationProvider {

		static @Nullable Authentication convert(HttpServletRequest request) {
			boolean refreshes = "refresh_token".equals(request.getParameter("grant_type"))
					&& request.getHeader("Authorization") == null && request.getParameter("client_secret") == null
					&& request.getParameter("client_assertion") == null;
			return refreshes ? new OAuth2ClientAuthenticationToken(request.getParameter("client_id"),
					ClientAuthenticationMethod.NONE, null, null) : null;
		}

		@Override
		public @Nullable Authentication authenticate(Authentication authentication) {
			RegisteredClient client = this.clients.findByClientId(authentication.getName());
			boolean isPublic = client != null
					&& client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)
					&& authentication instanceof OAuth2ClientAuthenticationToken token
					&& ClientAuthenticationMethod.NONE.equals(token.getClientAuthenticationMethod());
			return isPublic ? new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null) : null;
		}

		@Override
		public boolean supports(Class<?> authentication) {
			return OAuth2ClientAuthenticationToken.class.isAssignableFrom(authentication);
		}

	}

}
