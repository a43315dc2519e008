package io.github.oidcgrants.boot.autoconfigure;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.oidcgrants.http.Transports;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The transports that the starter creates: one for each way to connect, whatever the
 * number of registrations, closed with the context. A {@link ClientHttpRequestFactory}
 * bean of the application is not used: it may retry, redirect or log what it sends.
 */
final class Connections implements AutoCloseable {

	private final Map<HttpSettings.Link, ClientHttpRequestFactory> transports = new ConcurrentHashMap<>();

	private final Bundles bundles;

	Connections(Bundles bundles) {
		this.bundles = bundles;
	}

	ClientHttpRequestFactory transport(HttpSettings settings) {
		return this.transports.computeIfAbsent(settings.link(), (link) -> create(settings));
	}

	private ClientHttpRequestFactory create(HttpSettings settings) {
		HttpSettings.Bundle bundle = settings.bundle();
		if (bundle == null) {
			return Transports.detect(settings.connectTimeout(), null);
		}
		BundleTransport transport = this.bundles.use(bundle.at(), bundle.name(),
				(loaded) -> new BundleTransport(settings.connectTimeout(), loaded));
		this.bundles.onUpdate(bundle.name(), transport::update);
		return transport;
	}

	@Override
	public void close() {
		this.transports.values().forEach(BundleTransport::close);
	}

}
