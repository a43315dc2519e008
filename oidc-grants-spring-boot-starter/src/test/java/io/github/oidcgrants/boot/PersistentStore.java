package io.github.oidcgrants.boot;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * A store that outlives applications, as long as a test does, and may fail.
 */
public final class PersistentStore implements ManagedTokenStore {

	private final ManagedTokenStore entries = ManagedTokenStore.inMemory();

	/**
	 * Whether nothing can be written.
	 */
	public volatile boolean fails;

	/**
	 * How often something was written.
	 */
	public volatile int writes;

	/**
	 * {@return tokens as a login gives them}
	 */
	public static TokenEndpointResponse login(String accessToken, String refreshToken) {
		return TokenEndpointResponse.of(Map.of("access_token", accessToken, "token_type", "Bearer", "expires_in", 3600,
				"refresh_token", refreshToken), false, Instant.now(), InstantSource.system(),
				GrantException::misconfigured);
	}

	@Override
	public @Nullable Entry load(String key) {
		return this.entries.load(key);
	}

	@Override
	public synchronized boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next,
			Duration timeToLive) {
		if (this.fails) {
			throw new IllegalStateException("It fails");
		}
		this.writes++;
		return this.entries.compareAndSet(key, expectedRevision, next, timeToLive);
	}

	@Override
	public boolean delete(String key, String expectedRevision) {
		return this.entries.delete(key, expectedRevision);
	}

	@Override
	public boolean acquireLease(String key, String owner, Duration time) {
		return this.entries.acquireLease(key, owner, time);
	}

	@Override
	public void releaseLease(String key, String owner) {
		this.entries.releaseLease(key, owner);
	}

}
