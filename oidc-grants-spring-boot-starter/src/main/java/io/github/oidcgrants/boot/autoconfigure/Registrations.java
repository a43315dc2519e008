package io.github.oidcgrants.boot.autoconfigure;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.CryptoProviders;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The registrations that are configured by properties. Creating it checks them all and
 * asks no server anything.
 */
final class Registrations {

	private final Map<String, GrantRegistration> registrations;

	private final Providers providers;

	private final Connections connections;

	private final Bundles bundles;

	private final boolean keepsRefreshTokens;

	/**
	 * Creates the registrations.
	 * @param keepsRefreshTokens whether refresh tokens outlive the application
	 */
	Registrations(OidcGrantsProperties properties, Connections connections, Bundles bundles,
			boolean keepsRefreshTokens) {
		this.connections = connections;
		this.bundles = bundles;
		this.keepsRefreshTokens = keepsRefreshTokens;
		Property provider = Property.ROOT.child("crypto-provider");
		String choice = provider.notBlank(properties.cryptoProvider());
		if (choice != null) {
			provider.check(() -> select(choice), "Set it to auto or jdk, or add the provider to the class path");
		}
		int unusedMaximum = properties.polling().checkedMaximum();
		String unusedPath = properties.ciba().checkedPath();
		this.providers = new Providers(properties);
		Map<String, GrantRegistration> all = new LinkedHashMap<>();
		properties.registration().forEach((id, registration) -> all.put(id, create(id, registration)));
		this.registrations = Collections.unmodifiableMap(all);
	}

	// Before any key is used: keys stay with the provider that was chosen when they were.
	private static String select(String choice) {
		CryptoProviders.select(choice);
		return choice;
	}

	Collection<GrantRegistration> all() {
		return this.registrations.values();
	}

	Configuration configuration(String id) {
		GrantRegistration registration = this.registrations.get(id);
		if (registration == null) {
			throw new IllegalArgumentException("No registration '" + id + "'");
		}
		return registration.configuration();
	}

	private GrantRegistration create(String id, OidcGrantsProperties.Registration registration) {
		Property at = Property.ROOT.child("registration").child(id);
		requireClientId(at, registration);
		String provider = this.providers.resolve(at, id, registration);
		HttpSettings settings = this.providers.settings(provider).with(at, registration);
		Configuration configuration = configuration(id, at, registration, provider, settings);
		if (this.keepsRefreshTokens && configuration.isPublic()) {
			DPoPKeys.requireKey(at.child("dpop"), registration.dpop());
		}
		GrantRegistration.Builder builder = GrantRegistration.builder(id, configuration)
			.grantType(GrantTypes.check(at.child("authorization-grant-type"), registration.authorizationGrantType()))
			.parameters(parameters(at, registration))
			.cachePolicy(cachePolicy(at.child("cache"), registration.cache()));
		allowOrigins(builder, at.child("allowed-origins"), registration.allowedOrigins(),
				settings.allowInsecureRequests());
		DPoPKeys.configure(builder, at.child("dpop"), registration.dpop(), this.bundles);
		String keepLoginsAs = GrantTypes.keepLoginsAs(at, registration);
		if (keepLoginsAs != null) {
			builder.keepLoginsAs(keepLoginsAs);
		}
		return builder.build();
	}

	private static void requireClientId(Property at, OidcGrantsProperties.Registration registration) {
		String clientId = at.child("client-id").resolved(registration.clientId());
		if (clientId == null || clientId.isBlank()) {
			throw at.child("client-id")
				.invalid((clientId == null) ? "it is not set" : "it is blank",
						"Set it to the client's identifier at the authorization server");
		}
	}

