package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Where managed tokens are. Unlike a cache it is the only place that knows a refresh
 * token, so it must not lose what it was given, and what it cannot do it must say by an
 * exception. Several processes may share one.
 * <p>
 * <b>The values are secrets</b>: each holds a refresh token and access tokens, readable
 * by whoever reads the store. They are bytes whose first one is the version of their
 * format; a store neither reads nor changes them. Keys name the registration, and hold
 * nothing secret.
 * <p>
 * Implementations are thread-safe, and may block. A step is run on a thread of the
 * library's own, is interrupted if it takes longer than an exchange with the server may,
 * and has failed then. A write that fails may have been made all the same.
 */
public interface ManagedTokenStore {

	/**
	 * Reads an entry.
	 * @param key the entry's key
	 * @return the entry as it was written last by anyone, or {@code null} if there is
	 * none
	 */
	@Nullable Entry load(String key);

	/**
	 * Writes an entry, if nobody has written another one meanwhile. All in one step.
	 * @param key the entry's key
	 * @param expectedRevision the revision of the entry that is to be replaced;
	 * {@code null} if there must be none
	 * @param next the new entry
	 * @param timeToLive how long to keep it unless it is replaced, longer than nothing
	 * @return whether it was written
	 */
	boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next, Duration timeToLive);

	/**
	 * Deletes an entry, if nobody has written another one meanwhile. All in one step.
	 * @param key the entry's key
	 * @param expectedRevision the revision of the entry
	 * @return whether it was deleted
	 */
	boolean delete(String key, String expectedRevision);

	/**
	 * Takes the lease of an entry: who has it may refresh. Nobody else has it then, in
	 * any process. It ends by itself, for a process may end that has it.
	 * @param key the entry's key
	 * @param owner who wants it; one that has it already gets it anew
	 * @param time how long it lasts
	 * @return whether the owner has it; at once, without waiting for another owner
	 */
	boolean acquireLease(String key, String owner, Duration time);

	/**
	 * Gives a lease back, if the owner has it still.
	 * @param key the entry's key
	 * @param owner who has it
	 */
	void releaseLease(String key, String owner);

	/**
	 * {@return whether entries outlive the process}
	 */
	default boolean isPersistent() {
		return true;
	}

	/**
	 * Creates a store in the memory of this process.
	 * @return the store
	 */
	static ManagedTokenStore inMemory() {
		return new InMemoryManagedTokenStore();
	}

	/**
	 * A value, and what tells it from those before and after.
	 *
	 * @param revision a random text, another one for each value that is written
	 * @param value the value: a secret
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Entry(String revision, byte[] value) {

		/**
		 * Creates an entry.
		 * @param revision a random text, another one for each value that is written
		 * @param value the value: a secret
		 */
		public Entry {
			Objects.requireNonNull(revision, "There is no revision");
			Objects.requireNonNull(value, "There is no value");
		}

		@Override
		public String toString() {
			return "Entry[revision=" + this.revision + "]";
		}

	}

}
