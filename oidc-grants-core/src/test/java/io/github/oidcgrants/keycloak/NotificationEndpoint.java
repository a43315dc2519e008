package io.github.oidcgrants.keycloak;

import java.net.URI;
import java.util.function.BiFunction;

import io.github.oidcgrants.testing.LocalServer;
import org.jspecify.annotations.Nullable;

/**
 * Where Keycloak sends the pings of CIBA. It is one place for all tests, so only one of
 * them can handle pings at a time.
 */
final class NotificationEndpoint {

	// What the specification has for a ping that nobody waits for.
	private volatile BiFunction<@Nullable String, byte[], Integer> handler = (authorization, body) -> 401;

	private final URI uri;

	NotificationEndpoint(LocalServer server) {
		this.uri = server.handle("/ciba-notifications",
				(authorization, body) -> this.handler.apply(authorization, body));
	}

	URI uri() {
		return this.uri;
	}

	/**
	 * Hands pings to a test from now on.
	 * @param handler makes a status of a ping's {@code Authorization} header and its body
	 */
	void handleWith(BiFunction<@Nullable String, byte[], Integer> handler) {
		this.handler = handler;
	}

}
