package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.oidcgrants.http.Transports;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The transports that the starter creates: one for each way to connect, whatever the
 * number of registrations, closed with the context. A {@link ClientHttpRequestFactory}
 * bean of the application is not used: it may retry, redirect or log what it sends.
 */
final class Connections implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(Connections.class);

	private final Map<Duration, ClientHttpRequestFactory> transports = new ConcurrentHashMap<>();

	ClientHttpRequestFactory transport(Duration connectTimeout) {
		return this.transports.computeIfAbsent(connectTimeout, (key) -> Transports.detect(key, null));
	}

	@Override
	public void close() {
		for (ClientHttpRequestFactory transport : this.transports.values()) {
			if (transport instanceof AutoCloseable closeable) {
				close(closeable);
			}
		}
	}

	private static void close(AutoCloseable transport) {
		try {
			transport.close();
		}
		catch (Exception ex) {
			logger.warn("A transport could not be closed", ex);
		}
	}

}
