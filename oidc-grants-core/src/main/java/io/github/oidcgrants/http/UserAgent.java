package io.github.oidcgrants.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What every request says it comes from.
 */
final class UserAgent {

	static final String VALUE = "oidc-grants/" + version();

	private UserAgent() {
	}

	private static String version() {
		Properties properties = new Properties();
		try (InputStream in = UserAgent.class.getResourceAsStream("version.properties")) {
			if (in != null) {
				properties.load(in);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return properties.getProperty("version", "unknown");
	}

}
