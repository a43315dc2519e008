package io.github.oidcgrants.sample;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The latest logins, by their numbers. One that is forgotten for another is not waited
 * for any more.
 *
 * @param <P> what the server answered when they began
 */
final class Logins<P> {

	static final int KEPT = 100;

	private final Map<Integer, Login<P>> logins = new HashMap<>();

	private final Deque<Integer> kept = new ArrayDeque<>();

	private int last;

	/**
	 * {@return the number of the next login}
	 */
	synchronized int number() {
		return ++this.last;
	}

	synchronized void keep(int number, Login<P> login) {
		this.logins.put(number, login);
		this.kept.add(number);
		if (this.kept.size() > KEPT) {
			Login<P> oldest = this.logins.remove(this.kept.remove());
			if (oldest != null) {
				// Whatever completes the future ends the poll.
				oldest.tokens().cancel(false);
			}
		}
	}

	/**
	 * Finds a login.
	 * @throws ResponseStatusException if there is none with that number
	 */
	synchronized Login<P> get(int number) {
		Login<P> login = this.logins.get(number);
		if (login == null) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND,
					"There is no login " + number + ", or not any more: only the latest " + KEPT + " are kept");
		}
		return login;
	}

}
