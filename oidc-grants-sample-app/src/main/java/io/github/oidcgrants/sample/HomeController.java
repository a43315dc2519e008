package io.github.oidcgrants.sample;

import java.util.LinkedHashMap;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Says what there is to try.
 */
@RestController
class HomeController {

	private static final Logger logger = LoggerFactory.getLogger(HomeController.class);

	private final Environment environment;

	HomeController(Environment environment) {
		this.environment = environment;
	}

	@GetMapping("/")
	Map<String, String> home() {
		Map<String, String> endpoints = new LinkedHashMap<>();
		endpoints.put("/client-credentials", "a token with the scopes and resources of application.yml");
		endpoints.put("/client-credentials?resource=https://users.example.com", "another token: for one resource");
		endpoints.put("/client-credentials?scope=write:users", "a token that the API refuses: not its scope");
		endpoints.put("/client-credentials?resource=https://audit.example.com",
				"a token that the API refuses: not its audience");
		endpoints.put("/client-credentials?resource=https://unknown.example.com", "an error: invalid_target");
		endpoints.put("/client-credentials?registration=nobody", "an error: no such registration");
		endpoints.put("/refresh", "tokens of a demo user, refreshed; a spent refresh token is refused");
		endpoints.put("/token-exchange", "a token of the demo user, exchanged for one that the API takes");
		endpoints.put("/dpop", "a token that is bound to a key, and an API that wants a proof with a nonce");
		endpoints.put("/device", "a login that a user decides about in a browser; says how to play the user");
		if (this.environment.matchesProfiles("keycloak")) {
			endpoints.put("/ciba?login_hint=demo-user", "a login that a user decides about on a phone");
		}
		endpoints.put("/actuator/oidcgrants", "the tokens that are kept, without the tokens");
		endpoints.put("/actuator/health", "whether all is well");
		return endpoints;
	}

	@EventListener
	void ready(ApplicationReadyEvent event) {
		logger.info("Try: curl http://127.0.0.1:{}/client-credentials",
				event.getApplicationContext().getEnvironment().getProperty("local.server.port"));
	}

}
