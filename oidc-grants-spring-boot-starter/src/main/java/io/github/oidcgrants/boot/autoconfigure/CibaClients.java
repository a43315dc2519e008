package io.github.oidcgrants.boot.autoconfigure;

import java.util.List;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.jose.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * What a registration says about CIBA.
 */
final class CibaClients {

	static final String PING = "ping";

	private CibaClients() {
	}

	/**
	 * Makes the options, and tries whether requests can be signed.
	 * @param hasIssuer whether the server is known by the one issuer that a signed
	 * request would be for
	 */
	static CibaOptions options(Property at, OidcGrantsProperties.Ciba ciba, boolean hasIssuer, Bundles bundles) {
		CibaOptions.Builder options = CibaOptions.builder()
			.tokenDeliveryMode(mode(at.child("token-delivery-mode"), ciba.tokenDeliveryMode()));
		sign(options, at.child("request"), ciba.request(), hasIssuer, bundles);
		return options.build();
	}

	private static TokenDeliveryMode mode(Property at, String mode) {
		return switch (String.valueOf(at.notBlank(mode))) {
			case "poll" -> TokenDeliveryMode.POLL;
			case PING -> TokenDeliveryMode.PING;
			case "push" -> throw at.invalid(
					"push is not offered: tokens would come to an address of this application instead of the client"
							+ " that asks for them, and FAPI-CIBA forbids it",
					"Set it to ping or poll, and register the client for that at the server");
			default -> throw at.invalid("there is no mode '" + mode + "'", "Set it to poll or ping");
		};
	}

	private static void sign(CibaOptions.Builder options, Property at, OidcGrantsProperties.SignedRequest request,
			boolean hasIssuer, Bundles bundles) {
		at.child("lifetime")
			.check(() -> options.requestLifetime(request.lifetime()), "Set it to 60m or less, such as 5m");
		Property algorithmAt = at.child("algorithm");
		String algorithm = algorithmAt.notBlank(request.algorithm());
		if (algorithm != null) {
			algorithmAt.check(() -> options.requestSigningAlgorithm(algorithm),
					"Set it to an asymmetric one that the client is registered with, such as ES256");
		}
		if (request.key() == null) {
			requireNoAlgorithm(at, algorithm);
			return;
		}
		if (!hasIssuer) {
			throw at.child("key")
				.invalid("a signed request is for the issuer, but the provider does not say which one that is",
						"Set the provider's issuer-uri, without tenants, or remove it");
		}
		KeySource<?> key = KeySource.of(at.child("key"), request.key(), bundles);
		SigningKey first = key.signingKey();
		JWSAlgorithm wanted = (algorithm != null) ? JWSAlgorithm.parse(algorithm) : null;
		algorithmAt.check(() -> first.algorithm(wanted, List.of()), "Set it to one of those, or remove it");
		options.requestSigningKey(key::current);
	}

	private static void requireNoAlgorithm(Property at, @Nullable String algorithm) {
		if (algorithm != null) {
			throw at.child("key")
				.invalid("it is not set, but there is an algorithm to sign with",
						"Set " + at.child("key.location").name() + " or " + at.child("key.ssl-bundle").name()
								+ ", or remove " + at.child("algorithm").name());
		}
	}

}
