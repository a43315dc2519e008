package io.github.oidcgrants.sample;

import java.util.EnumMap;
import java.util.Map;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.PollingListener;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.PollingProgress.Event;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a poll tells of its progress.
 */
final class Progress implements PollingListener {

	private final Map<Event, Integer> counts = new EnumMap<>(Event.class);

	private @Nullable PollingProgress latest;

	@Override
	public synchronized void onProgress(PollingProgress progress) {
		this.counts.merge(progress.event(), 1, Integer::sum);
		this.latest = progress;
	}

	synchronized int count(Event event) {
		return this.counts.getOrDefault(event, 0);
	}

	/**
	 * {@return what was told last; {@code null} before the server was asked at all}
	 */
	synchronized @Nullable PollingProgress latest() {
		return this.latest;
	}

	/**
	 * {@return what went wrong when the server was asked last; {@code null} if nothing
	 * did}
	 */
	synchronized @Nullable String trouble() {
		GrantException reason = (this.latest != null && this.latest.event() == Event.RETRYING) ? this.latest.reason()
				: null;
		return (reason != null) ? reason.getMessage() : null;
	}

}
