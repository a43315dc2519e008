package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.net.URI;

import io.github.oidcgrants.keycloak.UserBrowser.Page;

/**
 * What the realm's user does with the address that a device shows: opens it, logs in and
 * says yes or no. Keycloak asks for consent each time, also for clients that need none.
 */
final class DeviceApproval {

	private DeviceApproval() {
	}

	static void approve(URI verificationUriComplete) throws IOException, InterruptedException {
		approve(verificationUriComplete, Realm.USER, Realm.PASSWORD);
	}

	static void approve(URI verificationUriComplete, String user, String password)
			throws IOException, InterruptedException {
		decide(verificationUriComplete, user, password, "accept", "");
	}

	static void deny(URI verificationUriComplete) throws IOException, InterruptedException {
		decide(verificationUriComplete, Realm.USER, Realm.PASSWORD, "cancel", "?error=access_denied");
	}

	private static void decide(URI uri, String user, String password, String button, String outcome)
			throws IOException, InterruptedException {
		UserBrowser browser = new UserBrowser();
		Page login = browser.open(uri);
		Page consent = browser.submit(login.form().fill("username", user).fill("password", password));
		if (!consent.hasField(button)) {
			throw new IllegalStateException("Instead of consent, there is " + consent.uri() + ": " + consent.html());
		}
		Page last = browser.submit(consent.form().fill(button, ""));
		if (!last.uri().toString().endsWith("/device/status" + outcome)) {
			throw new IllegalStateException("It ended with " + last.uri() + ": " + last.html());
		}
	}

}
