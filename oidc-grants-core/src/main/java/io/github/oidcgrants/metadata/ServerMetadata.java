package io.github.oidcgrants.metadata;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of an authorization server, by the names that RFC 8414 section 2 and
 * OpenID Connect Discovery 1.0 section 3 give them. Immutable.
 */
public final class ServerMetadata {

	/**
	 * The name of the issuer.
	 */
	public static final String ISSUER = "issuer";

	/**
	 * The name of the token endpoint.
	 */
	public static final String TOKEN_ENDPOINT = "token_endpoint";

	/**
	 * The name of the endpoint that begins a device authorization (RFC 8628 section 4).
	 */
	public static final String DEVICE_AUTHORIZATION_ENDPOINT = "device_authorization_endpoint";

	/**
	 * The name of the endpoint that begins a backchannel authentication (OpenID Connect
	 * CIBA Core 1.0 section 4).
	 */
	public static final String BACKCHANNEL_AUTHENTICATION_ENDPOINT = "backchannel_authentication_endpoint";

	/**
	 * The name of the address of the server's keys.
	 */
	public static final String JWKS_URI = "jwks_uri";

	private static final String MTLS_ALIASES = "mtls_endpoint_aliases";

	private final Map<String, @Nullable Object> members;

	private ServerMetadata(Map<String, @Nullable Object> members) {
		this.members = members;
	}

	/**
	 * Creates metadata from members as they stand in a metadata document.
	 * @param members the members by name
	 * @return the metadata
	 */
	public static ServerMetadata of(Map<String, ? extends @Nullable Object> members) {
		return new ServerMetadata(Collections.unmodifiableMap(new LinkedHashMap<>(members)));
	}

	/**
	 * {@return the server's issuer identifier, or {@code null} if it has none}
	 */
	public @Nullable String issuer() {
		return (get(ISSUER) instanceof String issuer) ? issuer : null;
	}

	/**
	 * {@return the address of the token endpoint}
	 * @throws GrantException as {@link #endpoint(String)} does
	 */
	public URI tokenEndpoint() {
		return endpoint(TOKEN_ENDPOINT);
	}

	/**
	 * {@return the address of an endpoint}
	 * @param name the endpoint's name, {@code token_endpoint} for one
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the server has no such
	 * endpoint, or what it has is no absolute address without fragment
	 */
	public URI endpoint(String name) {
		return endpoint(name, false);
	}

	/**
	 * {@return the address of an endpoint}
	 * @param name the endpoint's name, {@code token_endpoint} for one
	 * @param mutualTls whether the client presents a certificate: then the endpoint's
	 * alias for that is used where the server has one (RFC 8705 section 5)
	 * @throws GrantException as {@link #endpoint(String)} does
	 */
	public URI endpoint(String name, boolean mutualTls) {
		Object address = get(name);
		if (mutualTls && get(MTLS_ALIASES) instanceof Map<?, ?> aliases && aliases.get(name) != null) {
			address = aliases.get(name);
		}
		if (!(address instanceof String text) || text.isBlank()) {
			throw GrantException.misconfigured("The metadata of " + description() + " has no " + name
					+ ": configure the endpoint explicitly, or use a server that offers it");
		}
		try {
			URI uri = new URI(text);
			if (uri.isAbsolute() && uri.getHost() != null && uri.getRawFragment() == null) {
				return uri;
			}
		}
		catch (URISyntaxException ex) {
			// Falls through: it is as unusable as a relative one.
		}
		throw GrantException.misconfigured("The " + name + " in the metadata of " + description()
				+ " is not an absolute address without fragment: configure the endpoint explicitly");
	}

	/**
	 * {@return a member that is a list of strings; empty if it is absent or something
	 * else}
	 * @param name the member's name
	 */
	public List<String> list(String name) {
		return (get(name) instanceof List<?> list)
				? list.stream().filter(String.class::isInstance).map(String.class::cast).toList() : List.of();
	}

	/**
	 * {@return any member, as JSON's types are in Java; {@code null} if it is absent}
	 * @param name the member's name
	 */
	public @Nullable Object get(String name) {
		return this.members.get(name);
	}

	ServerMetadata overriddenBy(ServerMetadata other) {
		if (other.members.isEmpty()) {
			return this;
		}
		Map<String, @Nullable Object> merged = new LinkedHashMap<>(this.members);
		merged.putAll(other.members);
		return new ServerMetadata(Collections.unmodifiableMap(merged));
	}

	private String description() {
		return (issuer() != null) ? "'" + issuer() + "'" : "the authorization server";
	}

	@Override
	public String toString() {
		return "ServerMetadata[issuer=" + issuer() + ", members=" + this.members.size() + "]";
	}

}
