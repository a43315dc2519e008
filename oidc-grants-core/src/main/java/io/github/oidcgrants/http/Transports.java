package io.github.oidcgrants.http;

import java.time.Duration;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.ClassUtils;

/**
 * The two transports. Neither redirects, keeps cookies or authenticates by itself,
 * neither starts a thread for an exchange, both keep connections alive, and both can be
 * ended from outside at any point of an exchange. Neither retries, but for one thing:
 * {@code java.net.http} repeats a GET that got no answer, once, and cannot be told not
 * to. A transport that is {@link AutoCloseable} holds connections until it is closed.
 */
public final class Transports {

	/**
	 * How long making a connection may take unless something else is set.
	 */
	public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

	private static final boolean HTTP_COMPONENTS = ClassUtils
		.isPresent("org.apache.hc.client5.http.impl.classic.CloseableHttpClient", Transports.class.getClassLoader());

	private Transports() {
	}

	/**
	 * Creates a transport over Apache HttpClient 5 if it is on the class path, else over
	 * {@code java.net.http}.
	 * @param connectTimeout how long making a connection may take
	 * @param sslContext trust and, for mutual TLS, the client's certificate; {@code null}
	 * for the JDK's
	 * @return the transport
	 */
	public static ClientHttpRequestFactory detect(Duration connectTimeout, @Nullable SSLContext sslContext) {
		return HTTP_COMPONENTS ? httpComponents(connectTimeout, sslContext) : jdk(connectTimeout, sslContext);
	}

	/**
	 * Creates a transport over Apache HttpClient 5, which must be on the class path. It
	 * logs neither headers nor bodies, whatever the log level.
	 * @param connectTimeout how long making a connection may take
	 * @param sslContext trust and, for mutual TLS, the client's certificate; {@code null}
	 * for the JDK's
	 * @return the transport
	 */
	public static ClientHttpRequestFactory httpComponents(Duration connectTimeout, @Nullable SSLContext sslContext) {
		return HttpComponentsTransport.create(connectTimeout, sslContext);
	}

	/**
	 * Creates a transport over {@code java.net.http}.
	 * @param connectTimeout how long making a connection may take
	 * @param sslContext trust and, for mutual TLS, the client's certificate; {@code null}
	 * for the JDK's
	 * @return the transport
	 */
	public static ClientHttpRequestFactory jdk(Duration connectTimeout, @Nullable SSLContext sslContext) {
		return JdkTransport.create(connectTimeout, sslContext);
	}

}
