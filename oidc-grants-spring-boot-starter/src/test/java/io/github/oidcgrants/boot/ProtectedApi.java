package io.github.oidcgrants.boot;

import java.text.ParseException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;

/**
 * An API that Spring Security's resource server protects, on a free port of 127.0.0.1.
 * Whoever gets past it is told who they are.
 */
final class ProtectedApi implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private ProtectedApi(String issuer, String nonce) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.properties("server.address=127.0.0.1", "server.port=0", "spring.main.banner-mode=off", "issuer=" + issuer,
					"nonce=" + nonce)
			.run();
	}

	static ProtectedApi start(String issuer) {
		return new ProtectedApi(issuer, "");
	}

	/**
	 * Starts one that wants a nonce in proofs.
	 */
	static ProtectedApi startWithNonce(String issuer, String nonce) {
		return new ProtectedApi(issuer, nonce);
	}

	String address() {
		return "http://127.0.0.1:" + this.context.getEnvironment().getRequiredProperty("local.server.port");
	}

	/**
	 * {@return the requests so far}
	 */
	List<Call> calls() {
		return this.context.getBean(Calls.class).all();
	}

	@Override
	public void close() {
		this.context.close();
	}

	record Call(String authorization, String proof) {
	}

	record Calls(List<Call> all) {
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Calls calls() {
			return new Calls(new CopyOnWriteArrayList<>());
		}

		@Bean
		JwtDecoder decoder(@Value("${issuer}") String issuer) {
			return NimbusJwtDecoder.withJwkSetUri(issuer + "/oauth2/jwks").build();
		}

		@Bean
		SecurityFilterChain protection(HttpSecurity http) {
			http.authorizeHttpRequests((authorize) -> authorize.anyRequest().authenticated());
			http.oauth2ResourceServer(
					(resourceServer) -> resourceServer.jwt(Customizer.withDefaults()).dPoP(Customizer.withDefaults()));
			return http.build();
		}

		@Bean
		FilterRegistrationBean<Filter> nonces(@Value("${nonce}") String nonce, Calls calls) {
			FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>((request, response, chain) -> {
				String proof = String.valueOf(((HttpServletRequest) request).getHeader("DPoP"));
				calls.all()
					.add(new Call(String.valueOf(((HttpServletRequest) request).getHeader("Authorization")), proof));
				if (nonce.isEmpty() || nonce.equals(nonce(proof))) {
					chain.doFilter(request, response);
					return;
				}
				HttpServletResponse refusal = (HttpServletResponse) response;
				refusal.setStatus(401);
				refusal.setHeader("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\"");
				refusal.setHeader("DPoP-Nonce", nonce);
			});
			filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return filter;
		}

		private static Object nonce(String proof) {
			try {
				return String.valueOf(SignedJWT.parse(proof).getJWTClaimsSet().getClaim("nonce"));
			}
			catch (ParseException ex) {
				return "";
			}
		}

		// After the protection: it needs no web framework.
		@Bean
		FilterRegistrationBean<Filter> api() {
			FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>(
					(request, response, chain) -> response.getWriter()
						.print("hello " + ((HttpServletRequest) request).getUserPrincipal().getName()));
			filter.setOrder(Ordered.LOWEST_PRECEDENCE);
			return filter;
		}

	}

}
