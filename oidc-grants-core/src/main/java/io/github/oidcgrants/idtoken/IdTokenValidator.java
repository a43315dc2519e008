package io.github.oidcgrants.idtoken;

import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.http.JsonObject;
import io.github.oidcgrants.http.NotJsonException;
import io.github.oidcgrants.jose.SignatureAlgorithms;
import io.github.oidcgrants.jose.VerificationKey;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * Decides whether an ID token is believed (OpenID Connect Core 1.0 section 3.1.3.7, RFC
 * 8725). In this order: it is decrypted, its algorithm must be one that was agreed on,
 * its signature must be its issuer's, and its claims must be about this client and this
 * request. Thread-safe.
 */
public final class IdTokenValidator {

	private final InstantSource clock;

	// All tokens of one key have the same.
	private volatile @Nullable ReadHeader lastHeader;

	/**
	 * Creates a validator.
	 * @param clock tells the time that the claims are compared with
	 */
	public IdTokenValidator(InstantSource clock) {
		this.clock = clock;
	}

	/**
	 * Validates an ID token.
	 * @param token the token as it was sent
	 * @param rules what was agreed on
	 * @param expected what it must say
	 * @param keys finds the issuer's key for a header; asked only for asymmetric
	 * algorithms
	 * @return the token with its claims
	 * @throws GrantException {@link Kind#ID_TOKEN_REFUSED} if it breaks a rule; what
	 * {@code keys} throws
	 */
	public OidcIdToken validate(String token, IdTokenRules rules, IdTokenExpectation expected,
			Function<JWSHeader, VerificationKey> keys) {
		String jws = decrypted(token, rules);
		int headerEnd = jws.indexOf('.');
		int payloadEnd = jws.lastIndexOf('.');
		if (headerEnd <= 0 || payloadEnd <= headerEnd || jws.indexOf('.', headerEnd + 1) != payloadEnd) {
			throw IdTokenRefused.because("it is not a signed JWT");
		}
		JWSHeader header = header(jws.substring(0, headerEnd));
		requireAgreed(header, rules, expected.algorithms());
		if (rules.verifySignature()) {
			verify(header, jws.substring(0, payloadEnd), jws.substring(payloadEnd + 1), key(header, rules, keys));
		}
		return claims(jws.substring(headerEnd + 1, payloadEnd)).check(token, expected, rules, header.getAlgorithm(),
				this.clock.instant());
	}

	private static String decrypted(String token, IdTokenRules rules) {
		if (IdTokenDecrypter.isEncrypted(token)) {
			return IdTokenDecrypter.decrypt(token, rules.decryptionKeys());
		}
		if (!rules.decryptionKeys().isEmpty()) {
			throw IdTokenRefused.because(
					"it is not encrypted, although there is a key to decrypt it with" + " (id-token.decryption-key)");
		}
		return token;
	}

	private JWSHeader header(String encoded) {
		ReadHeader last = this.lastHeader;
		if (last != null && last.encoded().equals(encoded)) {
			return last.header();
		}
		try {
			JWSHeader header = JWSHeader.parse(json(encoded));
			this.lastHeader = new ReadHeader(encoded, header);
			return header;
		}
		catch (ParseException | NotJsonException | RuntimeException ex) {
			throw IdTokenRefused.because("its header is not that of a signed JWT");
		}
	}

	private static void requireAgreed(JWSHeader header, IdTokenRules rules, List<String> listed) {
		JWSAlgorithm algorithm = header.getAlgorithm();
		if (header.getCriticalParams() != null) {
			throw IdTokenRefused.because("its header has crit, and nothing critical is understood");
		}
		boolean agreed;
		if (rules.algorithm() != null) {
			agreed = rules.algorithm().equals(algorithm);
		}
		else if (listed.isEmpty()) {
			agreed = JWSAlgorithm.RS256.equals(algorithm);
		}
		else {
			agreed = JWSAlgorithm.Family.SIGNATURE.contains(algorithm) && listed.contains(algorithm.getName());
		}
		if (!agreed) {
			throw IdTokenRefused.because("it is signed with " + IdTokenRefused.quote(algorithm)
					+ ", which was not agreed on (id-token.signature-algorithm)");
		}
	}

	private static VerificationKey key(JWSHeader header, IdTokenRules rules,
			Function<JWSHeader, VerificationKey> keys) {
		return SignatureAlgorithms.isSymmetric(header.getAlgorithm())
				? VerificationKey.ofSecret(header.getAlgorithm(), rules.secret()) : keys.apply(header);
	}

	private static void verify(JWSHeader header, String signingInput, String signature, VerificationKey key) {
		if (!key.verify(header, signingInput.getBytes(StandardCharsets.US_ASCII), new Base64URL(signature))) {
			throw IdTokenRefused.because("its signature is not its issuer's");
		}
	}

	private static IdTokenClaims claims(String encoded) {
		try {
			return new IdTokenClaims(json(encoded));
		}
		catch (NotJsonException | IllegalArgumentException ex) {
			throw IdTokenRefused.because("its claims are not a JSON object");
		}
	}

	private static Map<String, @Nullable Object> json(String encoded) throws NotJsonException {
		return JsonObject.parse(Base64.getUrlDecoder().decode(encoded));
	}

	private record ReadHeader(String encoded, JWSHeader header) {
	}

}
