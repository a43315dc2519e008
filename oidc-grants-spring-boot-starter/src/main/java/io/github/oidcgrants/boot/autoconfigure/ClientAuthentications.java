package io.github.oidcgrants.boot.autoconfigure;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.client.ClientAssertionOptions;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.jose.SignatureAlgorithms;
import io.github.oidcgrants.metadata.ServerMetadata;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;

/**
 * How a registration's client proves who it is.
 */
final class ClientAuthentications {

	private static final String BASIC = "client_secret_basic";

	private static final String POST = "client_secret_post";

	private static final String SECRET_JWT = "client_secret_jwt";

	private static final String KEY_JWT = "private_key_jwt";

	private static final String TLS = "tls_client_auth";

	private static final String SELF_SIGNED_TLS = "self_signed_tls_client_auth";

	private static final String NONE = "none";

	private static final List<String> METHODS = List.of(BASIC, POST, SECRET_JWT, KEY_JWT, TLS, SELF_SIGNED_TLS, NONE);

	private static final URI ANY_SERVER = URI.create("https://localhost");

	private final Property at;

	private final Property methodAt;

	private final Property assertionAt;

	private final OidcGrantsProperties.Registration registration;

	private final @Nullable Supplier<String> secret;

	private final Bundles bundles;

	ClientAuthentications(Property at, OidcGrantsProperties.Registration registration,
			@Nullable Supplier<String> secret, Bundles bundles) {
		this.at = at;
		this.methodAt = at.child("client-authentication-method");
		this.assertionAt = at.child("client-assertion");
		this.registration = registration;
		this.secret = secret;
		this.bundles = bundles;
	}

	/**
	 * Finds the secret of a client, which may be used for more than its authentication.
	 */
	static @Nullable Supplier<String> secret(Property at, OidcGrantsProperties.Registration registration) {
		String secret = at.child("client-secret").notBlank(registration.clientSecret());
		if (registration.clientSecretLocation() == null) {
			return (secret != null) ? () -> secret : null;
		}
		Property location = at.child("client-secret-location");
		if (secret != null) {
			throw location.invalid("both it and client-secret are set", "Remove one of the two");
		}
		return SecretFile.of(location, registration.clientSecretLocation())::line;
	}

	/**
	 * Makes the authentication, and tries whether it can prove anything.
	 * @param hasIssuer whether the server is known by the one issuer that an assertion
	 * would be for
	 */
	ClientAuthentication create(boolean hasIssuer) {
		String method = method();
		if (this.registration.clientAssertion() != null && !SECRET_JWT.equals(method) && !KEY_JWT.equals(method)) {
			throw this.assertionAt.invalid("the method " + method + " sends no assertion",
					"Set " + this.methodAt.name() + " to private_key_jwt or client_secret_jwt, or remove it");
		}
		return switch (method) {
			case BASIC -> ClientAuthentication.clientSecretBasic(requiredSecret(method));
			case POST -> ClientAuthentication.clientSecretPost(requiredSecret(method));
			case SECRET_JWT -> secretJwt(hasIssuer);
			case KEY_JWT -> keyJwt(hasIssuer);
			case TLS -> ClientAuthentication.tlsClientAuth();
			case SELF_SIGNED_TLS -> ClientAuthentication.selfSignedTlsClientAuth();
			default -> ClientAuthentication.none();
		};
	}

	private String method() {
		String method = this.registration.clientAuthenticationMethod();
		if (method == null) {
			return (this.secret != null) ? BASIC : NONE;
		}
		if (!METHODS.contains(method)) {
			throw this.methodAt.invalid("there is no method '" + method + "'",
					"Set it to one of " + String.join(", ", METHODS));
		}
		if (NONE.equals(method) && this.secret != null) {
			throw this.methodAt.invalid("it is 'none', but there is a client-secret",
					"Set it to client_secret_basic or client_secret_post, or remove " + secretAt().name());
		}
		return method;
	}

	private Property secretAt() {
		return this.at
			.child((this.registration.clientSecretLocation() != null) ? "client-secret-location" : "client-secret");
	}

	private Supplier<String> requiredSecret(String method) {
		if (this.secret == null) {
			throw secretAt().invalid("it is not set, but the method " + method + " needs it",
					"Set it, or set " + this.methodAt.name() + " to none if this is a public client");
		}
		return this.secret;
	}

