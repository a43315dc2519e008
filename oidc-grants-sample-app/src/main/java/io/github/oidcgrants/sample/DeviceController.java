package io.github.oidcgrants.sample;

import java.net.URI;
import java.util.List;
import java.util.Objects;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.sample.user.UserAtBrowser;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Device authorization (RFC 8628): the user enters a code in a browser somewhere, and
 * decides there. Meanwhile nothing here is blocked.
 */
@RestController
class DeviceController {

	private static final String REGISTRATION = "device";

	private final GrantTemplate grants;

	private final UserAtBrowser user;

	private final Logins<DeviceAuthorizationResponse> logins = new Logins<>();

	DeviceController(GrantTemplate grants, UserAtBrowser user) {
		this.grants = grants;
		this.user = user;
	}

	/**
	 * Begins a login.
	 * @return what the user has to know
	 */
	@GetMapping("/device")
	Begun device() {
		DeviceAuthorizationResponse pending = this.grants.initiateDeviceAuthorization(REGISTRATION);
		Progress progress = new Progress();
		int number = this.logins.number();
		this.logins.keep(number,
				new Login<>(pending, pending.interval(), pending::expiresIn, progress,
						this.grants.pollDeviceAuthorizationGrant(REGISTRATION, pending, GrantParameters.none(),
								GrantOptions.builder().pollingListener(progress).build())));
		return new Begun(number, pending.verificationUri(), pending.userCode(), pending.verificationUriComplete(),
				pending.expiresIn().toSeconds(), Next.of(REGISTRATION, number));
	}

	/**
	 * Shows how far a login is.
	 * @param number its number
	 * @return how far it is
	 */
	@GetMapping("/device/{number}")
	LoginStatus look(@PathVariable int number) {
		return this.logins.get(number).status();
	}

	/**
	 * Has the user agree.
	 * @param number the login's number
	 * @return what the user did
	 */
	@PostMapping("/device/{number}/approve")
	Decided approve(@PathVariable int number) {
		return decide(number, true);
	}

	/**
	 * Has the user refuse.
	 * @param number the login's number
	 * @return what the user did
	 */
	@PostMapping("/device/{number}/deny")
	Decided deny(@PathVariable int number) {
		return decide(number, false);
	}

	private Decided decide(int number, boolean agree) {
		DeviceAuthorizationResponse pending = this.logins.get(number).pending();
		URI page = Objects.requireNonNullElse(pending.verificationUriComplete(), pending.verificationUri());
		return new Decided(this.user.decide(page, agree), Next.of(REGISTRATION, number).look());
	}

	/**
	 * What the user has to know. The device code is not among it: with it, somebody else
	 * could fetch the token.
	 *
	 * @param login the login's number
	 * @param verificationUri where the user enters the code
	 * @param userCode the code
	 * @param verificationUriComplete the same with the code in it
	 * @param expiresIn for how many seconds
	 * @param next what to try next
	 */
	record Begun(int login, URI verificationUri, String userCode, @Nullable URI verificationUriComplete, long expiresIn,
			Next next) {
	}

	/**
	 * What the user did.
	 *
	 * @param user one thing after the other
	 * @param look shows what came of it, once the server was asked again
	 */
	record Decided(List<String> user, String look) {
	}

}
