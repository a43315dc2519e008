package io.github.oidcgrants.sample.server;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;

import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * An API of the authorization server, as its user info endpoint would be one, that takes
 * tokens with a proof only and wants a nonce of its own in it (RFC 9449 sections 7 and
 * 9). It is here because the server has an address before the sample starts: the origin
 * that a token may go to has to be known by then.
 */
@EnableWebMvc
class DpopApiConfiguration {

	@Bean
	@Order(1)
	SecurityFilterChain dpopApi(HttpSecurity http, JWKSource<SecurityContext> keys) {
		return http.securityMatcher("/dpop-api/**")
			.authorizeHttpRequests((requests) -> requests.anyRequest().hasAuthority("SCOPE_read:users"))
			.oauth2ResourceServer(
					(server) -> server.jwt((jwt) -> jwt.decoder(decoder(keys))).dPoP(Customizer.withDefaults()))
			// Spring Security checks proofs, but not for a nonce.
			.addFilterBefore(new DpopNonceFilter(new DpopNonces(InstantSource.system())), HeaderWriterFilter.class)
			.sessionManagement((sessions) -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
			.build();
	}

	private static JwtDecoder decoder(JWKSource<SecurityContext> keys) {
		NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(keys).build();
		decoder.setJwtValidator(JwtValidators
			.createDefaultWithValidators(List.of(new JwtAudienceValidator("https://users.example.com"))));
		return decoder;
	}

	@Bean
	DispatcherServlet dispatcherServlet() {
		return new DispatcherServlet();
	}

	@Bean
	RouterFunction<ServerResponse> dpopEndpoints() {
		return RouterFunctions.route().GET("/dpop-api/key", DpopApiConfiguration::key).build();
	}

	private static ServerResponse key(ServerRequest request) {
		Jwt token = request.principal()
			.map(JwtAuthenticationToken.class::cast)
			.map(JwtAuthenticationToken::getToken)
			.orElseThrow();
		Map<String, Object> answer = new LinkedHashMap<>();
		answer.put("calledBy", token.getSubject());
		answer.put("cnf", token.getClaimAsMap("cnf"));
		return ServerResponse.ok().body(answer);
	}

}
