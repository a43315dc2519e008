package io.github.oidcgrants.testing;

import io.github.oidcgrants.http.Transports;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The two transports of the library. Each is created once and shared by all tests, as an
 * application would share it.
 */
@SuppressWarnings("ImmutableEnumChecker")
public enum TestTransport {

	HTTP_COMPONENTS(Transports.httpComponents(Transports.DEFAULT_CONNECT_TIMEOUT, null)),

	JDK(Transports.jdk(Transports.DEFAULT_CONNECT_TIMEOUT, null));

	private final ClientHttpRequestFactory shared;

	TestTransport(ClientHttpRequestFactory shared) {
		this.shared = shared;
	}

	public ClientHttpRequestFactory shared() {
		return this.shared;
	}

}
