package io.github.oidcgrants.http;

import java.io.Serial;

/**
 * A body that is no JSON object. Its message never quotes the body.
 */
public final class NotJsonException extends Exception {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String problem;

	NotJsonException(String problem) {
		super(problem, null, false, false);
		this.problem = problem;
	}

	/**
	 * {@return what is wrong, as the end of a sentence}
	 */
	public String problem() {
		return this.problem;
	}

}
