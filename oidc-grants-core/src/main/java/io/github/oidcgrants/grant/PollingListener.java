package io.github.oidcgrants.grant;

/**
 * Is told how far a poll is. It runs on the thread that asks the server, so it should be
 * brief. What it throws is logged, and changes nothing.
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
