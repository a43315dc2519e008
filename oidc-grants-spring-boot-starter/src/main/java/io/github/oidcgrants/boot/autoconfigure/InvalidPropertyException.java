package io.github.oidcgrants.boot.autoconfigure;

import java.io.Serial;

/**
 * A property that cannot work, and what to do about it. It never holds the value of a
 * property that may be secret.
 */
final class InvalidPropertyException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String problem;

	private final String action;

	InvalidPropertyException(String property, String problem, String action) {
		super(property + ": " + problem + ". " + action + ".");
		this.problem = "The property '" + property + "' cannot work: " + problem + ".";
		this.action = action + ".";
	}

	String problem() {
		return this.problem;
	}

	String action() {
		return this.action;
	}

}
