package io.github.oidcgrants.sample.user;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriUtils;

/**
 * A browser without scripts that stays at one site: it follows redirects and sends
 * cookies back. It sends all of them: Keycloak marks its own as secure even where it
 * speaks plain HTTP, and no ordinary cookie store would send those.
 */
final class Browser {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int REDIRECTS = 10;

	private final Map<String, String> cookies = new TreeMap<>();

	private final HttpClient http;

	private final URI site;

	Browser(HttpClient http, URI site) {
		this.http = http;
		this.site = site;
	}

	/**
	 * Opens a page.
	 * @return the form on it, or {@code null} if there is none
	 */
	@Nullable Form open(URI uri) throws IOException, InterruptedException {
		return follow(uri, null);
	}

	/**
	 * Sends a form.
	 * @return the form on the page that comes next, or {@code null} if there is none
	 */
	@Nullable Form send(Form form, MultiValueMap<String, String> fields) throws IOException, InterruptedException {
		return follow(form.action(), fields);
	}

	private @Nullable Form follow(URI uri, @Nullable MultiValueMap<String, String> fields)
			throws IOException, InterruptedException {
		HttpResponse<String> response = exchange(uri, fields);
		for (int i = 0; i < REDIRECTS && response.statusCode() / 100 == 3; i++) {
			response = exchange(response.uri().resolve(response.headers().firstValue(HttpHeaders.LOCATION).orElse("")),
					null);
		}
		if (response.statusCode() != 200) {
			throw new IOException(
					"The page " + response.uri().getPath() + " answered with status " + response.statusCode());
		}
		return Form.of(response.uri(), response.body());
	}

	private HttpResponse<String> exchange(URI uri, @Nullable MultiValueMap<String, String> fields)
			throws IOException, InterruptedException {
		if (!uri.getScheme().equals(this.site.getScheme()) || !uri.getAuthority().equals(this.site.getAuthority())) {
			throw new IOException("A page of " + this.site.getAuthority() + " leads elsewhere");
		}
		HttpRequest.Builder request = HttpRequest.newBuilder(uri)
			.timeout(PATIENCE)
			.header(HttpHeaders.ACCEPT, MediaType.TEXT_HTML_VALUE);
		if (fields != null) {
			request.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_FORM_URLENCODED_VALUE)
				.POST(BodyPublishers.ofString(encode(fields)));
		}
		if (!this.cookies.isEmpty()) {
			request.header(HttpHeaders.COOKIE,
					this.cookies.entrySet()
						.stream()
						.map((cookie) -> cookie.getKey() + "=" + cookie.getValue())
						.collect(Collectors.joining("; ")));
		}
		HttpResponse<String> response = this.http.send(request.build(), BodyHandlers.ofString());
		response.headers().allValues(HttpHeaders.SET_COOKIE).forEach(this::keep);
		return response;
	}

	private static String encode(MultiValueMap<String, String> fields) {
		return fields.entrySet()
			.stream()
			.flatMap((field) -> field.getValue().stream().map((value) -> encode(field.getKey()) + "=" + encode(value)))
			.collect(Collectors.joining("&"));
	}

	private static String encode(String text) {
		return UriUtils.encode(text, StandardCharsets.UTF_8);
	}

	private void keep(String cookie) {
		String[] pair = cookie.split(";", 2)[0].split("=", 2);
		if (cookie.contains("Max-Age=0")) {
			this.cookies.remove(pair[0]);
		}
		else {
			this.cookies.put(pair[0], pair[1]);
		}
	}

}
