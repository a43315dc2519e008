package io.github.oidcgrants.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * One challenge of a {@code WWW-Authenticate} header (RFC 9110 section 11.6.1).
 *
 * @param scheme the authentication scheme, in lower case
 * @param parameters the parameters by name in lower case, unquoted; of a name that stands
 * twice the first
 */
public record Challenge(String scheme, Map<String, String> parameters) {

	/**
	 * Creates a challenge.
	 * @param scheme the authentication scheme
	 * @param parameters the parameters by name
	 */
	public Challenge {
		parameters = Map.copyOf(parameters);
	}

	/**
	 * {@return the value of a parameter, or {@code null}}
	 * @param name the parameter's name, in lower case
	 */
	public @Nullable String parameter(String name) {
		return this.parameters.get(name);
	}

	/**
	 * Reads the challenges of any number of headers, each with any number of challenges.
	 * What cannot be read ends the reading of that header; what stood before it counts.
	 * @param headers the headers' values
	 * @return the challenges in their order
	 */
	public static List<Challenge> parse(List<String> headers) {
		List<Challenge> challenges = new ArrayList<>();
		for (String header : headers) {
			new Parser(header).readInto(challenges);
		}
		return List.copyOf(challenges);
	}

	@Override
	public String toString() {
		return "Challenge[scheme=" + this.scheme + ", parameters=" + this.parameters.keySet() + "]";
	}

	private static final class Parser {

		private static final Pattern TOKEN68 = Pattern.compile(" +[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)");

		private final String text;

		private int at;

		private Parser(String text) {
			this.text = text;
		}

		void readInto(List<Challenge> challenges) {
			skip(" \t,");
			String scheme = token();
			while (!scheme.isEmpty()) {
				Map<String, String> parameters = new LinkedHashMap<>();
				String next = readParameters(parameters);
				challenges.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters));
				scheme = next;
			}
		}

		// Gives the scheme of the challenge that follows, or "" at the end.
		private String readParameters(Map<String, String> parameters) {
			if (skipToken68()) {
				skip(" \t,");
				return token();
			}
			while (skip(" \t,")) {
				String name = token();
				int end = this.at;
				skip(" \t");
				if (name.isEmpty() || !peek('=')) {
					this.at = end;
					return name;
				}
				this.at++;
				skip(" \t");
				String value = peek('"') ? quoted() : token();
				if (value == null) {
					return "";
				}
				parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
			}
			return "";
		}

		// After the scheme and spaces: what is no parameter, up to the end or a comma.
		private boolean skipToken68() {
			Matcher token68 = TOKEN68.matcher(this.text).region(this.at, this.text.length());
			if (!token68.lookingAt()) {
				return false;
			}
			this.at = token68.end();
			return true;
		}

		private @Nullable String quoted() {
			StringBuilder value = new StringBuilder();
			for (this.at++; this.at < this.text.length(); this.at++) {
				char c = this.text.charAt(this.at);
				if (c == '"') {
					this.at++;
					return value.toString();
				}
				if (c == '\\' && ++this.at == this.text.length()) {
					return null;
				}
				value.append(this.text.charAt(this.at));
			}
			return null;
		}

		private String token() {
			int start = this.at;
			while (this.at < this.text.length() && isTokenChar(this.text.charAt(this.at))) {
				this.at++;
			}
			return this.text.substring(start, this.at);
		}

		private boolean skip(String characters) {
			int start = this.at;
			while (this.at < this.text.length() && characters.indexOf(this.text.charAt(this.at)) >= 0) {
				this.at++;
			}
			return this.at > start || this.at == this.text.length();
		}

		private boolean peek(char c) {
			return this.at < this.text.length() && this.text.charAt(this.at) == c;
		}

		private static boolean isTokenChar(char c) {
			return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
					|| "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
		}

	}

}
