package io.github.oidcgrants.grant;

/**
 * Is told how far a poll is. It runs on the thread that asks the server, so it should be
 * brief; only that the executor did not take a question is said on another. What it
 * throws is logged, and changes nothing. Once the future has ended it is told nothing.
 */
@FunctionalInterface
public interface PollingListener {

	/**
	 * Takes note of progress. The end of a poll is not among it: that is what its future
	 * is for.
	 * @param progress how far the poll is
	 */
	void onProgress(PollingProgress progress);

}
