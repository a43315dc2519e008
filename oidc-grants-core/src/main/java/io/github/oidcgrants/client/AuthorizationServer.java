package io.github.oidcgrants.client;

import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

import com.nimbusds.jose.JWSHeader;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.idtoken.JwkSetSource;
import io.github.oidcgrants.jose.VerificationKey;
import io.github.oidcgrants.metadata.MetadataSource;
import io.github.oidcgrants.metadata.ServerMetadata;
import org.jspecify.annotations.Nullable;

/**
 * An authorization server: what is known of it, and what is found out when it is needed,
 * its metadata (RFC 8414, OpenID Connect Discovery 1.0) and its keys (RFC 7517).
 * <p>
 * Nothing is fetched before the first call that needs it, so a server that is down keeps
 * no application from starting. What was configured wins over what is discovered.
 * <p>
 * Thread-safe. Clients of one server that connect to it in the same way share one
 * instance, and so its metadata and keys.
 */
public final class AuthorizationServer {

	private final @Nullable String issuer;

	private final MetadataSource metadata;

	private final JwkSetSource keys;

	private final Set<String> tenants;

	private AuthorizationServer(Builder builder) {
		ServerMetadata configured = ServerMetadata.of(builder.configured);
		String issuer = configured.issuer();
		this.issuer = issuer;
		this.tenants = Set.copyOf(builder.tenants);
		if (builder.discovery && issuer != null) {
			boolean template = !this.tenants.isEmpty();
			Map<String, @Nullable Object> members = new LinkedHashMap<>(builder.configured);
			if (template) {
				// The template that the server answers with is its issuer, not what it
				// was asked by.
				members.remove(ServerMetadata.ISSUER);
			}
			this.metadata = MetadataSource.discovered(issuer, template, ServerMetadata.of(members), builder.nanoTime);
		}
		else {
			// Without discovery there is no later moment at which it could be found.
			configured.tokenEndpoint();
			this.metadata = MetadataSource.fixed(configured);
		}
		this.keys = new JwkSetSource(builder.nanoTime);
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
	 * {@return the issuer identifier that was configured, or {@code null}}
	 */
	public @Nullable String issuer() {
		return this.issuer;
	}

	/**
	 * {@return what tells this server from others: its issuer, or without one the address
	 * of its token endpoint}
	 */
	public String id() {
		return (this.issuer != null) ? this.issuer : String.valueOf(configured().get(ServerMetadata.TOKEN_ENDPOINT));
	}

	/**
	 * {@return the origin (RFC 6454), its port included, that tokens are asked for at:
	 * that of the token endpoint if it is known, else that of the issuer. Many issuers
	 * may share it}
	 * @param mutualTls whether the client presents a certificate
	 */
	public String tokenOrigin(boolean mutualTls) {
		URI uri = tokenAddress(mutualTls);
		int usual = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
		return (uri.getScheme() + "://" + uri.getHost() + ":" + ((uri.getPort() < 0) ? usual : uri.getPort()))
			.toLowerCase(Locale.ROOT);
	}

	private URI tokenAddress(boolean mutualTls) {
		ServerMetadata known = this.metadata.known();
		if (known.get(ServerMetadata.TOKEN_ENDPOINT) != null) {
			try {
				return known.endpoint(ServerMetadata.TOKEN_ENDPOINT, mutualTls);
			}
			catch (GrantException ex) {
				// Whoever sends a request there is told.
			}
		}
		return URI.create(id());
	}

	/**
	 * {@return what was configured, without anything discovered}
	 */
	public ServerMetadata configured() {
		return this.metadata.configured();
	}

	/**
	 * {@return whether an endpoint is found by discovery}
	 * @param endpoint the endpoint's name in the metadata, {@code token_endpoint} for one
	 */
	public boolean discovers(String endpoint) {
		return this.metadata.isDiscovered() && configured().get(endpoint) == null;
	}

	/**
	 * {@return the tenants whose ID tokens are accepted; empty for a server of one
	 * issuer}
	 */
	public Set<String> tenants() {
		return this.tenants;
	}

	/**
	 * Gives the server's metadata, fetched if need be.
	 * @param http how to fetch them
	 * @return the metadata
	 * @throws GrantException if they cannot be had: {@link Kind#MISCONFIGURED} if the
	 * server names another issuer, else what kept the server from answering
	 */
	public ServerMetadata metadata(JsonHttp http) {
		return this.metadata.get(http);
	}

	/**
	 * Gives what a request to an endpoint needs to know. Where the endpoint is configured
	 * that is what is configured, so that no request waits for a discovery it does not
	 * need.
	 * @param endpoint the endpoint's name in the metadata, {@code token_endpoint} for one
	 * @param http how to fetch the metadata
	 * @return the metadata
	 * @throws GrantException as {@link #metadata(JsonHttp)} does
	 */
	public ServerMetadata metadata(String endpoint, JsonHttp http) {
		return discovers(endpoint) ? metadata(http) : configured();
	}

	/**
	 * Finds the server's key that a header means, fetched if need be.
	 * @param header the header of what is to be verified
	 * @param http how to fetch the keys
	 * @return the key
	 * @throws GrantException {@link Kind#ID_TOKEN_REFUSED} if there is none, or several
	 * would do; else what kept the server from answering
	 */
	public VerificationKey key(JWSHeader header, JsonHttp http) {
		return this.keys.find(metadata(http).endpoint(ServerMetadata.JWKS_URI), http, header);
	}

	@Override
	public String toString() {
		return "AuthorizationServer[" + this.metadata + ", keys=" + this.keys + "]";
	}

	/**
	 * Says what is configured of an authorization server.
	 */
	public static final class Builder {

		private final Map<String, @Nullable Object> configured = new LinkedHashMap<>();

		private boolean discovery = true;

		private Set<String> tenants = Set.of();

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
		 * Accepts a server of several tenants: its metadata may name, in the place of the
		 * tenant in the issuer that was asked, {@code {tenantid}}, and its ID tokens the
		 * tenant that their {@code tid} says, if it is one of these. Microsoft Entra does
		 * so for the issuers of {@code organizations} and {@code common}.
		 * @param tenants the tenants whose ID tokens are accepted
		 * @return this
		 */
		public Builder tenants(Collection<String> tenants) {
			this.tenants = Set.copyOf(tenants);
			return this;
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
		 * Sets the address of the device authorization endpoint (RFC 8628 section 3.1).
		 * @param uri the address
		 * @return this
		 */
		public Builder deviceAuthorizationEndpoint(URI uri) {
			return member(ServerMetadata.DEVICE_AUTHORIZATION_ENDPOINT, uri.toString());
		}

		/**
		 * Sets the address of the backchannel authentication endpoint (OpenID Connect
		 * CIBA Core 1.0 section 7).
		 * @param uri the address
		 * @return this
		 */
		public Builder backchannelAuthenticationEndpoint(URI uri) {
			return member(ServerMetadata.BACKCHANNEL_AUTHENTICATION_ENDPOINT, uri.toString());
		}

		/**
		 * Sets the address of the server's keys.
		 * @param uri the address
		 * @return this
		 */
		public Builder jwksUri(URI uri) {
			return member(ServerMetadata.JWKS_URI, uri.toString());
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
		 * Sets the clock that tells how long metadata and keys were kept.
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
