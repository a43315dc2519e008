package io.github.oidcgrants.boot.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.github.oidcgrants.client.AuthorizationServer;
import org.jspecify.annotations.Nullable;

/**
 * The configured authorization servers. Registrations of one provider that connect to it
 * in the same way get the same {@link AuthorizationServer}, and so share its metadata.
 */
final class Providers {

	private static final Property AT = Property.ROOT.child("provider");

	private final Map<String, OidcGrantsProperties.Provider> providers;

	private final HttpSettings defaults;

	private final Map<Server, AuthorizationServer> servers = new HashMap<>();

	Providers(OidcGrantsProperties properties) {
		this.providers = properties.provider();
		this.defaults = HttpSettings.of(properties.http());
		// Those too that no registration uses yet.
		this.providers.keySet()
			.forEach((name) -> server(name, settings(name).link(), settings(name).allowInsecureRequests()));
	}

	/**
	 * Finds the provider of a registration.
	 */
	String resolve(Property at, String registrationId, OidcGrantsProperties.Registration registration) {
		String name = at.child("provider").notBlank(registration.provider());
		if (name == null && this.providers.containsKey(registrationId)) {
			return registrationId;
		}
		if (name != null && this.providers.containsKey(name)) {
			return name;
		}
		String problem = (name != null) ? "there is no provider '" + name + "'"
				: "it is not set, and there is no provider '" + registrationId + "'";
		throw at.child("provider")
			.invalid(problem,
					this.providers.isEmpty()
							? "Add " + AT.child((name != null) ? name : registrationId).child("issuer-uri").name()
									+ " with the issuer identifier of the authorization server"
							: "Set it to one of " + new TreeSet<>(this.providers.keySet()) + ", or add "
									+ AT.child((name != null) ? name : registrationId).name());
	}

	HttpSettings settings(String name) {
		return this.defaults.with(AT.child(name), provider(name));
	}

	/**
	 * {@return whether a provider is known by one issuer}
	 */
	boolean hasIssuer(String name) {
		return provider(name).issuerUri() != null && provider(name).tenants().isEmpty();
	}

	HttpSettings defaults() {
		return this.defaults;
	}

	AuthorizationServer server(String name, HttpSettings.Link link, boolean insecure) {
		return this.servers.computeIfAbsent(new Server(name, link, insecure),
				(server) -> create(AT.child(name), provider(name)));
	}

	/**
	 * Refuses addresses that are not {@code https} for those who may not use others.
	 */
	void requireSecure(String name, Property registration) {
		OidcGrantsProperties.Provider provider = provider(name);
		requireSecure(AT.child(name).child("issuer-uri"), provider.issuerUri(), name, registration);
		requireSecure(AT.child(name).child("token-uri"), provider.tokenUri(), name, registration);
		requireSecure(AT.child(name).child("jwk-set-uri"), provider.jwkSetUri(), name, registration);
		requireSecure(AT.child(name).child("device-authorization-uri"), provider.deviceAuthorizationUri(), name,
				registration);
		requireSecure(AT.child(name).child("backchannel-authentication-uri"), provider.backchannelAuthenticationUri(),
				name, registration);
	}

	private static void requireSecure(Property at, @Nullable String uri, String name, Property registration) {
		if (uri != null && uri.toLowerCase(Locale.ROOT).startsWith("http:")) {
			throw at.invalid("'" + uri + "' is not https",
					"Use https, or set " + registration.child("allow-insecure-requests").name() + " or "
							+ AT.child(name).child("allow-insecure-requests").name()
							+ " to true where nobody else can listen");
		}
	}

	private OidcGrantsProperties.Provider provider(String name) {
		OidcGrantsProperties.Provider provider = this.providers.get(name);
		if (provider == null) {
			throw new IllegalArgumentException("No provider '" + name + "'");
		}
		return provider;
	}

	private static AuthorizationServer create(Property at, OidcGrantsProperties.Provider provider) {
		String issuer = at.child("issuer-uri").notBlank(provider.issuerUri());
		String tokenUri = at.child("token-uri").notBlank(provider.tokenUri());
		AuthorizationServer.Builder server = AuthorizationServer.builder();
		if (issuer == null && tokenUri == null) {
			throw at.child("issuer-uri")
				.invalid("neither it nor token-uri is set",
						"Set it to the issuer identifier of the authorization server, or set "
								+ at.child("token-uri").name() + " to the address of its token endpoint");
		}
		endpoint(at.child("token-uri"), tokenUri, "/oauth2/token", server::tokenEndpoint);
		endpoint(at.child("jwk-set-uri"), provider.jwkSetUri(), "/oauth2/jwks", server::jwksUri);
		endpoint(at.child("device-authorization-uri"), provider.deviceAuthorizationUri(),
				"/oauth2/device_authorization", server::deviceAuthorizationEndpoint);
		endpoint(at.child("backchannel-authentication-uri"), provider.backchannelAuthenticationUri(),
				"/oauth2/bc-authorize", server::backchannelAuthenticationEndpoint);
		server.tenants(tenants(at, provider));
		if (issuer != null) {
			server.issuer(issuer);
		}
		return at.child("issuer-uri")
			.check(server::build, "Set it to exactly what the authorization server calls itself,"
					+ " such as https://idp.example.com/realms/main");
	}

	private static List<String> tenants(Property at, OidcGrantsProperties.Provider provider) {
		if (!provider.tenants().isEmpty() && provider.issuerUri() == null) {
			throw at.child("tenants")
				.invalid("tenants are told apart by the issuer, and there is none",
						"Set " + at.child("issuer-uri").name() + ", or remove it");
		}
		provider.tenants().forEach(at.child("tenants")::notBlank);
		return provider.tenants();
	}

	private static void endpoint(Property at, @Nullable String text, String path, Consumer<URI> step) {
		String uri = at.notBlank(text);
		if (uri != null) {
			step.accept(endpoint(at, uri, path));
		}
	}

	private static URI endpoint(Property at, String text, String path) {
		try {
			URI uri = new URI(text);
			boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
			if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null) {
				return uri;
			}
		}
		catch (URISyntaxException ex) {
			// Falls through: it is as unusable as a relative one.
		}
		throw at.invalid("it is not an absolute address without user and fragment",
				"Set it to the address of the endpoint, such as https://idp.example.com" + path);
	}

	private record Server(String provider, HttpSettings.Link link, boolean insecure) {
	}

}
