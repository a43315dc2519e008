package io.github.oidcgrants.sample.user;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/**
 * Decides about a device as a person would: opens the page that the device names, signs
 * in there, and agrees or refuses.
 */
@Component
public class UserAtBrowser {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String name;

	private final String password;

	UserAtBrowser(@Value("${sample.user.name}") String name, @Value("${sample.user.password}") String password) {
		this.name = name;
		this.password = password;
	}

	/**
	 * Decides.
	 * @param page the page to open, with the code in its address
	 * @param agree whether the user agrees
	 * @return what they did
	 * @throws ResponseStatusException if the server did not ask for a decision
	 */
	public List<String> decide(URI page, boolean agree) {
		try {
			return decide(new Browser(this.http, page), page, agree);
		}
		catch (IOException ex) {
			throw new ResponseStatusException(HttpStatus.BAD_GATEWAY, "The user got nowhere: " + ex.getMessage(), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "Interrupted", ex);
		}
	}

	private List<String> decide(Browser browser, URI page, boolean agree) throws IOException, InterruptedException {
		List<String> steps = new ArrayList<>();
		Form form = browser.open(page);
		if (form != null && form.asksForPassword()) {
			steps.add("signed in as " + this.name);
			form = browser.send(form, form.signIn(this.name, this.password));
		}
		if (form == null || !form.asksForDecision()) {
			throw new ResponseStatusException(HttpStatus.CONFLICT,
					"The server asks for no decision: it has one already, or the time is up, or it does not know the user");
		}
		steps.add(agree ? "agreed" : "refused");
		browser.send(form, agree ? form.agree() : form.refuse());
		return steps;
	}

}
