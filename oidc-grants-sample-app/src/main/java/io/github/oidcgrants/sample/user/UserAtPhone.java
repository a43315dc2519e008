package io.github.oidcgrants.sample.user;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.server.ResponseStatusException;

/**
 * The phone on which Keycloak asks a user, and the user: in Keycloak's words, an
 * authentication channel. Real ones send a push message to an app.
 */
@Profile("keycloak")
@RestController
public class UserAtPhone {

	/**
	 * The parameter that says which login a question is about.
	 */
	public static final String LOGIN = "sample_login";

	private static final int KEPT = 100;

	private final Map<Integer, Asked> asked = new LinkedHashMap<>();

	private final RestClient http;

	UserAtPhone(RestClient.Builder http, @Value("${sample.keycloak.issuer-uri}") String issuer) {
		this.http = http.baseUrl(issuer + "/protocol/openid-connect/ext/ciba/auth/callback").build();
	}

	/**
	 * Takes a question from Keycloak.
	 * @param authorization the right to answer it
	 * @param question the question
	 */
	@PostMapping("/phone")
	@ResponseStatus(HttpStatus.CREATED)
	void ask(@RequestHeader(HttpHeaders.AUTHORIZATION) String authorization, @RequestBody Question question) {
		synchronized (this.asked) {
			this.asked.put(question.login(), new Asked(authorization, question));
			if (this.asked.size() > KEPT) {
				this.asked.remove(this.asked.keySet().iterator().next());
			}
		}
	}

	/**
	 * Answers a question.
	 * @param login the login that it is about
	 * @param agree whether the user agrees
	 * @return the question
	 * @throws ResponseStatusException if there is none, or Keycloak does not take the
	 * answer
	 */
	public Question decide(int login, boolean agree) {
		Asked about;
		synchronized (this.asked) {
			about = this.asked.remove(login);
		}
		if (about == null) {
			throw new ResponseStatusException(HttpStatus.CONFLICT,
					"The phone shows no question about login " + login + ": there was none, or it is answered");
		}
		HttpStatusCode status = this.http.post()
			.header(HttpHeaders.AUTHORIZATION, about.authorization())
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("status", agree ? "SUCCEED" : "CANCELLED"))
			.exchangeForRequiredValue((request, response) -> response.getStatusCode());
		if (!status.is2xxSuccessful()) {
			throw new ResponseStatusException(HttpStatus.BAD_GATEWAY,
					"Keycloak did not take the answer: status " + status.value());
		}
		return about.question();
	}

	/**
	 * What the phone shows.
	 *
	 * @param login the login that it is about
	 * @param loginHint who is asked
	 * @param bindingMessage what is shown at the other screen too
	 * @param scope what for
	 */
	public record Question(@JsonProperty(LOGIN) int login, @JsonProperty("login_hint") String loginHint,
			@JsonProperty("binding_message") @Nullable String bindingMessage, String scope) {
	}

	private record Asked(String authorization, Question question) {

		@Override
		public String toString() {
			return "Asked[question=" + this.question + "]";
		}

	}

}
