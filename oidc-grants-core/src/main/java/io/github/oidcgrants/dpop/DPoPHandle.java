package io.github.oidcgrants.dpop;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.regex.Pattern;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.jose.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A DPoP key in use: it makes proofs (RFC 9449 section 4) and remembers the nonces that
 * servers want in them. Thread-safe; one handle serves any number of servers.
 */
public final class DPoPHandle {

	private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private static final int ID_BYTES = 16;

	private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

	private final SecureRandom random = new SecureRandom();

	private final DPoPNonces nonces = new DPoPNonces();

	private final DPoPKeyPair keyPair;

	private final InstantSource clock;

	private final Duration clockSkew;

	private final JWSHeader header;

	// The same for every proof of this key.
	private final String encodedHeader;

	private DPoPHandle(DPoPKeyPair keyPair, InstantSource clock, Duration clockSkew) {
		this.keyPair = keyPair;
		this.clock = clock;
		this.clockSkew = clockSkew;
		this.header = new JWSHeader.Builder(JWSAlgorithm.parse(keyPair.algorithm()))
			.type(new JOSEObjectType("dpop+jwt"))
			.jwk(keyPair.publicJwk())
			.build();
		this.encodedHeader = this.header.toBase64URL().toString();
	}

	/**
	 * Puts a key to use.
	 * @param keyPair the key
	 * @return the handle
	 */
	public static DPoPHandle of(DPoPKeyPair keyPair) {
		return of(keyPair, InstantSource.system(), Duration.ZERO);
	}

	/**
	 * Puts a key to use on a given clock.
	 * @param keyPair the key
	 * @param clock tells when proofs are made
	 * @param clockSkew how much that clock is behind the servers', negative if it is
	 * ahead: it is added to the time in proofs
	 * @return the handle
	 */
	public static DPoPHandle of(DPoPKeyPair keyPair, InstantSource clock, Duration clockSkew) {
		return new DPoPHandle(keyPair, clock, clockSkew);
	}

	/**
	 * {@return the thumbprint of the key (RFC 7638)}
	 */
	public String thumbprint() {
		return this.keyPair.thumbprint();
	}

	/**
	 * {@return the name of the algorithm that proofs are signed with}
	 */
	public String algorithm() {
		return this.keyPair.algorithm();
	}

	/**
	 * Makes a proof for one request, with the newest nonce of the server.
	 * @param role what the server is
	 * @param method the request's method
	 * @param uri the request's address
	 * @param accessToken the access token that the request carries, or {@code null}
	 * @return the value of the {@code DPoP} header
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the address is not absolute,
	 * or signing failed
	 */
	public String proof(DPoPRole role, String method, URI uri, @Nullable String accessToken) {
		HttpTarget target = HttpTarget.of(uri);
		return sign(target, method, accessToken, this.nonces.get(role, target.origin()));
	}

	/**
	 * Makes a proof that answers a challenge.
	 * @param method the request's method
	 * @param uri the request's address
	 * @param accessToken the access token that the request carries, or {@code null}
	 * @param nonce the nonce of the challenge
	 * @return the value of the {@code DPoP} header
	 * @throws GrantException {@link Kind#MISCONFIGURED} if the address is not absolute,
	 * the nonce is none, or signing failed
	 */
	public String proof(String method, URI uri, @Nullable String accessToken, String nonce) {
		if (!DPoPNonces.isValid(nonce)) {
			throw GrantException.misconfigured("The DPoP nonce has characters that a nonce cannot have");
		}
		return sign(HttpTarget.of(uri), method, accessToken, nonce);
	}

	/**
	 * Remembers the nonce that a server sent with an answer, whatever the answer was.
	 * @param role what the server is
	 * @param uri where the request went
	 * @param nonce the answer's {@code DPoP-Nonce} header, or {@code null}
	 * @return whether it is a nonce that the next proof can carry
	 */
	public boolean remember(DPoPRole role, URI uri, @Nullable String nonce) {
		if (nonce == null || !DPoPNonces.isValid(nonce)) {
			return false;
		}
		this.nonces.put(role, HttpTarget.of(uri).origin(), nonce);
		return true;
	}

	private String sign(HttpTarget target, String method, @Nullable String accessToken, @Nullable String nonce) {
		if (!METHOD.matcher(method).matches()) {
			throw GrantException
				.misconfigured("The HTTP method of a DPoP proof has characters that a method cannot have");
		}
		byte[] id = new byte[ID_BYTES];
		this.random.nextBytes(id);
		// Written by hand, because no value in it can need escaping, and there is one
		// for each request.
		StringBuilder claims = new StringBuilder(256).append("{\"jti\":\"")
			.append(BASE64URL.encodeToString(id))
			.append("\",\"htm\":\"")
			.append(method)
			.append("\",\"htu\":\"")
			.append(target.uri())
			.append("\",\"iat\":")
			.append(this.clock.instant().plus(this.clockSkew).getEpochSecond());
		if (accessToken != null) {
			claims.append(",\"ath\":\"").append(Sha256.base64Url(accessToken)).append('"');
		}
		if (nonce != null) {
			claims.append(",\"nonce\":\"").append(nonce).append('"');
		}
		String input = this.encodedHeader + "."
				+ BASE64URL.encodeToString(claims.append('}').toString().getBytes(StandardCharsets.US_ASCII));
		return input + "." + this.keyPair.key().sign(this.header, input);
	}

	@Override
	public String toString() {
		return "DPoPHandle[" + this.keyPair + "]";
	}

}
