package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantParameters;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * The registrations that are configured by properties. Creating it checks them all and
 * asks no server anything.
 */
final class Registrations {

	private final Map<String, GrantRegistration> registrations;

	Registrations(OidcGrantsProperties properties, Connections connections) {
		Providers providers = new Providers(properties);
		Map<String, GrantRegistration> all = new LinkedHashMap<>();
		properties.registration()
			.forEach((id, registration) -> all.put(id, create(id, registration, providers, connections)));
		this.registrations = Collections.unmodifiableMap(all);
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

	private static GrantRegistration create(String id, OidcGrantsProperties.Registration registration,
			Providers providers, Connections connections) {
		Property at = Property.ROOT.child("registration").child(id);
		return GrantRegistration.builder(id, configuration(at, id, registration, providers, connections))
			.grantType(grantType(at, registration))
			.parameters(parameters(at, registration))
			.build();
	}

	private static Configuration configuration(Property at, String id, OidcGrantsProperties.Registration registration,
			Providers providers, Connections connections) {
		String clientId = registration.clientId();
		if (clientId == null || clientId.isBlank()) {
			throw at.child("client-id")
				.invalid((clientId == null) ? "it is not set" : "it is blank",
						"Set it to the client's identifier at the authorization server");
		}
		String provider = providers.resolve(at, id, registration);
		HttpSettings settings = providers.settings(provider).with(at, registration);
		if (!settings.allowInsecureRequests()) {
			providers.requireSecure(provider, at);
		}
		Duration connectTimeout = settings.connectTimeout();
		Configuration.Builder configuration = Configuration
			.builder(providers.server(provider, connectTimeout), clientId)
			.authentication(authentication(at, registration))
			.timeout(settings.timeout())
			.allowInsecureRequests(settings.allowInsecureRequests());
		// The others use the client's: an application that brings its own client sets it.
		if (!connectTimeout.equals(providers.defaults().connectTimeout())) {
			configuration.transport(connections.transport(connectTimeout));
		}
		return configuration.build();
	}

	private static ClientAuthentication authentication(Property at, OidcGrantsProperties.Registration registration) {
		String secret = at.child("client-secret").notBlank(registration.clientSecret());
		String method = registration.clientAuthenticationMethod();
		if (method == null) {
			method = (secret != null) ? "client_secret_basic" : "none";
		}
		return switch (method) {
			case "client_secret_basic" -> ClientAuthentication.clientSecretBasic(required(at, method, secret));
			case "client_secret_post" -> ClientAuthentication.clientSecretPost(required(at, method, secret));
			case "none" -> {
				if (secret != null) {
					throw at.child("client-authentication-method")
						.invalid("it is 'none', but there is a client-secret",
								"Set it to client_secret_basic or client_secret_post, or remove "
										+ at.child("client-secret").name());
				}
				yield ClientAuthentication.none();
			}
			default -> throw at.child("client-authentication-method")
				.invalid("there is no method '" + method + "'",
						"Set it to one of client_secret_basic, client_secret_post, none");
		};
	}

	private static String required(Property at, String method, @Nullable String secret) {
		if (secret == null) {
			throw at.child("client-secret")
				.invalid("it is not set, but the method " + method + " needs it", "Set it, or set "
						+ at.child("client-authentication-method").name() + " to none if this is a public client");
		}
		return secret;
	}

	private static AuthorizationGrantType grantType(Property at, OidcGrantsProperties.Registration registration) {
		String grantType = registration.authorizationGrantType();
		if (!AuthorizationGrantType.CLIENT_CREDENTIALS.getValue().equals(grantType)) {
			throw at.child("authorization-grant-type")
				.invalid("there is no grant '" + grantType + "'", "Set it to client_credentials");
		}
		return AuthorizationGrantType.CLIENT_CREDENTIALS;
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
