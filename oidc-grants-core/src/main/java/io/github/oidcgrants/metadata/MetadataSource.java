package io.github.oidcgrants.metadata;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.flight.Attempt;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.http.JsonHttp;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of one authorization server: what was configured, over what is discovered
 * from its issuer. Thread-safe.
 * <p>
 * Nothing is fetched before the first call that needs it. Discovered metadata are kept
 * for an hour, one fetch serves all callers, and a failed one is tried again by the next
 * call. If a later fetch fails the metadata that are there go on serving, and the server
 * is asked again after a minute.
 */
public final class MetadataSource {

	private static final Log logger = LogFactory.getLog(MetadataSource.class);

	private static final Duration TTL = Duration.ofHours(1);

	private static final Duration RETRY = Duration.ofMinutes(1);

	private final ServerMetadata configured;

	private final @Nullable Discovery discovery;

	private final LongSupplier nanoTime;

	private final SingleFlight<ServerMetadata, ServerMetadata> flight = new SingleFlight<>();

	private volatile @Nullable Kept kept;

	private MetadataSource(ServerMetadata configured, @Nullable Discovery discovery, LongSupplier nanoTime) {
		this.configured = configured;
		this.discovery = discovery;
		this.nanoTime = nanoTime;
	}

	/**
	 * Creates a source that discovers what is not configured.
	 * @param issuer the issuer identifier to discover from
	 * @param template whether the server may answer with a template of that issuer
	 * @param configured what wins over what is discovered
	 * @param nanoTime a monotonic time in nanoseconds, like {@link System#nanoTime()}
	 * @return the source
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the issuer is no issuer
	 * identifier
	 */
	public static MetadataSource discovered(String issuer, boolean template, ServerMetadata configured,
			LongSupplier nanoTime) {
		return new MetadataSource(configured, new Discovery(issuer, template), nanoTime);
	}

	/**
	 * Creates a source of what is configured, and no more.
	 * @param configured the metadata
	 * @return the source
	 */
	public static MetadataSource fixed(ServerMetadata configured) {
		return new MetadataSource(configured, null, System::nanoTime);
	}

	/**
	 * {@return what was configured, without anything discovered}
	 */
	public ServerMetadata configured() {
		return this.configured;
	}

	/**
	 * {@return what is known without fetching anything, however old}
	 */
	public ServerMetadata known() {
		Kept current = this.kept;
		return (current != null) ? current.metadata() : this.configured;
	}

	/**
	 * {@return whether what is not configured is discovered}
	 */
	public boolean isDiscovered() {
		return this.discovery != null;
	}

	/**
	 * Gives the metadata, fetched if need be.
	 * @param http how to fetch them
	 * @return the metadata
	 * @throws GrantException if they cannot be had: {@link Kind#MISCONFIGURED} if the
	 * server names another issuer, else what kept the server from answering
	 */
	public ServerMetadata get(JsonHttp http) {
		Discovery discovery = this.discovery;
		if (discovery == null) {
			return this.configured;
		}
		ServerMetadata fresh = fresh();
		return (fresh != null) ? fresh
				: this.flight.call(this.configured, Attempt.within(http.timeout(), () -> load(discovery, http)));
	}

	private ServerMetadata load(Discovery discovery, JsonHttp http) {
		ServerMetadata fresh = fresh();
		if (fresh != null) {
			return fresh;
		}
		try {
			ServerMetadata metadata = discovery.fetch(http).overriddenBy(this.configured);
			this.kept = new Kept(metadata, this.nanoTime.getAsLong(), TTL);
			return metadata;
		}
		catch (GrantException ex) {
			Kept old = this.kept;
			if (old == null) {
				throw ex;
			}
			logger.warn("Keeping the metadata of " + discovery + " that were fetched before: " + ex.getMessage());
			this.kept = new Kept(old.metadata(), this.nanoTime.getAsLong(), RETRY);
			return old.metadata();
		}
	}

	private @Nullable ServerMetadata fresh() {
		Kept current = this.kept;
		return (current != null && current.isFresh(this.nanoTime.getAsLong())) ? current.metadata() : null;
	}

	@Override
	public String toString() {
		return "MetadataSource[configured=" + this.configured + ", discovery=" + this.discovery + "]";
	}

	private record Kept(ServerMetadata metadata, long since, Duration ttl) {

		boolean isFresh(long now) {
			return now - this.since < this.ttl.toNanos();
		}

	}

}
