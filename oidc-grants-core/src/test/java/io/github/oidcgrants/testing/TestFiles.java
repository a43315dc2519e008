package io.github.oidcgrants.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fixed material of the tests from the class path.
 */
public final class TestFiles {

	private TestFiles() {
	}

	public static String text(String path) {
		return new String(bytes(path), StandardCharsets.UTF_8);
	}

	/**
	 * {@return several texts, one after the other}
	 * @param paths their paths
	 */
	public static String texts(String... paths) {
		StringBuilder all = new StringBuilder();
		for (String path : paths) {
			all.append(text(path));
		}
		return all.toString();
	}

	public static byte[] bytes(String path) {
		try (InputStream in = TestFiles.class.getResourceAsStream("/" + path)) {
			if (in == null) {
				throw new IllegalStateException("There is no " + path);
			}
			return in.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
