package io.github.oidcgrants.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wall clock and a monotonic one that only move when a test says so. The monotonic one
 * starts shortly before it overflows, as it may do anywhere.
 */
public final class TestClock implements InstantSource {

	public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

	private final AtomicReference<Instant> wall = new AtomicReference<>(START);

	private final AtomicLong monotonic = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(30).toNanos());

	@Override
	public Instant instant() {
		return this.wall.get();
	}

	public long nanoTime() {
		return this.monotonic.get();
	}

	public void advance(Duration time) {
		advanceWall(time);
		advanceMonotonic(time);
	}

	public void advanceWall(Duration time) {
		this.wall.updateAndGet((now) -> now.plus(time));
	}

	public void advanceMonotonic(Duration time) {
		this.monotonic.addAndGet(time.toNanos());
	}

}
