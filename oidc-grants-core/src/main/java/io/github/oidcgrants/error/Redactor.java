package io.github.oidcgrants.error;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Makes text that came from outside fit for a message: without control characters,
 * without the secrets it was told of, and short.
 * <p>
 * Not safe for use by several threads: there is one for each request.
 */
public final class Redactor {

	/**
	 * What stands in the place of a secret.
	 */
	public static final String MASK = "***";

	private static final int MAX_LENGTH = 256;

	private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

	private final List<String> secrets = new ArrayList<>();

	/**
	 * Creates a redactor that knows no secret yet.
	 */
	public Redactor() {
	}

	/**
	 * Learns a secret, and how it looks in a form and in an address.
	 * @param secret the secret; nothing is learnt from a blank one
	 */
	public void add(@Nullable String secret) {
		if (secret != null && !secret.isBlank()) {
			this.secrets.add(secret);
		}
	}

	// Only when there is something to mask, which hardly any request has.
	private Set<String> looks() {
		// Longest first: a secret that begins with another one is masked as a whole.
		Set<String> looks = new TreeSet<>(
				Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
		for (String secret : this.secrets) {
			looks.add(printable(secret).strip());
			String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
			for (String encoded : List.of(form, form.replace("+", "%20"))) {
				looks.add(encoded);
				looks.add(ESCAPE.matcher(encoded).replaceAll((escape) -> escape.group().toLowerCase(Locale.ROOT)));
			}
		}
		return looks;
	}

	/**
	 * Cleans a text.
	 * @param text the text, or {@code null}
	 * @return the text with control and formatting characters as spaces, secrets masked,
	 * and at most 256 characters; {@code null} only for {@code null}
	 */
	public @Nullable String clean(@Nullable String text) {
		return (text != null) ? cleanText(text) : null;
	}

	/**
	 * Masks the secrets in a text and leaves the rest as it is.
	 * @param text the text
	 * @return the text with secrets masked
	 */
	public String mask(String text) {
		String masked = text;
		for (String secret : looks()) {
			masked = masked.replace(secret, MASK);
		}
		return masked;
	}

	private String cleanText(String text) {
		String cleaned = mask(printable(text)).strip();
		return (cleaned.length() <= MAX_LENGTH) ? cleaned : cleaned.substring(0, MAX_LENGTH) + "…";
	}

	/**
	 * Tells what went wrong below, in words fit for a message.
	 * @param failure a failure whose message may quote what a server sent
	 * @return its type and its cleaned message; if it has none, that of its cause too
	 */
	public String describe(Throwable failure) {
		String message = clean(failure.getMessage());
		String type = failure.getClass().getSimpleName();
		if (message != null && !message.isEmpty()) {
			return type + ": " + message;
		}
		// The JDK's client says what happened only there.
		Throwable cause = failure.getCause();
		return (cause != null && cause.getCause() != failure) ? type + " (" + describe(cause) + ")" : type;
	}

	/**
	 * Decides whether a failure may be the cause of what is thrown.
	 * @param <T> the type of failure
	 * @param failure a failure whose messages may quote what a server sent
	 * @return the failure, or {@code null} if a message in its chain needs cleaning
	 */
	public <T extends Throwable> @Nullable T asCause(T failure) {
		int depth = 0;
		for (Throwable t = failure; t != null; t = t.getCause()) {
			String message = t.getMessage();
			if (++depth > 20 || t.getSuppressed().length > 0
					|| (message != null && !message.strip().equals(clean(message)))) {
				return null;
			}
		}
		return failure;
	}

	/**
	 * Writes an address without what may be secret in it.
	 * @param uri the address
	 * @return scheme, host, port and path
	 */
	public static String describe(URI uri) {
		String authority = uri.getRawAuthority();
		if (uri.getScheme() == null || authority == null) {
			return (uri.getRawPath() != null) ? uri.getRawPath() : MASK;
		}
		int user = authority.lastIndexOf('@');
		return uri.getScheme() + "://" + authority.substring(user + 1)
				+ ((uri.getRawPath() != null) ? uri.getRawPath() : "");
	}

	private static String printable(String text) {
		return text.codePoints()
			.map((c) -> isPrintable(c) ? c : ' ')
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	private static boolean isPrintable(int codePoint) {
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

	@Override
	public String toString() {
		return "Redactor[secrets=" + this.secrets.size() + "]";
	}

}