	private Configuration configuration(String id, Property at, OidcGrantsProperties.Registration registration,
			String provider, HttpSettings settings) {
		if (!settings.allowInsecureRequests()) {
			this.providers.requireSecure(provider, at);
		}
		Supplier<String> secret = ClientAuthentications.secret(at, registration);
		ClientAuthentication authentication = new ClientAuthentications(at, registration, secret, this.bundles)
			.create(this.providers.hasIssuer(provider));
		Configuration.Builder configuration = Configuration
			.builder(this.providers.server(provider, settings.link(), settings.allowInsecureRequests()),
					String.valueOf(registration.clientId()))
			.name(id)
			.authentication(authentication)
			.idTokenRules(IdTokens.rules(at.child("id-token"), registration.idToken(), secret, this.bundles))
			.ciba(CibaClients.options(at.child("ciba"), registration.ciba(), this.providers.hasIssuer(provider),
					this.bundles))
			.tlsClientCertificateBoundAccessTokens(registration.tlsClientCertificateBoundAccessTokens())
			.timeout(settings.timeout())
			.allowInsecureRequests(settings.allowInsecureRequests());
		if (authentication.isMutualTls() || registration.tlsClientCertificateBoundAccessTokens()) {
			requireCertificate(at, authentication, settings);
		}
		// The others use the client's: an application that brings its own client sets it.
		if (settings.bundle() != null || !settings.link().equals(this.providers.defaults().link())) {
			ClientHttpRequestFactory transport = this.connections.transport(settings);
			configuration.transport(transport);
			if (transport instanceof BundleTransport bundle) {
				configuration.certificateThumbprint(bundle::certificateThumbprint);
			}
		}
		return configuration.build();
	}

	private void requireCertificate(Property at, ClientAuthentication authentication, HttpSettings settings) {
		HttpSettings.Bundle bundle = settings.bundle();
		if (bundle == null) {
			String why = authentication.isMutualTls() ? "the method " + authentication.method().getValue()
					: "tls-client-certificate-bound-access-tokens";
			throw at.child("ssl.bundle")
				.invalid("it is not set, but " + why + " needs a certificate to present",
						"Set it to the name of an SSL bundle with a private key and certificate");
		}
		bundle.at()
			.check(() -> this.bundles.use(bundle.at(), bundle.name(), BundleKeys::alias),
					"Add the private key and its certificate to the bundle '" + bundle.name() + "'");
	}

	private static void allowOrigins(GrantRegistration.Builder builder, Property at, List<String> origins,
			boolean allowInsecureRequests) {
		for (String origin : origins) {
			if (!allowInsecureRequests && origin.toLowerCase(Locale.ROOT).startsWith("http:")) {
				throw at.invalid("'" + origin + "' is not https",
						"Use https, or set allow-insecure-requests to true where nobody else can listen");
			}
		}
		at.check(() -> builder.allowedOrigins(origins),
				"Set it to origins such as https://api.example.com, without a path");
	}

	private static TokenCachePolicy cachePolicy(Property at, OidcGrantsProperties.Cache cache) {
		TokenCachePolicy.Builder policy = TokenCachePolicy.builder()
			.genericGrants(cache.genericGrants())
			.refreshAhead(cache.refreshAhead());
		at.child("skew").check(() -> policy.skew(cache.skew()), "Set it to 0s or more, such as 60s");
		at.child("lifetime-if-unknown")
			.check(() -> policy.lifetimeIfUnknown(cache.lifetimeIfUnknown()),
					"Set it to how long the server's tokens are valid, such as 5m");
		return policy.build();
	}

	private static GrantParameters parameters(Property at, OidcGrantsProperties.Registration registration) {
		GrantParameters.Builder parameters = GrantParameters.builder();
		at.child("scope")
			.check(() -> parameters.scope(registration.scope()), "Set it to scopes that are separated by commas");
		at.child("resource")
			.check(() -> parameters.resource(registration.resource()),
					"Set it to absolute URIs, such as https://api.example.com");
		at.child("audience")
			.check(() -> parameters.audience(registration.audience()), "Set it to names that are not empty");
		registration.parameters()
			.forEach((name, value) -> at.child("parameters")
				.child(name)
				.check(() -> parameters.parameter(name, value),
						"Remove it, or give it a value of its own that can be sent"));
		return parameters.build();
	}

}
