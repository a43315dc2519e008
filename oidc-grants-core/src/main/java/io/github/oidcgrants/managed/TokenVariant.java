package io.github.oidcgrants.managed;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.Sha256;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * Tells the access tokens of one refresh token apart, by what was asked for.
 */
final class TokenVariant {

	/**
	 * What the login asked for.
	 */
	static final String DEFAULT = "";

	private TokenVariant() {
	}

	static String of(GrantParameters parameters) {
		if (parameters.equals(GrantParameters.none())) {
			return DEFAULT;
		}
		if (parameters.hasSuppliers()) {
			throw GrantException.misconfigured("A managed token cannot be asked for with a supplier: set the value");
		}
		Map<String, List<String>> all = new TreeMap<>(parameters.asMap());
		StringBuilder text = new StringBuilder();
		all.forEach((name, values) -> {
			append(text, name);
			text.append('[');
			boolean scope = OAuth2ParameterNames.SCOPE.equals(name);
			new TreeSet<>(scope ? parameters.scopes() : values).forEach((value) -> append(text, value));
			text.append(']');
		});
		return Sha256.base64Url(text.toString());
	}

	// The length first: no two lists of texts look the same.
	private static void append(StringBuilder all, String text) {
		all.append(text.length()).append(':').append(text);
	}

}
