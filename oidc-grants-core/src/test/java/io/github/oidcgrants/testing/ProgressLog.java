package io.github.oidcgrants.testing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.oidcgrants.grant.PollingListener;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.PollingProgress.Event;
import org.awaitility.Awaitility;

/**
 * All that a poll tells of its progress.
 */
public final class ProgressLog implements PollingListener {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final List<PollingProgress> entries = new CopyOnWriteArrayList<>();

	@Override
	public void onProgress(PollingProgress progress) {
		this.entries.add(progress);
	}

	/**
	 * Waits until something has happened.
	 * @return what was told of it the first time
	 */
	public PollingProgress await(Event event) {
		return Awaitility.await()
			.atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(20))
			.until(() -> this.entries.stream().filter((progress) -> progress.event() == event).findFirst(),
					Optional::isPresent)
			.orElseThrow();
	}

	public List<Event> events() {
		return this.entries.stream().map(PollingProgress::event).toList();
	}

}
