package io.github.oidcgrants;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.Redactor;

/**
 * Where a token may go (RFC 6454): scheme, host and port.
 *
 * @param scheme {@code https} or {@code http}
 * @param host the host in lower case
 * @param port the port, the scheme's own if none is written
 */
record Origin(String scheme, String host, int port) {

	static Origin of(URI uri) {
		String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
		int usual = "https".equals(scheme) ? 443 : 80;
		return new Origin(scheme, uri.getHost().toLowerCase(Locale.ROOT), (uri.getPort() < 0) ? usual : uri.getPort());
	}

	static Origin parse(String text) {
		try {
			URI uri = new URI(text);
			if (("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()))
					&& uri.getHost() != null && uri.getRawUserInfo() == null && isBare(uri)) {
				return of(uri);
			}
		}
		catch (URISyntaxException ex) {
			// Falls through: it is as unusable as a relative one.
		}
		throw GrantException.misconfigured("The allowed origin '" + new Redactor().clean(text)
				+ "' is none: write it like https://api.example.com, without a path (allowed-origins)");
	}

	// A path would look as if it narrowed something down.
	private static boolean isBare(URI uri) {
		return (uri.getRawPath().isEmpty() || "/".equals(uri.getRawPath())) && uri.getRawQuery() == null
				&& uri.getRawFragment() == null;
	}

	boolean isSecure() {
		return "https".equals(this.scheme);
	}

	@Override
	public String toString() {
		return this.scheme + "://" + this.host + ":" + this.port;
	}

}
