package io.github.oidcgrants.http;

/**
 * An exchange under way that another thread can end, so that whoever is blocked in it
 * gets an exception at once. Ending one that is over does nothing.
 */
@FunctionalInterface
interface Abortable {

	void abort();

}
