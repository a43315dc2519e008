package io.github.oidcgrants.sample.server;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * Nonces that nobody can foretell and that nothing has to be remembered of: each minute
 * has one, which is good until the next minute is over.
 */
final class DpopNonces {

	private static final String ALGORITHM = "HmacSHA256";

	private static final Duration PERIOD = Duration.ofMinutes(1);

	private final SecretKeySpec key;

	private final InstantSource clock;

	DpopNonces(InstantSource clock) {
		byte[] secret = new byte[32];
		new SecureRandom().nextBytes(secret);
		this.key = new SecretKeySpec(secret, ALGORITHM);
		this.clock = clock;
	}

	String current() {
		return of(period());
	}

	boolean accepts(@Nullable String nonce) {
		long period = period();
		return of(period).equals(nonce) || of(period - 1).equals(nonce);
	}

	private long period() {
		return this.clock.millis() / PERIOD.toMillis();
	}

	private String of(long period) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.key);
			return Base64.getUrlEncoder()
				.withoutPadding()
				.encodeToString(mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(period).array()));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has " + ALGORITHM, ex);
		}
	}

}
