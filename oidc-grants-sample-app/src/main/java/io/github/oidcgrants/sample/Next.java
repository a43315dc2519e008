package io.github.oidcgrants.sample;

import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * What to try next, as commands.
 *
 * @param approve has the user agree
 * @param deny has the user refuse
 * @param look shows how far the login is
 */
record Next(String approve, String deny, String look) {

	/**
	 * Says what to try with a login.
	 * @param path where the logins are
	 * @param number its number
	 */
	static Next of(String path, int number) {
		String login = ServletUriComponentsBuilder.fromCurrentContextPath()
			.pathSegment(path, Integer.toString(number))
			.toUriString();
		return new Next("curl -X POST " + login + "/approve", "curl -X POST " + login + "/deny", "curl " + login);
	}

}
