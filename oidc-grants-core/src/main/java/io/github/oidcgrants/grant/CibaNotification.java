package io.github.oidcgrants.grant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

import io.github.oidcgrants.jose.RandomText;
import org.jspecify.annotations.Nullable;

/**
 * One notification that a server may send, known by the token that it was given for it
 * (OpenID Connect CIBA Core 1.0 section 7.1). It may come before the server's answer that
 * says what it will be about, and before anybody polls.
 */
final class CibaNotification {

	private final String token = RandomText.bits160();

	private @Nullable String authReqId;

	private @Nullable String early;

	private @Nullable Runnable wake;

	private boolean pinged;

	/**
	 * {@return the token that the server must show: a secret}
	 */
	String token() {
		return this.token;
	}

	/**
	 * Takes note of what the notification will be about.
	 */
	synchronized void expectAbout(String authReqId) {
		this.authReqId = authReqId;
		this.pinged = this.early != null && isEqual(this.early, authReqId);
		this.early = null;
	}

	/**
	 * Takes the notification. One that comes again does nothing more.
	 * @param about what it is about
	 * @return whether that is what it was expected to be about
	 */
	boolean arrived(String about) {
		Runnable wake;
		synchronized (this) {
			if (this.authReqId == null) {
				this.early = about;
				return true;
			}
			if (!isEqual(this.authReqId, about)) {
				return false;
			}
			wake = this.pinged ? null : this.wake;
			this.pinged = true;
		}
		// With an executor that runs what it is given at once, this asks the server.
		if (wake != null) {
			wake.run();
		}
		return true;
	}

	/**
	 * Says what to do when it arrives. That is done at once if it is here already.
	 */
	void onArrival(Runnable wake) {
		boolean here;
		synchronized (this) {
			this.wake = wake;
			here = this.pinged;
		}
		if (here) {
			wake.run();
		}
	}

	/**
	 * Leaves nothing to do when it arrives once more, unless that is something else by
	 * now.
	 * @return whether it is not
	 */
	synchronized boolean settled(Runnable wake) {
		if (this.wake != wake) {
			return false;
		}
		this.wake = null;
		return true;
	}

	/**
	 * {@return whether there is something to do when it arrives}
	 */
	synchronized boolean isAwaited() {
		return this.wake != null;
	}

	static boolean isEqual(String one, String other) {
		return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
	}

}
