package io.github.oidcgrants.http;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * One request to an authorization server: an address, headers, perhaps a form, and what
 * in it is secret. Built by one thread and sent once.
 */
public final class HttpCall {

	private final HttpMethod method;

	private final URI uri;

	private final HttpHeaders headers = new HttpHeaders();

	private final StringBuilder form = new StringBuilder();

	private final Redactor redactor = new Redactor();

	private @Nullable Supplier<String> sender;

	private HttpCall(HttpMethod method, URI uri) {
		this.method = method;
		this.uri = uri;
	}

	/**
	 * Begins a GET request.
	 * @param uri where to send it
	 * @return the request
	 */
	public static HttpCall get(URI uri) {
		return new HttpCall(HttpMethod.GET, uri);
	}

	/**
	 * Begins a POST request that carries a form.
	 * @param uri where to send it
	 * @return the request
	 */
	public static HttpCall post(URI uri) {
		return new HttpCall(HttpMethod.POST, uri);
	}

	/**
	 * Adds a parameter that may be seen by anyone.
	 * @param name its name
	 * @param value its value
	 * @return this
	 */
	public HttpCall parameter(String name, String value) {
		if (!this.form.isEmpty()) {
			this.form.append('&');
		}
		this.form.append(URLEncoder.encode(name, StandardCharsets.UTF_8))
			.append('=')
			.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
		return this;
	}

	/**
	 * Adds a parameter that no message may show.
	 * @param name its name
	 * @param value its value
	 * @return this
	 */
	public HttpCall secretParameter(String name, String value) {
		secret(value);
		return parameter(name, value);
	}

	/**
	 * Sets a header.
	 * @param name its name
	 * @param value its value
	 * @return this
	 */
	public HttpCall header(String name, String value) {
		this.headers.set(name, value);
		return this;
	}

	/**
	 * Says who sends the request, for messages about it.
	 * @param description describes the sender, free of secrets
	 * @return this
	 */
	public HttpCall from(Supplier<String> description) {
		this.sender = description;
		return this;
	}

	/**
	 * Names a text that no message about this request may show.
	 * @param value the secret
	 * @return this
	 */
	public HttpCall secret(@Nullable String value) {
		this.redactor.add(value);
		return this;
	}

	HttpMethod method() {
		return this.method;
	}

	/**
	 * {@return where the request goes}
	 */
	public URI uri() {
		return this.uri;
	}

	HttpHeaders headers() {
		return this.headers;
	}

	byte @Nullable [] body() {
		return HttpMethod.POST.equals(this.method) ? this.form.toString().getBytes(StandardCharsets.US_ASCII) : null;
	}

	/**
	 * {@return what makes texts about this request and its answer fit to be shown}
	 */
	public Redactor redactor() {
		return this.redactor;
	}

	@Override
	public String toString() {
		String from = (this.sender != null) ? " (" + this.sender.get() + ")" : "";
		return this.method + " " + Redactor.describe(this.uri) + from;
	}

}
