package io.github.oidcgrants.metadata;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.http.JsonHttp;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * An authorization server: what is known of it, and what is found out when it is needed.
 * <p>
 * Nothing is fetched before the first call that needs it. Discovered metadata are kept
 * for an hour, one fetch serves all callers, and a failed one is tried again by the next
 * call. If a later fetch fails the metadata that are there go on serving, and the server
 * is asked again after a minute. What was configured wins over what is discovered.
 * <p>
 * Thread-safe. Clients of one server that connect to it in the same way share one
 * instance, and so its metadata.
 */
public final class AuthorizationServer {

	private static final Log logger = LogFactory.getLog(AuthorizationServer.class);

	private static final Duration TTL = Duration.ofHours(1);

	private static final Duration RETRY = Duration.ofMinutes(1);

	private final @Nullable Discovery discovery;

	private final ServerMetadata configured;

	private final LongSupplier nanoTime;

	private final SingleFlight<ServerMetadata, ServerMetadata> flight = new SingleFlight<>();

	private volatile @Nullable Kept kept;

	private AuthorizationServer(Builder builder) {
		this.configured = ServerMetadata.of(builder.configured);
		this.nanoTime = builder.nanoTime;
		String issuer = this.configured.issuer();
		this.discovery = (builder.discovery && issuer != null) ? new Discovery(issuer) : null;
		if (this.discovery == null) {
			// Without discovery there is no later moment at which it could be found.
			this.configured.tokenEndpoint();
		}
	}

	/**
	 * Creates a server whose metadata are discovered.
	 * @param issuer its issuer identifier, exactly as the server itself writes it
	 * @return the server
	 * @throws GrantException {@link Kind#MISCONFIGURED} if that is no issuer identifier
	 */
	public static AuthorizationServer discover(String issuer) {
		return builder().issuer(issuer).build();
	}

	/**
	 * Begins a server of which something is configured.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * {@return the issuer identifier, or {@code null} if none is configured}
	 */
	public @Nullable String issuer() {
		return this.configured.issuer();
	}

	/**
	 * {@return what was configured, without anything discovered}
	 */
	public ServerMetadata configured() {
		return this.configured;
	}

	/**
	 * Gives the server's metadata, fetched if need be.
	 * @param http how to fetch them
	 * @return the metadata
	 * @throws GrantException if they cannot be had: {@link Kind#MISCONFIGURED} if the
	 * server names another issuer, else what kept the server from answering
	 */
	public ServerMetadata metadata(JsonHttp http) {
		Discovery discovery = this.discovery;
		if (discovery == null) {
			return this.configured;
		}
		ServerMetadata fresh = fresh();
		return (fresh != null) ? fresh : this.flight.call(this.configured, () -> load(discovery, http));
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
			logger.warn("Keeping the metadata of '" + issuer() + "' that were fetched before: " + ex.getMessage());
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
		return "AuthorizationServer[configured=" + this.configured + ", discovery=" + (this.discovery != null) + "]";
	}

	private record Kept(ServerMetadata metadata, long since, Duration ttl) {

		boolean isFresh(long now) {
			return now - this.since < this.ttl.toNanos();
		}

	}

	/**
	 * Says what is configured of an authorization server.
	 */
	public static final class Builder {

		private final Map<String, Object> configured = new LinkedHashMap<>();

		private boolean discovery = true;

		private LongSupplier nanoTime = System::nanoTime;

		private Builder() {
		}

		/**
		 * Sets the issuer identifier, from which the rest is discovered.
		 * @param issuer the identifier, exactly as the server itself writes it
		 * @return this
		 */
		public Builder issuer(String issuer) {
			return member(ServerMetadata.ISSUER, issuer);
		}

		/**
		 * Sets the address of the token endpoint.
		 * @param uri the address
		 * @return this
		 */
		public Builder tokenEndpoint(URI uri) {
			return member(ServerMetadata.TOKEN_ENDPOINT, uri.toString());
		}

		/**
		 * Sets any member of the metadata; it wins over a discovered one.
		 * @param name its name in RFC 8414
		 * @param value its value, as JSON's types are in Java
		 * @return this
		 */
		public Builder member(String name, Object value) {
			this.configured.put(name, value);
			return this;
		}

		/**
		 * Uses only what is configured, even if there is an issuer.
		 * @return this
		 */
		public Builder withoutDiscovery() {
			this.discovery = false;
			return this;
		}

		/**
		 * Sets the clock that tells how long metadata were kept.
		 * @param nanoTime a monotonic time in nanoseconds, like {@link System#nanoTime()}
		 * @return this
		 */
		public Builder nanoTime(LongSupplier nanoTime) {
			this.nanoTime = nanoTime;
			return this;
		}

		/**
		 * Creates the server. Nothing is fetched.
		 * @return the server
		 * @throws GrantException {@link Kind#MISCONFIGURED} if the issuer is no issuer
		 * identifier, or there is neither an issuer to discover from nor a token endpoint
		 */
		public AuthorizationServer build() {
			return new AuthorizationServer(this);
		}

	}

}
