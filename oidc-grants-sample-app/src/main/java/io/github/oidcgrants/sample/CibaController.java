package io.github.oidcgrants.sample;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.sample.user.UserAtPhone;

import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * CIBA: the server asks a user on their phone. With a Keycloak only, for the embedded
 * server cannot do it.
 */
@Profile("keycloak")
@RestController
class CibaController {

	private static final String REGISTRATION = "ciba";

	private final GrantTemplate grants;

	private final UserAtPhone user;

	private final Logins<BackchannelAuthenticationResponse> logins = new Logins<>();

	CibaController(GrantTemplate grants, UserAtPhone user) {
		this.grants = grants;
		this.user = user;
	}

	/**
	 * Begins a login.
	 * @param loginHint who is asked
	 * @param bindingMessage what is shown here and on the phone, so that the user sees
	 * that the two belong together
	 * @return what to try next
	 */
	@GetMapping("/ciba")
	Begun ciba(@RequestParam("login_hint") String loginHint,
			@RequestParam(name = "binding_message", defaultValue = "Sign-in-to-the-sample") String bindingMessage) {
		int number = this.logins.number();
		BackchannelAuthenticationResponse pending = this.grants.initiateBackchannelAuthentication(REGISTRATION,
				(ask) -> ask.parameter("login_hint", loginHint)
					.parameter("binding_message", bindingMessage)
					// Of this sample's own: Keycloak hands it on to the phone.
					.parameter(UserAtPhone.LOGIN, Integer.toString(number)));
		Progress progress = new Progress();
		this.logins.keep(number,
				new Login<>(pending, pending.interval(), pending::expiresIn, progress,
						this.grants.pollBackchannelAuthenticationGrant(REGISTRATION, pending, GrantParameters.none(),
								GrantOptions.builder().pollingListener(progress).build())));
		return new Begun(number, bindingMessage, pending.expiresIn().toSeconds(), Next.of(REGISTRATION, number));
	}

	/**
	 * Shows how far a login is.
	 * @param number its number
	 * @return how far it is
	 */
	@GetMapping("/ciba/{number}")
	LoginStatus look(@PathVariable int number) {
		return this.logins.get(number).status();
	}

	/**
	 * Has the user agree.
	 * @param number the login's number
	 * @return what the user saw
	 */
	@PostMapping("/ciba/{number}/approve")
	Decided approve(@PathVariable int number) {
		return decide(number, true);
	}

	/**
	 * Has the user refuse.
	 * @param number the login's number
	 * @return what the user saw
	 */
	@PostMapping("/ciba/{number}/deny")
	Decided deny(@PathVariable int number) {
		return decide(number, false);
	}

	private Decided decide(int number, boolean agree) {
		this.logins.get(number);
		return new Decided(this.user.decide(number, agree), Next.of(REGISTRATION, number).look());
	}

	/**
	 * What has begun. The identifier of the request is not among it: with it, somebody
	 * else could fetch the token.
	 *
	 * @param login the login's number
	 * @param bindingMessage what the phone shows too
	 * @param expiresIn for how many seconds
	 * @param next what to try next
	 */
	record Begun(int login, String bindingMessage, long expiresIn, Next next) {
	}

	/**
	 * What the user decided about.
	 *
	 * @param phone what the phone showed
	 * @param look shows what came of it, once the server was asked again
	 */
	record Decided(UserAtPhone.Question phone, String look) {
	}

}
