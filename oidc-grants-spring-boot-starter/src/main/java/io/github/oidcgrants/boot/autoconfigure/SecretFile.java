package io.github.oidcgrants.boot.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;

import org.springframework.core.io.Resource;

/**
 * A file that holds a secret. It is read at each use, because whoever mounts it may
 * replace what is in it. No message shows its content.
 */
final class SecretFile implements Supplier<String> {

	private final Property at;

	private final Resource resource;

	private SecretFile(Property at, Resource resource) {
		this.at = at;
		this.resource = resource;
	}

	/**
	 * Takes a file that can be read now.
	 */
	static SecretFile of(Property at, Resource resource) {
		SecretFile file = new SecretFile(at, resource);
		at.check(file, "Set it to a file that this application can read, such as file:/run/secrets/payments");
		return file;
	}

	@Override
	public String get() {
		String text = read();
		if (text.isBlank()) {
			throw unusable("is empty");
		}
		return text;
	}

	private String read() {
		try {
			// Else the list of a directory would be taken for the content of a file.
			if (this.resource.isReadable()) {
				return this.resource.getContentAsString(StandardCharsets.UTF_8);
			}
		}
		catch (IOException ex) {
			// Falls through: its message would only repeat where the file should be.
		}
		throw unusable(this.resource.exists() ? "cannot be read" : "does not exist");
	}

	private GrantException unusable(String problem) {
		return GrantException
			.misconfigured("The " + this.resource.getDescription() + " " + problem + " (" + this.at.name() + ")");
	}

	/**
	 * {@return the content without the line break that editors put at its end}
	 */
	String line() {
		return get().replaceFirst("\\R+\\z", "");
	}

	@Override
	public String toString() {
		return this.resource.getDescription();
	}

}
