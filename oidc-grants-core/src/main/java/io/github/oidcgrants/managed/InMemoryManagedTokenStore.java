package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.concurrent.ConcurrentMap;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * Managed tokens in the memory of this process. Nothing is ever evicted, for there is no
 * other place that knows it; only time ends an entry.
 */
final class InMemoryManagedTokenStore implements ManagedTokenStore {

	private final ConcurrentMap<String, Kept<Entry>> entries;

	private final ConcurrentMap<String, Kept<String>> leases;

	InMemoryManagedTokenStore() {
		this(Ticker.systemTicker());
	}

	InMemoryManagedTokenStore(Ticker ticker) {
		this.entries = map(ticker);
		this.leases = map(ticker);
	}

	private static <V> ConcurrentMap<String, Kept<V>> map(Ticker ticker) {
		Cache<String, Kept<V>> cache = Caffeine.newBuilder()
			.expireAfter(Expiry.<String, Kept<V>>writing((key, kept) -> kept.timeToLive()))
			.ticker(ticker)
			.executor(Runnable::run)
			.build();
		return cache.asMap();
	}

	@Override
	public @Nullable Entry load(String key) {
		Kept<Entry> kept = this.entries.get(key);
		return (kept != null) ? kept.value() : null;
	}

	// Not by compute: that would have an entry last on which it leaves as it is.
	@Override
	public boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next, Duration timeToLive) {
		Kept<Entry> current = this.entries.get(key);
		Kept<Entry> kept = new Kept<>(next, timeToLive);
		if (current == null) {
			return expectedRevision == null && this.entries.putIfAbsent(key, kept) == null;
		}
		return current.value().revision().equals(expectedRevision) && this.entries.replace(key, current, kept);
	}

	@Override
	public boolean delete(String key, String expectedRevision) {
		Kept<Entry> current = this.entries.get(key);
		return current != null && current.value().revision().equals(expectedRevision)
				&& this.entries.remove(key, current);
	}

	@Override
	public boolean acquireLease(String key, String owner, Duration time) {
		Kept<String> current = this.leases.get(key);
		Kept<String> lease = new Kept<>(owner, time);
		if (current == null) {
			return this.leases.putIfAbsent(key, lease) == null;
		}
		return current.value().equals(owner) && this.leases.replace(key, current, lease);
	}

	@Override
	public void releaseLease(String key, String owner) {
		Kept<String> current = this.leases.get(key);
		if (current != null && current.value().equals(owner)) {
			this.leases.remove(key, current);
		}
	}

	@Override
	public boolean isPersistent() {
		return false;
	}

	@Override
	public String toString() {
		return "InMemoryManagedTokenStore[entries=" + this.entries.size() + "]";
	}

	private record Kept<V>(V value, Duration timeToLive) {
	}

}
