package io.github.oidcgrants.boot.autoconfigure;

import java.util.function.Supplier;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.jose.SharedSecret;
import io.github.oidcgrants.jose.SignatureAlgorithms;
import org.jspecify.annotations.Nullable;

/**
 * What a registration says about ID tokens.
 */
final class IdTokens {

	private IdTokens() {
	}

	static IdTokenRules rules(Property at, OidcGrantsProperties.IdToken idToken, @Nullable Supplier<String> secret,
			Bundles bundles) {
		at.child("max-age").positive(idToken.maxAge());
		if (idToken.clockSkew().isNegative()) {
			throw at.child("clock-skew").invalid("it is negative", "Set it to 0s or more");
		}
		IdTokenRules.Builder rules = IdTokenRules.builder()
			.maxAge(idToken.maxAge())
			.tolerance(idToken.clockSkew())
			.verifySignature(idToken.verifySignature());
		if (secret != null) {
			rules.secret(secret);
		}
		OidcGrantsProperties.Key decryptionKey = idToken.decryptionKey();
		if (decryptionKey != null) {
			Property key = at.child("decryption-key");
			key.check(() -> rules.decryptionKey(KeySource.of(key, decryptionKey, bundles).jwk()),
					"Give a private key that decrypts");
		}
		Property algorithm = at.child("signature-algorithm");
		return algorithm.check(() -> build(rules, algorithm.notBlank(idToken.signatureAlgorithm()), secret),
				"Set it to the algorithm that the client is registered with, or remove it");
	}

	private static IdTokenRules build(IdTokenRules.Builder rules, @Nullable String algorithm,
			@Nullable Supplier<String> secret) {
		if (algorithm != null) {
			rules.signatureAlgorithm(algorithm);
			JWSAlgorithm parsed = JWSAlgorithm.parse(algorithm);
			if (secret != null && SignatureAlgorithms.isSymmetric(parsed)) {
				SharedSecret.bytes(parsed, secret.get());
			}
		}
		return rules.build();
	}

}
