package io.github.oidcgrants.boot;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;

/**
 * A Spring Authorization Server on a free port of 127.0.0.1, with a client for each way
 * to authenticate, named like it.
 */
public final class SpringAuthorizationServer implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private SpringAuthorizationServer() {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.properties("server.address=127.0.0.1", "server.port=0", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false")
			.run();
	}

	public static SpringAuthorizationServer start() {
		return new SpringAuthorizationServer();
	}

	/**
	 * {@return a secret with what forms, headers and character sets stumble over}
	 * @param clientId the client; no two may have the same secret
	 */
	public static String secret(String clientId) {
		return "p%40ss: +&=?/\"wörd€😀" + clientId;
	}

	public String issuer() {
		return "http://127.0.0.1:" + this.context.getEnvironment().getRequiredProperty("local.server.port");
	}

	/**
	 * {@return the query parameters and form fields of the token requests so far}
	 */
	public List<String> tokenRequests() {
		return this.context.getBean(TokenRequests.class).all;
	}

	@Override
	public void close() {
		this.context.close();
	}

	record TokenRequests(List<String> all) {
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TokenRequests tokenRequests() {
			return new TokenRequests(new CopyOnWriteArrayList<>());
		}

		@Bean
		FilterRegistrationBean<Filter> recorder(TokenRequests requests) {
			FilterRegistrationBean<Filter> recorder = new FilterRegistrationBean<>((request, response, chain) -> {
				request.setCharacterEncoding(StandardCharsets.UTF_8.name());
				if (request instanceof HttpServletRequest http && http.getRequestURI().equals("/oauth2/token")) {
					requests.all().add(String.valueOf(request.getParameter("scope")));
				}
				chain.doFilter(request, response);
			});
			recorder.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return recorder;
		}

		@Bean
		RegisteredClientRepository clients() {
			return new InMemoryRegisteredClientRepository(client(ClientAuthenticationMethod.CLIENT_SECRET_BASIC),
					client(ClientAuthenticationMethod.CLIENT_SECRET_POST), client(ClientAuthenticationMethod.NONE));
		}

		private static RegisteredClient client(ClientAuthenticationMethod method) {
			RegisteredClient.Builder client = RegisteredClient.withId(UUID.randomUUID().toString())
				.clientId(method.getValue())
				.clientAuthenticationMethod(method)
				.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
				.scope("read:users")
				.scope("write:users");
			if (!method.equals(ClientAuthenticationMethod.NONE)) {
				client.clientSecret("{noop}" + secret(method.getValue()));
			}
			return client.build();
		}

	}

}
