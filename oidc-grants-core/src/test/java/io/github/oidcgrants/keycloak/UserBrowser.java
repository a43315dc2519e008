package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A browser for pages without scripts: it follows redirects and sends cookies back. It
 * sends all of them, for Keycloak marks its own as secure also where it speaks plain
 * HTTP, and no ordinary cookie store would send those.
 */
final class UserBrowser {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int REDIRECTS = 10;

	private final Map<String, String> cookies = new TreeMap<>();

	private final HttpClient http = HttpClient.newHttpClient();

	Page open(URI uri) throws IOException, InterruptedException {
		return follow(HttpRequest.newBuilder(uri).GET());
	}

	Page submit(Form form) throws IOException, InterruptedException {
		return follow(HttpRequest.newBuilder(form.action())
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(form.encoded())));
	}

	private Page follow(HttpRequest.Builder request) throws IOException, InterruptedException {
		HttpResponse<String> response = send(request);
		for (int i = 0; i < REDIRECTS && response.statusCode() / 100 == 3; i++) {
			URI location = response.uri().resolve(response.headers().firstValue("Location").orElseThrow());
			response = send(HttpRequest.newBuilder(location).GET());
		}
		if (response.statusCode() != 200) {
			throw new IllegalStateException(
					response.uri() + " answered with " + response.statusCode() + ": " + response.body());
		}
		return new Page(response.uri(), response.body());
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		if (!this.cookies.isEmpty()) {
			request.header("Cookie",
					this.cookies.entrySet()
						.stream()
						.map((cookie) -> cookie.getKey() + "=" + cookie.getValue())
						.collect(Collectors.joining("; ")));
		}
		HttpResponse<String> response = this.http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
		response.headers().allValues("Set-Cookie").forEach(this::keep);
		return response;
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

	/**
	 * Where the browser is and what it shows.
	 */
	record Page(URI uri, String html) {

		boolean hasField(String name) {
			return this.html.contains("name=\"" + name + "\"");
		}

		Form form() {
			return Form.of(this);
		}

	}

}
