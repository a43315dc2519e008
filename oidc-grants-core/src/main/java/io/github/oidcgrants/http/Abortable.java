package io.github.oidcgrants.http;

import java.time.Duration;

/**
 * An exchange that another thread can end, so that whoever is blocked in it gets an
 * exception at once, whether it waits for the answer or for the rest of its body. Ending
 * one that is over does nothing.
 */
interface Abortable {

	/**
	 * Says beforehand how long the wait for an answer may last, to those that can end it
	 * by themselves only.
	 * @param timeout the time until the head of an answer must be there
	 */
	default void answerWithin(Duration timeout) {
	}

	/**
	 * Ends the exchange.
	 */
	void abort();

}
