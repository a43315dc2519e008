package io.github.oidcgrants.cache;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A second level behind the {@link TokenCache}, which the instances of an application may
 * share and which may outlive them. It is never more than a chance to save a request:
 * what it throws, loses, answers too late or has spoilt counts as a miss.
 * <p>
 * <b>The values are secrets</b>: each holds an access token, and maybe a refresh token
 * and an ID token, readable by whoever reads the store. Restrict who may, encrypt what
 * leaves the machine, and log no value. They are bytes whose first one is the version of
 * their format; a store neither reads nor changes them. Keys are digests, and hold
 * nothing secret.
 * <p>
 * Implementations are thread-safe. They may block; the cache calls them on threads of its
 * own and waits for them only so long.
 */
public interface TokenStore {

	/**
	 * Reads a value.
	 * @param registrationId the registration that the value belongs to
	 * @param key the value's key
	 * @return the value, or {@code null} if there is none, or its time is over
	 */
	byte @Nullable [] get(String registrationId, String key);

	/**
	 * Writes a value, in the place of the one before.
	 * @param registrationId the registration that the value belongs to
	 * @param key the value's key
	 * @param value the value: a secret
	 * @param timeToLive how long to keep it at most, longer than nothing
	 */
	void put(String registrationId, String key, byte[] value, Duration timeToLive);

	/**
	 * Removes a value, if it is there.
	 * @param registrationId the registration that the value belongs to
	 * @param key the value's key
	 */
	void remove(String registrationId, String key);

	/**
	 * Removes all values of a registration.
	 * @param registrationId the registration
	 */
	void removeAll(String registrationId);

	/**
	 * Creates a store in the memory of this process, of at most 10,000 values: for tests,
	 * and for several caches in one process.
	 * @return the store
	 */
	static TokenStore inMemory() {
		return new InMemoryTokenStore();
	}

}
