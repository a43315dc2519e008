package io.github.oidcgrants.boot.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

import io.github.oidcgrants.http.Transports;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * A transport with the trust and the certificate of an SSL bundle, replaced when the
 * bundle is updated. The one before it is closed at the next update only, so that
 * requests under way come to their end.
 */
final class BundleTransport implements ClientHttpRequestFactory, AutoCloseable {

	private static final Log logger = LogFactory.getLog(BundleTransport.class);

	private final Duration connectTimeout;

	private volatile ClientHttpRequestFactory current;

	private volatile String certificateThumbprint;

	private @Nullable ClientHttpRequestFactory previous;

	BundleTransport(Duration connectTimeout, SslBundle bundle) {
		this.connectTimeout = connectTimeout;
		this.current = create(bundle);
		this.certificateThumbprint = BundleKeys.thumbprint(bundle);
	}

	private ClientHttpRequestFactory create(SslBundle bundle) {
		return Transports.detect(this.connectTimeout, bundle.createSslContext());
	}

	synchronized void update(SslBundle bundle) {
		ClientHttpRequestFactory next = create(bundle);
		close(this.previous);
		this.previous = this.current;
		this.current = next;
		// Last: whoever looks for a token of the new certificate must present that one.
		this.certificateThumbprint = BundleKeys.thumbprint(bundle);
	}

	/**
	 * {@return the thumbprint of the certificate that connections present; empty if they
	 * present none}
	 */
	String certificateThumbprint() {
		return this.certificateThumbprint;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
		return this.current.createRequest(uri, method);
	}

	@Override
	public synchronized void close() {
		close(this.previous);
		close(this.current);
	}

	static void close(@Nullable ClientHttpRequestFactory transport) {
		if (transport instanceof AutoCloseable closeable) {
			try {
				closeable.close();
			}
			catch (Exception ex) {
				logger.warn("A transport could not be closed", ex);
			}
		}
	}

}
