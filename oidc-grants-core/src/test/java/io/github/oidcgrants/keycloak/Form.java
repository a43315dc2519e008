package io.github.oidcgrants.keycloak;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.oidcgrants.keycloak.UserBrowser.Page;

import org.springframework.web.util.HtmlUtils;

/**
 * The one form of a page: where it goes, and its hidden fields with what the user fills
 * in.
 */
final class Form {

	private static final Pattern ACTION = Pattern.compile("<form[^>]*\\saction=\"([^\"]+)\"");

	private static final Pattern INPUT = Pattern.compile("<input[^>]*>");

	private static final Pattern ATTRIBUTE = Pattern.compile("\\s(type|name|value)=\"([^\"]*)\"");

	private final URI action;

	private final Map<String, String> fields = new LinkedHashMap<>();

	private Form(URI action) {
		this.action = action;
	}

	static Form of(Page page) {
		Matcher action = ACTION.matcher(page.html());
		if (!action.find()) {
			throw new IllegalStateException("There is no form on " + page.uri() + ": " + page.html());
		}
		Form form = new Form(page.uri().resolve(HtmlUtils.htmlUnescape(action.group(1))));
		INPUT.matcher(page.html()).results().map(MatchResult::group).map(Form::attributes).forEach((input) -> {
			if ("hidden".equals(input.get("type"))) {
				form.fill(input.getOrDefault("name", ""), input.getOrDefault("value", ""));
			}
		});
		return form;
	}

	private static Map<String, String> attributes(String tag) {
		return ATTRIBUTE.matcher(tag)
			.results()
			.collect(Collectors.toMap((attribute) -> attribute.group(1),
					(attribute) -> HtmlUtils.htmlUnescape(attribute.group(2))));
	}

	Form fill(String field, String value) {
		this.fields.put(field, value);
		return this;
	}

	URI action() {
		return this.action;
	}

	String encoded() {
		return this.fields.entrySet()
			.stream()
			.map((field) -> encode(field.getKey()) + "=" + encode(field.getValue()))
			.collect(Collectors.joining("&"));
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

}
