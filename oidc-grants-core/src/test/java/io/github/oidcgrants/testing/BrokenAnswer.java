package io.github.oidcgrants.testing;

import java.net.URI;
import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.assertj.core.api.Assertions;

/**
 * The rows of the table of bad answers that are no proper HTTP.
 */
@SuppressWarnings("ImmutableEnumChecker")
public enum BrokenAnswer {

	EMPTY_REPLY(Kind.TRANSPORT, (connection) -> {
	}),

	RESET(Kind.TRANSPORT, RawServer.Connection::reset),

	GARBAGE_STATUS_LINE(Kind.TRANSPORT, (connection) -> connection.write("% garbage %\r\n\r\n")),

	STATUS_OF_TWO_DIGITS(Kind.TRANSPORT,
			(connection) -> connection.write(RawServer.answer("HTTP/1.1 99 Odd", "application/json", "{}"))),

	STATUS_WITHOUT_NUMBER(Kind.TRANSPORT,
			(connection) -> connection.write(RawServer.answer("HTTP/1.1 OK", "application/json", "{}"))),

	CUT_OFF_IN_HEADERS(Kind.TRANSPORT, (connection) -> connection.write("HTTP/1.1 200 OK\r\nContent-Ty")),

	CUT_OFF_IN_BODY(Kind.TRANSPORT,
			(connection) -> connection
				.write(RawServer.answer("HTTP/1.1 200 OK\r\nConnection: close", "application/json", TokenServer.SUCCESS)
					.replaceFirst(".{5}$", ""))),

	CUT_OFF_IN_CHUNKS(Kind.TRANSPORT,
			(connection) -> connection.write(head(200, "Transfer-Encoding: chunked") + "2\r\n{}\r\n")),

	BROKEN_CHUNKS(Kind.TRANSPORT,
			(connection) -> connection.write(head(200, "Transfer-Encoding: chunked") + "zz\r\n" + TokenServer.SUCCESS)),

	SILENCE(Kind.TIMEOUT, RawServer.Connection::readRequest),

	DRIPPING_STATUS_LINE(Kind.TIMEOUT, (connection) -> connection.drip("H")),

	DRIPPING_HEADERS(Kind.TIMEOUT, (connection) -> {
		connection.write("HTTP/1.1 200 OK\r\n");
		connection.drip("X-Pad: 1\r\n");
	}),

	DRIPPING_BODY(Kind.TIMEOUT, (connection) -> {
		connection.write(head(200, "Content-Length: 100000") + "{");
		connection.drip(" ");
	}),

	DRIPPING_CHUNKS(Kind.TIMEOUT, (connection) -> {
		connection.write(head(200, "Transfer-Encoding: chunked"));
		connection.drip("1\r\n \r\n");
	}),

	DRIPPING_BODY_OF_AN_ERROR(Kind.TIMEOUT, (connection) -> {
		connection.write(head(500, "Content-Length: 100000") + "{");
		connection.drip(" ");
	}),

	STALLED_BODY(Kind.TIMEOUT, (connection) -> {
		connection.write(head(200, "Content-Length: 100000") + "{");
		connection.readRequest();
	}),

	ENDLESS_BODY(Kind.MALFORMED_RESPONSE, (connection) -> {
		connection.write(head(200, "Connection: close") + "{");
		while (true) {
			connection.write(" ".repeat(8192));
		}
	}),

	DRIPPING_BODY_OF_ANOTHER_TYPE(Kind.TIMEOUT, (connection) -> {
		connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<");
		connection.drip(" ");
	}),

	ENDLESS_HEADERS(Kind.TRANSPORT, (connection) -> {
		connection.write("HTTP/1.1 200 OK\r\n");
		for (long i = 0; true; i++) {
			connection.write(("X-Pad-" + i + ": " + "x".repeat(1024) + "\r\n").repeat(16));
		}
	});

	private final Kind kind;

	private final RawServer.Conversation conversation;

	BrokenAnswer(Kind kind, RawServer.Conversation conversation) {
		this.kind = kind;
		this.conversation = conversation;
	}

	private static String head(int status, String header) {
		return "HTTP/1.1 " + status + " Status\r\nContent-Type: application/json\r\n" + header + "\r\n\r\n";
	}

	/**
	 * Asserts that a grant against such a server fails as it should, after exactly one
	 * request.
	 */
	public void assertRefused(Consumer<URI> grant) {
		try (RawServer server = RawServer.start((connection) -> {
			if (connection.readRequest()) {
				this.conversation.run(connection);
			}
		})) {
			GrantException failure = Assertions.catchThrowableOfType(GrantException.class,
					() -> grant.accept(server.uri("/token")));
			Assertions.assertThat(failure).isNotNull();
			Assertions.assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(this.kind);
			Assertions.assertThat(failure.getError().getErrorCode()).isEqualTo(this.kind.code());
			Assertions.assertThat(server.requests()).hasSize(1);
		}
	}

}
