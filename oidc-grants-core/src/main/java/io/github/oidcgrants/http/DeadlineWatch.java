package io.github.oidcgrants.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Looks after the deadlines of all exchanges under way. Hardly any is ever reached, so
 * what counts is how little one costs that is not: a timer would wake its thread for each
 * exchange, which costs as much as the exchange's own work. Here one thread looks every
 * 20 milliseconds as long as there are exchanges, sleeps while there are none, and ends
 * after a minute of that.
 */
final class DeadlineWatch {

	private static final long BETWEEN_LOOKS = Duration.ofMillis(20).toNanos();

	// Pauses between exchanges that are shorter than this do not send it to sleep.
	private static final int LOOKS_BEFORE_SLEEP = 100;

	private static final long SLEEP = Duration.ofMinutes(1).toNanos();

	private static final Set<Deadline> PENDING = ConcurrentHashMap.newKeySet();

	// Read by every exchange, after it has added its deadline.
	private static volatile boolean awake;

	private static @Nullable Thread thread;

	private DeadlineWatch() {
	}

	static void add(Deadline deadline) {
		PENDING.add(deadline);
		if (!awake) {
			wake();
		}
	}

	static void remove(Deadline deadline) {
		PENDING.remove(deadline);
	}

	static boolean isAwake() {
		return awake;
	}

	private static synchronized void wake() {
		if (thread != null) {
			awake = true;
			LockSupport.unpark(thread);
			return;
		}
		Thread started = new Thread(null, DeadlineWatch::watch, "oidc-grants-deadlines", 0, false);
		started.setDaemon(true);
		started.setContextClassLoader(null);
		started.start();
		// Only now: if it could not be started, the next exchange tries again.
		thread = started;
		awake = true;
	}

	private static void watch() {
		do {
			lookUntilQuiet();
		}
		while (sleep());
	}

	private static void lookUntilQuiet() {
		int quiet = 0;
		while (quiet < LOOKS_BEFORE_SLEEP) {
			LockSupport.parkNanos(BETWEEN_LOOKS);
			long now = System.nanoTime();
			PENDING.removeIf((deadline) -> deadline.expireIfPast(now));
			quiet = PENDING.isEmpty() ? quiet + 1 : 0;
		}
	}

	/**
	 * Sleeps until there is something to look after.
	 * @return whether there is; else the thread is to end
	 */
	private static boolean sleep() {
		awake = false;
		long end = System.nanoTime() + SLEEP;
		// Looked at after the word that it sleeps: what is added since wakes it.
		while (!awake && PENDING.isEmpty() && end - System.nanoTime() > 0) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
		return goesOn();
	}

	private static synchronized boolean goesOn() {
		if (PENDING.isEmpty() && !awake) {
			thread = null;
			return false;
		}
		awake = true;
		return true;
	}

}
