package io.github.oidcgrants.sample.user;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.HtmlUtils;

/**
 * A form of a web page.
 *
 * @param action where it is sent to
 * @param inputs its input elements and buttons, as their attributes
 */
record Form(URI action, List<Map<String, String>> inputs) {

	private static final Pattern FORM = Pattern.compile("<form\\b([^>]*)>(.*?)</form>", Pattern.DOTALL);

	private static final Pattern INPUT = Pattern.compile("<(input|button)\\b([^>]*)>");

	private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)\\s*=\\s*\"([^\"]*)\"");

	/**
	 * Finds the first form of a page.
	 * @return the form, or {@code null} if the page has none
	 */
	static @Nullable Form of(URI page, String html) {
		Matcher form = FORM.matcher(html);
		if (!form.find()) {
			return null;
		}
		List<Map<String, String>> inputs = new ArrayList<>();
		Matcher input = INPUT.matcher(form.group(2));
		while (input.find()) {
			Map<String, String> attributes = attributes(input.group(2));
			attributes.putIfAbsent("type", "button".equals(input.group(1)) ? "submit" : "text");
			inputs.add(attributes);
		}
		return new Form(page.resolve(attributes(form.group(1)).getOrDefault("action", "")), inputs);
	}

	private static Map<String, String> attributes(String tag) {
		Map<String, String> attributes = new LinkedHashMap<>();
		Matcher attribute = ATTRIBUTE.matcher(tag);
		while (attribute.find()) {
			attributes.put(attribute.group(1), HtmlUtils.htmlUnescape(attribute.group(2)));
		}
		return attributes;
	}

	boolean asksForPassword() {
		return has("type", "password");
	}

	/**
	 * {@return whether there is nothing to fill in, only to agree or not}
	 */
	boolean asksForDecision() {
		return this.inputs.stream()
			.map((input) -> input.get("type"))
			.allMatch(List.of("hidden", "checkbox", "submit", "button")::contains);
	}

	/**
	 * {@return what is sent with a name and a password}
	 */
	MultiValueMap<String, String> signIn(String name, String password) {
		MultiValueMap<String, String> fields = hidden();
		fields.set("username", name);
		fields.set("password", password);
		return fields;
	}

	/**
	 * {@return what is sent by who agrees: all boxes are checked, and the button is
	 * called {@code accept} if it is called anything}
	 */
	MultiValueMap<String, String> agree() {
		MultiValueMap<String, String> fields = hidden();
		add(fields, "type", "checkbox");
		add(fields, "name", "accept");
		return fields;
	}

	/**
	 * {@return what is sent by who does not: no box is checked, and the button is called
	 * {@code cancel} if it is called anything}
	 */
	MultiValueMap<String, String> refuse() {
		MultiValueMap<String, String> fields = hidden();
		add(fields, "name", "cancel");
		return fields;
	}

	private MultiValueMap<String, String> hidden() {
		MultiValueMap<String, String> fields = new LinkedMultiValueMap<>();
		add(fields, "type", "hidden");
		return fields;
	}

	private boolean has(String attribute, String value) {
		return this.inputs.stream().anyMatch((input) -> value.equals(input.get(attribute)));
	}

	private void add(MultiValueMap<String, String> fields, String attribute, String value) {
		this.inputs.stream()
			.filter((input) -> value.equals(input.get(attribute)) && input.containsKey("name"))
			.forEach((input) -> fields.add(input.get("name"), input.getOrDefault("value", "")));
	}

}
