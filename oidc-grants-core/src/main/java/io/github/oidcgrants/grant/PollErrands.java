package io.github.oidcgrants.grant;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

/**
 * What is still to be done about polls that hold no place: to end those whose time is up,
 * and to tell the listeners of those that the executor did not take.
 * <p>
 * It runs what users wrote, which may block: so the executor does it, for as many polls
 * at a time as there are places and never more, and where the executor takes nothing
 * threads of its own do.
 */
final class PollErrands {

	private final Executor executor;

	private final int most;

	private final ThreadFactory threads;

	// One for each poll: its end is the last word about it.
	private final Map<Poll, Runnable> left = new LinkedHashMap<>();

	private int running;

	PollErrands(Executor executor, int most, ThreadFactory threads) {
		this.executor = executor;
		this.most = most;
		this.threads = threads;
	}

	/**
	 * Adds an errand, which waits until {@link #start()} is called.
	 */
	synchronized void add(Poll poll, Runnable errand) {
		this.left.put(poll, errand);
	}

	synchronized boolean isEmpty() {
		return this.left.isEmpty();
	}

	synchronized List<Poll> polls() {
		return List.copyOf(this.left.keySet());
	}

	/**
	 * Has them done. What is under way may block: it is not waited for.
	 */
	void start() {
		for (int i = reserve(); i > 0; i--) {
			if (!isTaken()) {
				giveUp(i);
				return;
			}
		}
	}

	private synchronized int reserve() {
		int more = Math.min(this.left.size(), this.most - this.running);
		this.running += more;
		return more;
	}

	// The errands stay: the next start tries again.
	private synchronized void giveUp(int reserved) {
		this.running -= reserved;
	}

	private boolean isTaken() {
		try {
			this.executor.execute(this::work);
			return true;
		}
		catch (RuntimeException | Error ex) {
			return isStarted();
		}
	}

	private boolean isStarted() {
		try {
			this.threads.newThread(this::work).start();
			return true;
		}
		catch (RuntimeException | Error ex) {
			return false;
		}
	}

	private void work() {
		for (Map.Entry<Poll, Runnable> errand = next(); errand != null; errand = next()) {
			try {
				errand.getValue().run();
			}
			catch (RuntimeException | Error ex) {
				errand.getKey().completeExceptionally(ex);
			}
		}
	}

	private synchronized Map.@Nullable Entry<Poll, Runnable> next() {
		Iterator<Map.Entry<Poll, Runnable>> first = this.left.entrySet().iterator();
		if (!first.hasNext()) {
			this.running--;
			return null;
		}
		Map.Entry<Poll, Runnable> errand = Map.Entry.copyOf(first.next());
		first.remove();
		return errand;
	}

	@Override
	public synchronized String toString() {
		return "PollErrands[left=" + this.left.size() + ", running=" + this.running + "]";
	}

}
