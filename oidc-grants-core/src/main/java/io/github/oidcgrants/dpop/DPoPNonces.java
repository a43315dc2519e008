package io.github.oidcgrants.dpop;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The newest nonce of each server, by origin and role, of the hundred servers used last
 * (RFC 9449 section 8.2).
 */
final class DPoPNonces {

	private static final int MAX_SERVERS = 100;

	private static final int MAX_LENGTH = 1024;

	private final Map<Server, String> nonces = new LinkedHashMap<>(16, 0.75f, true) {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<Server, String> eldest) {
			return size() > MAX_SERVERS;
		}

	};

	synchronized @Nullable String get(DPoPRole role, String origin) {
		return this.nonces.get(new Server(role, origin));
	}

	synchronized void put(DPoPRole role, String origin, String nonce) {
		this.nonces.put(new Server(role, origin), nonce);
	}

	// RFC 9449 section 8.1: NQCHAR. It goes into a proof as it is.
	static boolean isValid(@Nullable String nonce) {
		return nonce != null && !nonce.isEmpty() && nonce.length() <= MAX_LENGTH
				&& nonce.chars().allMatch((c) -> c > 0x20 && c < 0x7F && c != '"' && c != '\\');
	}

	private record Server(DPoPRole role, String origin) {
	}

}
