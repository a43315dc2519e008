package io.github.oidcgrants.sample.server;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2DeviceVerificationEndpointConfigurer;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.SimpleUrlAuthenticationSuccessHandler;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The pages on which a user decides about a device (RFC 8628 section 3.3): one to enter
 * the code on, one to sign in, and those of Spring Authorization Server's own.
 */
class DeviceVerificationConfiguration {

	/**
	 * Where the user enters the code.
	 */
	static final String VERIFICATION = "/activate";

	/**
	 * Where Spring Authorization Server asks for the decision.
	 */
	static final String DECISION = "/oauth2/device_verification";

	private static final String ACTIVATED = "/activated";

	private static final String USER_CODE = "user_code";

	private static final String FORM = """
			<p>%s</p>
			<form action="/activate"><input name="user_code" autofocus> <button>Go on</button></form>
			""";

	/**
	 * Says where a user gets to from the server's pages.
	 */
	static void endpoint(OAuth2DeviceVerificationEndpointConfigurer endpoint) {
		endpoint.deviceVerificationResponseHandler(new SimpleUrlAuthenticationSuccessHandler(ACTIVATED))
			.errorResponseHandler(DeviceVerificationConfiguration::failed);
	}

	private static void failed(HttpServletRequest request, HttpServletResponse response, AuthenticationException ex)
			throws IOException {
		boolean refused = ex instanceof OAuth2AuthenticationException failure
				&& OAuth2ErrorCodes.ACCESS_DENIED.equals(failure.getError().getErrorCode());
		response.sendRedirect(refused ? ACTIVATED + "?refused" : VERIFICATION + "?unknown");
	}

	@Bean
	@Order(3)
	SecurityFilterChain pages(HttpSecurity http) {
		return http.authorizeHttpRequests((
				requests) -> requests.requestMatchers(VERIFICATION, ACTIVATED).permitAll().anyRequest().authenticated())
			.formLogin(Customizer.withDefaults())
			.build();
	}

	@Bean
	UserDetailsService people(DemoPerson person) {
		return new InMemoryUserDetailsManager(
				User.withUsername(person.name()).password("{noop}" + person.password()).build());
	}

	/**
	 * Asks each time: who has agreed once could not refuse any more.
	 */
	@Bean
	OAuth2AuthorizationConsentService consents() {
		return new OAuth2AuthorizationConsentService() {

			@Override
			public void save(OAuth2AuthorizationConsent consent) {
			}

			@Override
			public void remove(OAuth2AuthorizationConsent consent) {
			}

			@Override
			public @Nullable OAuth2AuthorizationConsent findById(String registeredClientId, String principalName) {
				return null;
			}

		};
	}

	@Bean
	RouterFunction<ServerResponse> devicePages() {
		return RouterFunctions.route()
			.GET(VERIFICATION, DeviceVerificationConfiguration::verification)
			.GET(ACTIVATED, DeviceVerificationConfiguration::activated)
			.build();
	}

	private static ServerResponse verification(ServerRequest request) {
		return request.param(USER_CODE)
			.map((code) -> ServerResponse
				.temporaryRedirect(
						UriComponentsBuilder.fromPath(DECISION).queryParam(USER_CODE, "{code}").encode().build(code))
				.build())
			.orElseGet(() -> page(FORM.formatted(request.param("unknown").isPresent()
					? "There is no such code, or its time is up." : "Which code does your device show?")));
	}

	private static ServerResponse activated(ServerRequest request) {
		String outcome = request.param("refused").isPresent() ? "You have refused." : "You have agreed.";
		return page("<p>" + outcome + " Go back to your device.</p>");
	}

	private static ServerResponse page(String html) {
		return ServerResponse.ok().contentType(MediaType.TEXT_HTML).body("<!DOCTYPE html>" + html);
	}

}
