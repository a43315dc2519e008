package io.github.oidcgrants.sample.server;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What the sample and its authorization server must agree on. Unless one is configured,
 * the secret is a new one at each start, so that none is written anywhere.
 *
 * @param serverPort the port of the authorization server; 0 for any that is free
 * @param id the client's identifier
 * @param secret the client's secret
 */
record DemoClient(int serverPort, String id, String secret) {

	static DemoClient of(int serverPort, @Nullable String secret) {
		return new DemoClient(serverPort, "sample", (secret != null) ? secret : UUID.randomUUID().toString());
	}

	@Override
	public String toString() {
		return "DemoClient[serverPort=" + this.serverPort + ", id=" + this.id + "]";
	}

}
