package io.github.oidcgrants.metadata;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import org.jspecify.annotations.Nullable;

/**
 * Fetches metadata from where OpenID Connect Discovery 1.0 section 4 and RFC 8414 section
 * 3 put them. The first appends its path to the issuer, the second inserts its own before
 * the issuer's path; only a 4xx says that it is not there.
 */
final class Discovery {

	private static final String TENANT = "{tenantid}";

	private final String issuer;

	private final boolean template;

	private final List<URI> candidates;

	Discovery(String issuer, boolean template) {
		this.issuer = issuer;
		this.template = template;
		this.candidates = candidates(issuer);
	}

	private static List<URI> candidates(String issuer) {
		URI uri = parse(issuer);
		String origin = uri.getScheme() + "://" + uri.getRawAuthority();
		String path = uri.getRawPath().replaceFirst("/$", "");
		Set<URI> candidates = new LinkedHashSet<>();
		candidates.add(URI.create(origin + path + "/.well-known/openid-configuration"));
		candidates.add(URI.create(origin + "/.well-known/oauth-authorization-server" + path));
		return List.copyOf(candidates);
	}

	private static URI parse(String issuer) {
		if (issuer.contains("/.well-known/")) {
			throw GrantException
				.misconfigured("The issuer '" + new Redactor().clean(issuer.replaceFirst("//[^/@]*@", "//"))
						+ "' is where its metadata are: leave out /.well-known/ and what follows (issuer-uri)");
		}
		try {
			URI uri = new URI(issuer);
			boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
			if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null
					&& uri.getRawFragment() == null) {
				return uri;
			}
		}
		catch (URISyntaxException ex) {
			// Falls through: it is as unusable as a relative one.
		}
		throw GrantException.misconfigured("The issuer '" + new Redactor().clean(issuer.replaceFirst("//[^/@]*@", "//"))
				+ "' is not an issuer identifier: it must be an"
				+ " https address with a host, without user, query and fragment (RFC 8414 section 2)");
	}

	ServerMetadata fetch(JsonHttp http) {
		StringJoiner refusals = new StringJoiner(", ");
		int status = 0;
		for (URI candidate : this.candidates) {
			HttpAnswer answer = http.exchange(HttpCall.get(candidate));
			status = answer.status();
			if (status == 200) {
				return read(answer);
			}
			refusals.add(candidate + " (" + status + ")");
			if (status < 400 || status > 499) {
				break;
			}
		}
		throw GrantException.answer(Kind.UNEXPECTED_STATUS, "No metadata of the issuer '" + this.issuer + "' at "
				+ refusals + ": check issuer-uri, or configure the endpoints explicitly", status, null);
	}

	private ServerMetadata read(HttpAnswer answer) {
		Map<String, @Nullable Object> members = answer.object();
		if (!(members.get(ServerMetadata.ISSUER) instanceof String answered) || answered.isEmpty()) {
			throw answer.malformed("it names no issuer");
		}
		if (!this.issuer.equals(answered) && !isTemplateOfIssuer(answered)) {
			throw GrantException.misconfigured("The issuer '" + this.issuer + "' answered as the issuer '"
					+ answer.call().redactor().clean(answered)
					+ "': its metadata are not used (RFC 8414 section 3.3). Set issuer-uri to exactly what the server"
					+ " calls itself, or make the server call itself what issuer-uri says");
		}
		return ServerMetadata.of(members);
	}

	// The answer of https://host/organizations/v2.0 may be https://host/{tenantid}/v2.0.
	private boolean isTemplateOfIssuer(String answered) {
		int at = answered.indexOf(TENANT);
		if (!this.template || at < 0) {
			return false;
		}
		String before = answered.substring(0, at);
		String after = answered.substring(at + TENANT.length());
		if (!this.issuer.startsWith(before) || !this.issuer.endsWith(after)
				|| this.issuer.length() <= before.length() + after.length()) {
			return false;
		}
		String tenant = this.issuer.substring(before.length(), this.issuer.length() - after.length());
		boolean inPath = before.indexOf('/', before.indexOf("://") + 3) >= 0;
		return inPath && before.endsWith("/") && (after.isEmpty() || after.startsWith("/")) && !tenant.contains("/");
	}

	@Override
	public String toString() {
		return "'" + this.issuer + "'";
	}

}
