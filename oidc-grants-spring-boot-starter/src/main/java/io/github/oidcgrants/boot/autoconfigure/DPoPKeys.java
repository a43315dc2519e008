package io.github.oidcgrants.boot.autoconfigure;

import java.util.stream.IntStream;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.jose.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * The DPoP keys of a registration: the configured one, else one of its own that lives as
 * long as the application does, and those before it.
 */
final class DPoPKeys {

	private DPoPKeys() {
	}

	static void configure(GrantRegistration.Builder registration, Property at, OidcGrantsProperties.Dpop dpop,
			Bundles bundles) {
		DPoPMode mode = dpop.mode();
		if (mode == null && (dpop.key() != null || dpop.algorithm() != null || !dpop.retiredKeys().isEmpty())) {
			throw at.child("mode")
				.invalid("it is not set, but there is a key or algorithm for DPoP",
						"Set it to required, preferred or off");
		}
		if (mode != null && mode != DPoPMode.OFF) {
			registration.dpop(DPoPKeyRing.of(DPoPHandle.of(keyPair(at, dpop, bundles)), retired(at, dpop, bundles)),
					mode);
		}
	}

	private static DPoPHandle[] retired(Property at, OidcGrantsProperties.Dpop dpop, Bundles bundles) {
		String algorithm = dpop.algorithm();
		return IntStream.range(0, dpop.retiredKeys().size())
			.mapToObj((i) -> KeySource.of(at.child("retired-keys[" + i + "]"), dpop.retiredKeys().get(i), bundles)
				.signingKey())
			.map((key) -> (algorithm != null && key.signsWith(algorithm)) ? key.withAlgorithm(algorithm) : key)
			.map((key) -> DPoPHandle.of(DPoPKeyPair.of(key)))
			.toArray(DPoPHandle[]::new);
	}

	/**
	 * Refuses a key that is gone after the next start where refresh tokens stay that are
	 * of no use without it (RFC 9449 section 5).
	 */
	static void requireKey(Property at, OidcGrantsProperties.Dpop dpop) {
		if (dpop.mode() != null && dpop.mode() != DPoPMode.OFF && dpop.key() == null) {
			throw at.child("key")
				.invalid(
						"it is not set, but the refresh tokens of a public client are bound to it, and the store of"
								+ " managed tokens keeps them for longer than a generated key lives",
						"Set " + at.child("key.location").name() + " to a file with a JWK, such as file:dpop.jwk, or "
								+ at.child("key.ssl-bundle").name() + ", or use a store that is not persistent");
		}
	}

	private static DPoPKeyPair keyPair(Property at, OidcGrantsProperties.Dpop dpop, Bundles bundles) {
		Property algorithmAt = at.child("algorithm");
		String algorithm = algorithmAt.notBlank(dpop.algorithm());
		if (dpop.key() != null) {
			SigningKey key = KeySource.of(at.child("key"), dpop.key(), bundles).signingKey();
			return DPoPKeyPair.of(withAlgorithm(algorithmAt, key, algorithm));
		}
		return (algorithm == null) ? DPoPKeyPair.random()
				: algorithmAt.check(() -> DPoPKeyPair.random(algorithm), "Set it to one of those, or remove it");
	}

	private static SigningKey withAlgorithm(Property at, SigningKey key, @Nullable String algorithm) {
		return (algorithm == null) ? key
				: at.check(() -> key.withAlgorithm(algorithm), "Set it to one of those, or remove it");
	}

}
