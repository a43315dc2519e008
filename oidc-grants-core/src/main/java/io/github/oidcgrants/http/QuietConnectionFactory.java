package io.github.oidcgrants.http;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLSocket;

import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections that never log what passes over them. Apache HttpClient writes
 * headers and bodies to its logs at debug level, and with a token endpoint all of that is
 * secret.
 */
final class QuietConnectionFactory implements HttpConnectionFactory<ManagedHttpClientConnection> {

	private static final Http1Config HEADERS = Http1Config.custom()
		.setMaxHeaderCount(200)
		.setMaxLineLength(64 * 1024)
		.build();

	private final AtomicLong counter = new AtomicLong();

	@Override
	public ManagedHttpClientConnection createConnection(@Nullable Socket socket) throws IOException {
		QuietConnection connection = new QuietConnection("oidc-grants-" + this.counter.incrementAndGet());
		if (socket != null) {
			connection.bind(socket);
		}
		return connection;
	}

	private static final class QuietConnection extends DefaultManagedHttpClientConnection {

		QuietConnection(String id) {
			super(id, null, null, HEADERS, null, null, null, null);
		}

		@Override
		public void bind(Socket socket) throws IOException {
			bind(new SocketHolder(socket));
		}

		@Override
		public void bind(SSLSocket sslSocket, Socket socket) throws IOException {
			bind(new SocketHolder(sslSocket, socket));
		}

		@Override
		protected void onRequestSubmitted(ClassicHttpRequest request) {
		}

		@Override
		protected void onResponseReceived(ClassicHttpResponse response) {
		}

	}

}
