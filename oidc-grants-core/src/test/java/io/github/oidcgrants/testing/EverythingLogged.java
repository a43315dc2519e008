package io.github.oidcgrants.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.github.oidcgrants.error.GrantException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Has everything logged while a test runs, and keeps it.
 */
public final class EverythingLogged implements BeforeEachCallback, AfterEachCallback {

	private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

	private final List<String> loggedByTheJdk = new ArrayList<>();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord entry) {
			synchronized (EverythingLogged.this.loggedByTheJdk) {
				// Its innermost logger quotes status lines that it cannot read.
				if (!entry.getLoggerName().startsWith("jdk.internal")) {
					EverythingLogged.this.loggedByTheJdk.add(entry.getMessage() + entry.getThrown());
				}
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private Level before;

	@Override
	public void beforeEach(ExtensionContext context) {
		this.before = root().getLevel();
		this.logged.start();
		root().detachAppender("console");
		root().addAppender(this.logged);
		root().setLevel(Level.TRACE);
		java.util.logging.Logger.getLogger("jdk").setLevel(java.util.logging.Level.ALL);
		java.util.logging.Logger.getLogger("jdk").addHandler(this.handler);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		java.util.logging.Logger.getLogger("jdk").removeHandler(this.handler);
		java.util.logging.Logger.getLogger("jdk").setLevel(null);
		root().setLevel(this.before);
		root().detachAppender(this.logged);
	}

	/**
	 * {@return all that was logged}
	 */
	public String text() {
		StringBuilder log = new StringBuilder();
		for (ILoggingEvent event : List.copyOf(this.logged.list)) {
			log.append(event.getLoggerName()).append(' ').append(event.getFormattedMessage()).append('\n');
			if (event.getThrowableProxy() != null) {
				log.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
			}
		}
		synchronized (this.loggedByTheJdk) {
			this.loggedByTheJdk.forEach((line) -> log.append(line).append('\n'));
		}
		return log.toString();
	}

	/**
	 * {@return all that a failure shows to whoever logs it}
	 * @param failure the failure
	 */
	// A printed stack trace has the messages of all causes and of all that is suppressed.
	public static String everythingIn(GrantException failure) {
		StringWriter text = new StringWriter();
		failure.printStackTrace(new PrintWriter(text, true));
		return text + "\n" + failure.getError() + failure.getError().getErrorCode()
				+ failure.getError().getDescription() + failure.getError().getUri();
	}

	private static Logger root() {
		return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
	}

}
