package io.github.oidcgrants.http;

import java.time.Duration;

/**
 * A request with a short answer, which another thread can end, so that whoever is blocked
 * in it gets an exception at once, whether it waits for the answer or for the rest of its
 * body. Ending one that is over does nothing.
 */
interface Abortable {

	/**
	 * Says beforehand what will be wanted of the answer. A transport that cannot see to
	 * it leaves that to whoever asks.
	 * @param timeout the time until its head must be there
	 * @param limit how many bytes its body may have; of a longer one, only one more is
	 * wanted
	 */
	default void answerWithin(Duration timeout, int limit) {
	}

	/**
	 * Ends the exchange.
	 */
	void abort();

}
