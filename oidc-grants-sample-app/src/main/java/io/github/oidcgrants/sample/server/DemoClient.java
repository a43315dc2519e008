package io.github.oidcgrants.sample.server;

import java.util.UUID;

/**
 * What the sample and its authorization server must agree on. The secret is a new one at
 * each start, so that none is written anywhere.
 *
 * @param serverPort the port of the authorization server; 0 for any that is free
 * @param id the client's identifier
 * @param secret the client's secret
 */
record DemoClient(int serverPort, String id, String secret) {

	static DemoClient generate(int serverPort) {
		return new DemoClient(serverPort, "sample", UUID.randomUUID().toString());
	}

	@Override
	public String toString() {
		return "DemoClient[serverPort=" + this.serverPort + ", id=" + this.id + "]";
	}

}
