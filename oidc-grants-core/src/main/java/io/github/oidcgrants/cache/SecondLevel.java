package io.github.oidcgrants.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.oidcgrants.error.QuietLog;
import io.github.oidcgrants.flight.Workers;
import io.github.oidcgrants.token.TokenCodec;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;

/**
 * The way to a {@link TokenStore}, such that nothing the store does hurts a caller. Reads
 * are waited for half a second; writes and removals are not waited for at all. After a
 * failure or a wait in vain the store is left alone for ten seconds, and the cache does
 * without.
 * <p>
 * A removal may fail, or another instance write again what it took from here. So what was
 * issued before the last eviction is not taken from the store, wherever it comes from.
 */
final class SecondLevel {

	private static final long LEFT_ALONE = Duration.ofSeconds(10).toNanos();

	private static final long LONGEST_WRITE = Duration.ofSeconds(10).toNanos();

	private static final long MAXIMUM_SIZE = 10_000;

	private static final int READERS = 4;

	private final TokenStore store;

	private final Duration patience;

	private final Executor readers = Workers.create("oidc-grants-store-read", READERS);

	// One thread, so that what is removed was not written after that.
	private final Executor writer = Workers.create("oidc-grants-store-write", 1);

	private final InstantSource clock;

	private final Ticker ticker;

	private final QuietLog log;

	// By key, and by the id of the registration.
	private final Cache<Object, Instant> evictions = Caffeine.newBuilder()
		.maximumSize(MAXIMUM_SIZE)
		.executor(Runnable::run)
		.build();

	private final Cache<String, Boolean> refused = Caffeine.newBuilder()
		.maximumSize(MAXIMUM_SIZE)
		.executor(Runnable::run)
		.build();

	private final LongAdder failures = new LongAdder();

	private volatile @Nullable String lastError;

	private volatile @Nullable Long failedNanos;

	private volatile @Nullable Long writingSince;

	SecondLevel(TokenStore store, Duration patience, InstantSource clock, Ticker ticker, QuietLog log) {
		this.store = store;
		this.patience = patience;
		this.clock = clock;
		this.ticker = ticker;
		this.log = log;
	}

	@Nullable TokenEndpointResponse find(TokenCacheKey key) {
		byte[] bytes = isLeftAlone() ? null : read(key);
		if (bytes == null) {
			return null;
		}
		try {
			TokenEndpointResponse token = TokenCodec.decode(bytes, this.clock);
			return wasEvicted(key, token) ? null : token;
		}
		catch (IllegalArgumentException ex) {
			// It answers, only with nothing of use: no reason to leave it alone.
			failed("a value cannot be read: " + ex.getMessage(), false);
			return null;
		}
	}

	private byte @Nullable [] read(TokenCacheKey key) {
		FutureTask<byte @Nullable []> read = new FutureTask<>(() -> this.store.get(key.registrationId(), key.digest()));
		try {
			this.readers.execute(read);
			return read.get(this.patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			failed("reading failed with " + describe(ex.getCause()), true);
		}
		catch (TimeoutException ex) {
			failed("no answer within " + this.patience, true);
		}
		catch (RejectedExecutionException ex) {
			failed("too much is waiting for it", true);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			read.cancel(true);
		}
		return null;
	}

	private boolean wasEvicted(TokenCacheKey key, TokenEndpointResponse token) {
		return isRefused(token) || wasBefore(token, this.evictions.getIfPresent(key))
				|| wasBefore(token, this.evictions.getIfPresent(key.registrationId()));
	}

	private static boolean wasBefore(TokenEndpointResponse token, @Nullable Instant eviction) {
		return eviction != null && !token.issuedAt().isAfter(eviction);
	}

	void put(TokenCacheKey key, TokenEndpointResponse token, Duration timeToLive) {
		later("writing", () -> {
			byte[] bytes = TokenCodec.encode(token);
			if (bytes != null) {
				this.store.put(key.registrationId(), key.digest(), bytes, timeToLive);
			}
			return null;
		});
	}

	boolean isRefused(TokenEndpointResponse token) {
		return this.refused.getIfPresent(token.accessToken()) != null;
	}

	/**
	 * Does not take an access token any more, wherever in the store it is.
	 */
	void refuse(String accessToken) {
		this.refused.put(accessToken, Boolean.TRUE);
	}

	/**
	 * Removes a value, and does not take it again if that fails.
	 */
	void evict(TokenCacheKey key) {
		this.evictions.put(key, this.clock.instant());
		later("removing", () -> {
			this.store.remove(key.registrationId(), key.digest());
			return null;
		});
	}

	/**
	 * Removes the values of a registration, and does not take them again if that fails.
	 */
	void evict(String registrationId) {
		this.evictions.put(registrationId, this.clock.instant());
		later("removing", () -> {
			this.store.removeAll(registrationId);
			return null;
		});
	}

	private void later(String what, Callable<@Nullable Void> step) {
		if (isLeftAlone()) {
			return;
		}
		Long since = this.writingSince;
		if (since != null && this.ticker.read() - since > LONGEST_WRITE) {
			failed(what + " waits for an earlier one, which has had no answer for more than 10 seconds", true);
			return;
		}
		try {
			this.writer.execute(() -> {
				this.writingSince = this.ticker.read();
				try {
					step.call();
				}
				catch (Throwable ex) {
					failed(what + " failed with " + describe(ex), true);
				}
				finally {
					this.writingSince = null;
				}
			});
		}
		catch (RejectedExecutionException ex) {
			failed("too much is waiting for it", true);
		}
	}

	// Its message may hold what it failed to write.
	private static String describe(@Nullable Throwable failure) {
		return (failure != null) ? failure.getClass().getName() : "nothing";
	}

	private boolean isLeftAlone() {
		Long failed = this.failedNanos;
		return failed != null && this.ticker.read() - failed < LEFT_ALONE;
	}

	private void failed(String problem, boolean leaveAlone) {
		this.failures.increment();
		this.lastError = problem;
		if (leaveAlone) {
			this.failedNanos = this.ticker.read();
		}
		this.log.warn("store", "The token store is passed over (" + problem + "): tokens come from the server instead");
	}

	TokenCacheStatus.Store status() {
		return new TokenCacheStatus.Store(isLeftAlone(), this.failures.sum(), this.lastError);
	}

	@Override
	public String toString() {
		return "SecondLevel[failures=" + this.failures.sum() + "]";
	}

}
