package io.github.oidcgrants.grant;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to be asked about, among the polls that are due. There are places for
 * so many questions at a time. Providers, each one an address however many issuers it
 * has, take turns, and none holds more than half of the places that the others leave: one
 * that hangs leaves at least half of all to the rest, a second one half of that, and so
 * on. Guarded by the lock of {@link PollScheduler}.
 */
final class PollTurns {

	private final int places;

	private final Map<String, Line> lines = new LinkedHashMap<>();

	private int taken;

	PollTurns(int places) {
		this.places = places;
	}

	/**
	 * Puts a poll at the end of the line for its provider.
	 */
	void add(Poll poll) {
		this.lines.computeIfAbsent(poll.provider(), (provider) -> new Line()).due.add(poll);
	}

	/**
	 * Takes a poll out of the line.
	 */
	void remove(Poll poll) {
		Line line = this.lines.get(poll.provider());
		if (line != null && line.due.remove(poll) && line.isGone()) {
			this.lines.remove(poll.provider());
		}
	}

	/**
	 * Gives a place to the poll whose turn it is.
	 * @return the poll, or {@code null} if none is due that may have a place
	 */
	@Nullable Poll take() {
		if (this.taken == this.places) {
			return null;
		}
		for (Map.Entry<String, Line> entry : this.lines.entrySet()) {
			Line line = entry.getValue();
			if (!line.due.isEmpty() && line.taken < share(line)) {
				Iterator<Poll> first = line.due.iterator();
				Poll poll = first.next();
				first.remove();
				line.taken++;
				this.taken++;
				// The others first, before it is this one's turn again.
				this.lines.remove(entry.getKey());
				this.lines.put(entry.getKey(), line);
				return poll;
			}
		}
		return null;
	}

	private int share(Line line) {
		int left = this.places - (this.taken - line.taken);
		return Math.min(left, Math.max(1, left / 2));
	}

	/**
	 * Gives a place back.
	 */
	void release(Poll poll) {
		Line line = this.lines.get(poll.provider());
		if (line != null) {
			line.taken--;
			this.taken--;
			if (line.isGone()) {
				this.lines.remove(poll.provider());
			}
		}
	}

	@Override
	public String toString() {
		return "PollTurns[taken=" + this.taken + ", providers=" + this.lines.size() + "]";
	}

	private static final class Line {

		private final Set<Poll> due = new LinkedHashSet<>();

		private int taken;

		private boolean isGone() {
			return this.due.isEmpty() && this.taken == 0;
		}

	}

}