	private ClientAuthentication secretJwt(boolean hasIssuer) {
		Supplier<String> secret = requiredSecret(SECRET_JWT);
		OidcGrantsProperties.ClientAssertion assertion = this.registration.clientAssertion();
		if (assertion != null && (assertion.key() != null || assertion.location() != null)) {
			throw this.assertionAt.invalid("there is a key or location, but client_secret_jwt is made of the secret",
					"Set " + this.methodAt.name() + " to private_key_jwt, or remove the key or location");
		}
		if (assertion != null && assertion.algorithm() != null
				&& !SignatureAlgorithms.isSymmetric(JWSAlgorithm.parse(assertion.algorithm()))) {
			throw this.assertionAt.child("algorithm")
				.invalid("'" + assertion.algorithm() + "' does not sign with a secret",
						"Set it to HS256, HS384 or HS512, or remove it");
		}
		ClientAssertionOptions options = options(assertion, hasIssuer);
		secretAt().check(() -> ClientAuthentication.clientSecretJwt(secret.get(), options),
				"Use a longer secret, or another method");
		return tried(ClientAuthentication.clientSecretJwt(secret, options));
	}

	private ClientAuthentication keyJwt(boolean hasIssuer) {
		OidcGrantsProperties.ClientAssertion assertion = this.registration.clientAssertion();
		OidcGrantsProperties.Key key = (assertion != null) ? assertion.key() : null;
		Resource location = (assertion != null) ? assertion.location() : null;
		if (assertion != null && key != null && location == null) {
			return keyJwt(assertion, key, hasIssuer);
		}
		if (assertion != null && key == null && location != null) {
			return readyMade(assertion, location);
		}
		throw this.assertionAt.child("key")
			.invalid(
					(key != null) ? "both it and location are set"
							: "it is not set, but the method private_key_jwt needs it",
					"Set one of " + this.assertionAt.child("key.location").name() + ", "
							+ this.assertionAt.child("key.ssl-bundle").name() + ", and "
							+ this.assertionAt.child("location").name() + " for a JWT that someone else signs");
	}

	private ClientAuthentication readyMade(OidcGrantsProperties.ClientAssertion assertion, Resource resource) {
		Property location = this.assertionAt.child("location");
		if (assertion.algorithm() != null || !assertion.header().isEmpty() || !assertion.claims().isEmpty()) {
			throw location.invalid(
					"the JWT in it is sent as it is, but there is an algorithm, header or claim to give it",
					"Remove algorithm, header and claims, or set a key instead");
		}
		return ClientAuthentication.clientAssertion(SecretFile.of(location, resource));
	}

	private ClientAuthentication keyJwt(OidcGrantsProperties.ClientAssertion assertion,
			OidcGrantsProperties.Key configured, boolean hasIssuer) {
		KeySource<?> key = KeySource.of(this.assertionAt.child("key"), configured, this.bundles);
		ClientAssertionOptions options = options(assertion, hasIssuer);
		this.assertionAt.child("algorithm")
			.check(() -> ClientAuthentication.privateKeyJwt(key.signingKey(), options),
					"Set it to one of those, or remove it");
		return tried(ClientAuthentication.privateKeyJwt(key::current, options));
	}

	private ClientAssertionOptions options(OidcGrantsProperties.@Nullable ClientAssertion assertion,
			boolean hasIssuer) {
		String audience = (assertion != null)
				? String.valueOf(this.assertionAt.child("audience").notBlank(assertion.audience())) : "issuer";
		if ("issuer".equals(audience) && !hasIssuer) {
			throw this.assertionAt.child("audience")
				.invalid("the assertion is for the issuer, but the provider does not say which one that is",
						"Set it to endpoint or to what the server expects, or set the provider's issuer-uri");
		}
		ClientAssertionOptions.Builder options = ClientAssertionOptions.builder();
		if ("endpoint".equals(audience)) {
			options.endpointAsAudience();
		}
		else if (!"issuer".equals(audience)) {
			options.audience(audience);
		}
		if (assertion != null) {
			copy(assertion, options);
		}
		return options.build();
	}

	private void copy(OidcGrantsProperties.ClientAssertion assertion, ClientAssertionOptions.Builder options) {
		String algorithm = this.assertionAt.child("algorithm").notBlank(assertion.algorithm());
		if (algorithm != null) {
			options.algorithm(algorithm);
		}
		this.assertionAt.child("lifetime")
			.check(() -> options.lifetime(assertion.lifetime()), "Set it to a second or more, such as 60s");
		assertion.header()
			.forEach((name, value) -> this.assertionAt.child("header")
				.child(name)
				.check(() -> options.header(name, value), "Remove it"));
		assertion.claims()
			.forEach((name, value) -> this.assertionAt.child("claims")
				.child(name)
				.check(() -> options.claim(name, value), "Remove it"));
	}

	/**
	 * Makes one assertion that nobody gets to see, so that what cannot work is known now.
	 */
	private ClientAuthentication tried(ClientAuthentication authentication) {
		this.assertionAt.check(() -> {
			HttpCall call = HttpCall.post(ANY_SERVER);
			authentication.credential(String.valueOf(this.registration.clientId()))
				.apply(call, ServerMetadata.of(Map.of(ServerMetadata.ISSUER, ANY_SERVER.toString())), Instant.now());
			return call;
		}, "Remove the header parameters that are not text, or correct the key");
		return authentication;
	}

}
