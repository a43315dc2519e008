package io.github.oidcgrants.cache;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import org.jspecify.annotations.Nullable;

/**
 * The values in a map, each until its time is over.
 */
final class InMemoryTokenStore implements TokenStore {

	private static final long MAXIMUM_SIZE = 10_000;

	private final Cache<Address, Value> values = Caffeine.newBuilder()
		.maximumSize(MAXIMUM_SIZE)
		.expireAfter(Expiry.<Address, Value>writing((address, value) -> value.timeToLive()))
		.executor(Runnable::run)
		.build();

	@Override
	public byte @Nullable [] get(String registrationId, String key) {
		Value value = this.values.getIfPresent(new Address(registrationId, key));
		return (value != null) ? value.bytes().clone() : null;
	}

	@Override
	public void put(String registrationId, String key, byte[] value, Duration timeToLive) {
		this.values.put(new Address(registrationId, key), new Value(value.clone(), timeToLive));
	}

	@Override
	public void remove(String registrationId, String key) {
		this.values.invalidate(new Address(registrationId, key));
	}

	@Override
	public void removeAll(String registrationId) {
		this.values.asMap().keySet().removeIf((address) -> address.registrationId().equals(registrationId));
	}

	@Override
	public String toString() {
		return "InMemoryTokenStore[size=" + this.values.estimatedSize() + "]";
	}

	private record Address(String registrationId, String key) {
	}

	@SuppressWarnings("ArrayRecordComponent")
	private record Value(byte[] bytes, Duration timeToLive) {
	}

}
