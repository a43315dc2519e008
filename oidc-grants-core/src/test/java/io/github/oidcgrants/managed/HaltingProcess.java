package io.github.oidcgrants.managed;

import java.nio.file.Path;
import java.time.Duration;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.RefreshTokenGrant;
import io.github.oidcgrants.grant.TokenEndpoint;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenServing;
import org.jspecify.annotations.Nullable;

/**
 * A process that asks for a token and ends at once, as by a power cut, around one of its
 * writes.
 */
final class HaltingProcess {

	static final int HALTED = 42;

	private HaltingProcess() {
	}

	/**
	 * Refreshes.
	 * @param arguments the store's directory, the issuer, which write, and whether it is
	 * {@code before} or {@code after} it
	 */
	public static void main(String[] arguments) {
		TestClock time = new TestClock();
		int write = Integer.parseInt(arguments[2]);
		boolean before = arguments[3].equals("before");
		ManagedTokenStore store = new FileManagedTokenStore(Path.of(arguments[0]), time) {

			private int writes;

			@Override
			public boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next,
					Duration timeToLive) {
				boolean halts = ++this.writes == write;
				if (halts && before) {
					Runtime.getRuntime().halt(HALTED);
				}
				boolean written = super.compareAndSet(key, expectedRevision, next, timeToLive);
				if (halts) {
					Runtime.getRuntime().halt(HALTED);
				}
				return written;
			}

		};
		Configuration client = ManagedRig.client(arguments[1], time);
		RefreshTokenGrant grant = new RefreshTokenGrant(
				new TokenEndpoint(Transports.detect(Duration.ofSeconds(5), null), time));
		new ManagedTokens(ManagedRig.REGISTRATION, "client", store, ManagedRig.refresher(client, grant),
				ManagedRig.TIMEOUT, time, TokenServing.DEFAULTS)
			.token("ada");
	}

}
