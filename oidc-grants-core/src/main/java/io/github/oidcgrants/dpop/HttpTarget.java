package io.github.oidcgrants.dpop;

import java.net.URI;
import java.util.Locale;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.Redactor;

/**
 * What a proof says a request goes to (RFC 9449 section 4.2): the address without query
 * and fragment, with scheme and host in lower case and without the scheme's own port (RFC
 * 3986 sections 6.2.2.1 and 6.2.3).
 *
 * @param origin scheme, host and port
 * @param uri the origin and the path
 */
record HttpTarget(String origin, String uri) {

	static HttpTarget of(URI uri) {
		if (uri.getScheme() == null || uri.getHost() == null) {
			throw GrantException
				.misconfigured("'" + Redactor.describe(uri) + "' is not an absolute address: a proof needs one");
		}
		String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
		String origin = scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port(scheme, uri.getPort());
		String path = uri.getRawPath();
		return new HttpTarget(origin, origin + (path.isEmpty() ? "/" : ascii(path)));
	}

	private static String ascii(String path) {
		if (path.chars().allMatch((c) -> c < 0x80)) {
			return path;
		}
		// With an origin before it: a path alone may begin with two slashes, which would
		// be one.
		return URI.create("http://a" + path).toASCIIString().substring("http://a".length());
	}

	private static String port(String scheme, int port) {
		boolean usual = port < 0 || ("https".equals(scheme) && port == 443) || ("http".equals(scheme) && port == 80);
		return usual ? "" : ":" + port;
	}

}
