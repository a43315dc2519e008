package io.github.oidcgrants.flight;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is among those that are due. There are places for so many at a time.
 * Owners take turns, and none holds more than half of the places that the others leave:
 * one that hangs leaves at least half of all to the rest, a second one half of that, and
 * so on. Not thread-safe.
 *
 * @param <T> what has turns
 */
public final class Turns<T> {

	private final int places;

	private final Function<T, String> owner;

	private final Map<String, Line<T>> lines = new LinkedHashMap<>();

	private int taken;

	/**
	 * Creates the places, all free.
	 * @param places how many may be at work at a time
	 * @param owner says to whom one belongs
	 */
	public Turns(int places, Function<T, String> owner) {
		this.places = places;
		this.owner = owner;
	}

	/**
	 * {@return how many are due}
	 * @param owner whose
	 */
	public int due(String owner) {
		Line<T> line = this.lines.get(owner);
		return (line != null) ? line.due.size() : 0;
	}

	/**
	 * Puts one at the end of the line of its owner.
	 * @param one what is due
	 */
	public void add(T one) {
		this.lines.computeIfAbsent(this.owner.apply(one), (name) -> new Line<>()).due.add(one);
	}

	/**
	 * Takes one out of the line, if it is there.
	 * @param one what is not due any more
	 */
	public void remove(T one) {
		String name = this.owner.apply(one);
		Line<T> line = this.lines.get(name);
		if (line != null && line.due.remove(one) && line.isGone()) {
			this.lines.remove(name);
		}
	}

	/**
	 * Gives a place to the one whose turn it is.
	 * @return it, or {@code null} if none is due that may have a place
	 */
	public @Nullable T take() {
		if (this.taken == this.places) {
			return null;
		}
		for (Map.Entry<String, Line<T>> entry : this.lines.entrySet()) {
			Line<T> line = entry.getValue();
			if (!line.due.isEmpty() && line.taken < share(line)) {
				Iterator<T> first = line.due.iterator();
				T one = first.next();
				first.remove();
				line.taken++;
				this.taken++;
				// The others first, before it is this one's turn again.
				this.lines.remove(entry.getKey());
				this.lines.put(entry.getKey(), line);
				return one;
			}
		}
		return null;
	}

	private int share(Line<T> line) {
		int left = this.places - (this.taken - line.taken);
		return Math.min(left, Math.max(1, left / 2));
	}

	/**
	 * Gives a place back.
	 * @param one what had it
	 */
	public void release(T one) {
		String name = this.owner.apply(one);
		Line<T> line = this.lines.get(name);
		if (line != null) {
			line.taken--;
			this.taken--;
			if (line.isGone()) {
				this.lines.remove(name);
			}
		}
	}

	@Override
	public String toString() {
		return "Turns[taken=" + this.taken + ", owners=" + this.lines.size() + "]";
	}

	private static final class Line<T> {

		private final Set<T> due = new LinkedHashSet<>();

		private int taken;

		private boolean isGone() {
			return this.due.isEmpty() && this.taken == 0;
		}

	}

}
