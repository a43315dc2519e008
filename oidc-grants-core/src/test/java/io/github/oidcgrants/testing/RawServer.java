package io.github.oidcgrants.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that says exactly the bytes it is told to, when it is told to. Each connection
 * is one conversation on a thread of its own.
 */
public final class RawServer implements AutoCloseable {

	private final ServerSocket listener;

	private final Conversation conversation;

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private final AtomicInteger connections = new AtomicInteger();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private RawServer(ServerSocket listener, Conversation conversation) {
		this.listener = listener;
		this.conversation = conversation;
	}

	public static RawServer start(Conversation conversation) {
		try {
			RawServer server = new RawServer(
					new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 })), conversation);
			server.inBackground(server::accept);
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * {@return an address at which nobody listens}
	 */
	public static URI deaf() {
		// One that nobody ever accepted on: a thread in accept() may take one more
		// connection after the socket is closed.
		try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }))) {
			return URI.create("http://127.0.0.1:" + gone.getLocalPort() + "/token");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * {@return an answer with a body, as it goes over the wire}
	 */
	public static String answer(String statusLine, String contentType, String body) {
		return statusLine + "\r\nContent-Type: " + contentType + "\r\nContent-Length: "
				+ body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
	}

	public URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.listener.getLocalPort() + path);
	}

	public int connections() {
		return this.connections.get();
	}

	/**
	 * {@return the requests that were read as a whole, head and body}
	 */
	public List<String> requests() {
		return this.requests;
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.listener.accept();
				this.connections.incrementAndGet();
				this.open.add(socket);
				inBackground(() -> converse(socket));
			}
		}
		catch (IOException ex) {
			// The listener was closed.
		}
	}

	private void converse(Socket socket) {
		try (socket) {
			socket.setTcpNoDelay(true);
			this.conversation.run(new Connection(socket));
		}
		catch (IOException ex) {
			// The client has gone, which is what many of these tests are about.
		}
		finally {
			this.open.remove(socket);
		}
	}

	private void inBackground(Runnable work) {
		Thread thread = new Thread(work, "raw-server");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		this.closed.countDown();
		try {
			this.listener.close();
			for (Socket socket : this.open) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What the server does with one connection; it is closed at the end.
	 */
	@FunctionalInterface
	public interface Conversation {

		void run(Connection connection) throws IOException;

	}

	/**
	 * One connection, from the server's side.
	 */
	public final class Connection {

		private final Socket socket;

		private final InputStream in;

		private Connection(Socket socket) throws IOException {
			this.socket = socket;
			this.in = new BufferedInputStream(socket.getInputStream());
		}

		/**
		 * Reads one request, head and body.
		 * @return whether there was one
		 */
		public boolean readRequest() throws IOException {
			ByteArrayOutputStream head = new ByteArrayOutputStream();
			while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
				int next = this.in.read();
				if (next < 0) {
					return false;
				}
				head.write(next);
			}
			String text = head.toString(StandardCharsets.ISO_8859_1);
			int length = text.lines()
				.map((line) -> line.toLowerCase(Locale.ROOT))
				.filter((line) -> line.startsWith("content-length:"))
				.mapToInt((line) -> Integer.parseInt(line.substring("content-length:".length()).strip()))
				.findFirst()
				.orElse(0);
			RawServer.this.requests.add(text + new String(this.in.readNBytes(length), StandardCharsets.ISO_8859_1));
			return true;
		}

		/**
		 * {@return the request that was read last, on any connection}
		 */
		public String lastRequest() {
			return RawServer.this.requests.get(RawServer.this.requests.size() - 1);
		}

		public void write(String text) throws IOException {
			this.socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
			this.socket.getOutputStream().flush();
		}

		/**
		 * Lets some time pass, but no more once the server is closed.
		 * @return whether the server is still open
		 */
		public boolean pause(Duration time) {
			try {
				return !RawServer.this.closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		/**
		 * Says the same again and again until the client or the server goes.
		 */
		public void drip(String text) throws IOException {
			while (pause(Duration.ofMillis(20))) {
				write(text);
			}
		}

		/**
		 * Ends the connection with a reset instead of an orderly end.
		 */
		public void reset() throws IOException {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}

	}

}
