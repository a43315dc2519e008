package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The end of a log, for the message of a failure.
 */
final class LogTail {

	private static final int LINES = 40;

	private LogTail() {
	}

	static String of(Path log) {
		try {
			List<String> lines = Files.readAllLines(log);
			return "the end of " + log + " is\n"
					+ String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
		}
		catch (IOException ex) {
			return log + " cannot be read: " + ex;
		}
	}

}
