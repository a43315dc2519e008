package io.github.oidcgrants.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import io.github.oidcgrants.error.GrantException.Kind;

/**
 * The table of bad answers that every grant must withstand.
 */
public final class BadAnswers {

	private static final String TOKEN = TokenServer.SUCCESS;

	private BadAnswers() {
	}

	/**
	 * {@return what no token endpoint may answer}
	 */
	public static Stream<BadAnswer> ofTokenEndpoint() {
		return Stream.of(ofAnyEndpoint(), members()).flatMap((rows) -> rows);
	}

	/**
	 * {@return what no endpoint may answer, whatever it is for}
	 */
	public static Stream<BadAnswer> ofAnyEndpoint() {
		return Stream.of(bodies(), contentTypes(), statuses(), errors(), challenges()).flatMap((rows) -> rows);
	}

	private static Stream<BadAnswer> bodies() {
		String open = TOKEN.substring(0, TOKEN.length() - 1);
		byte[] notUtf8 = (open + ", \"name\": \"\u00fc\"}").getBytes(StandardCharsets.ISO_8859_1);
		byte[] gzipped = gzip(TOKEN.getBytes(StandardCharsets.UTF_8));
		byte[] brokenGzip = gzipped.clone();
		Arrays.fill(brokenGzip, 10, 20, (byte) 0xFF);
		return Stream.of(malformed("an empty body", TokenServer.json(200, "")),
				malformed("a blank body", TokenServer.json(200, " \n")),
				malformed("null as body", TokenServer.json(200, "null")),
				malformed("an array as body", TokenServer.json(200, "[]")),
				malformed("an array around the object", TokenServer.json(200, "[" + TOKEN + "]")),
				malformed("a string as body", TokenServer.json(200, "\"" + TokenServer.ACCESS_TOKEN + "\"")),
				malformed("a number as body", TokenServer.json(200, "3600")),
				malformed("a form as body",
						TokenServer.json(200, "access_token=" + TokenServer.ACCESS_TOKEN + "&token_type=bearer")),
				malformed("HTML called JSON", TokenServer.json(200, "<html>Sign in</html>")),
				malformed("a truncated body", TokenServer.json(200, open)),
				malformed("two objects", TokenServer.json(200, TOKEN + TOKEN)),
				malformed("single quotes", TokenServer.json(200, TOKEN.replace('"', '\''))),
				malformed("a comment", TokenServer.json(200, "/* token */" + TOKEN)),
				malformed("a member that stands twice",
						TokenServer.json(200, open + ", \"access_token\": \"another\"}")),
				malformed("an inner member that stands twice",
						TokenServer.json(200, open + ", \"details\": {\"a\": 1, \"a\": 2}}")),
				malformed("objects nested a thousand deep",
						TokenServer.json(200,
								open + ", \"details\": " + "{\"a\": ".repeat(1000) + "1" + "}".repeat(1001))),
				malformed("arrays nested a hundred thousand deep", TokenServer.json(200, "[".repeat(100_000))),
				malformed("a body that is not UTF-8", TokenServer.json(200, "").withBody(notUtf8)),
				malformed("a body in UTF-16",
						TokenServer.json(200, "").withBody(TOKEN.getBytes(StandardCharsets.UTF_16))),
				malformed("a body of 2 MiB",
						TokenServer.json(200, open + ", \"padding\": \"" + "x".repeat(2 * 1024 * 1024) + "\"}")),
				malformed("a good answer and then spaces without end",
						TokenServer.json(200, TOKEN + " ".repeat(2 * 1024 * 1024))),
				malformed("a gzip bomb", gzip(TokenServer.json(200, ""), bomb())),
				malformed("a broken gzip body", gzip(TokenServer.json(200, ""), brokenGzip)),
				malformed("a truncated gzip body",
						gzip(TokenServer.json(200, ""), Arrays.copyOf(gzipped, gzipped.length - 20))),
				malformed("a body that is not gzip but says so",
						gzip(TokenServer.json(200, ""), TOKEN.getBytes(StandardCharsets.UTF_8))),
				malformed("an empty body that says it is gzip", gzip(TokenServer.json(200, ""), new byte[0])),
				malformed("a content encoding nobody asked for",
						TokenServer.success().withHeader("Content-Encoding", "br")));
	}

	private static Stream<BadAnswer> contentTypes() {
		return Stream.of(malformed("no content type", WireMock.aResponse().withStatus(200).withBody(TOKEN)),
				malformed("HTML as content type", typed("text/html")),
				malformed("plain text as content type", typed("text/plain;charset=UTF-8")),
				malformed("a form as content type", typed("application/x-www-form-urlencoded")),
				malformed("JavaScript as content type", typed("application/javascript")),
				malformed("text/json as content type", typed("text/json")),
				malformed("a content type that only begins like JSON", typed("application/jsonp")),
				malformed("any content type", typed("*/*")), malformed("half a content type", typed("json")),
				malformed("an unreadable content type", typed("application/json;;=\"")),
				malformed("an unreadable charset", typed("application/json;charset=\"no such\"")),
				malformed("an empty content type", typed("")));
	}

	private static Stream<BadAnswer> statuses() {
		return Stream.of(status("201 with a token", TokenServer.json(201, TOKEN)),
				status("202 with a token", TokenServer.json(202, TOKEN)),
				status("204", WireMock.aResponse().withStatus(204)),
				status("206 with a token", TokenServer.json(206, TOKEN)),
				status("300 with a token", TokenServer.json(300, TOKEN)), status("301", redirect(301)),
				status("302", redirect(302)), status("303", redirect(303)),
				status("304", WireMock.aResponse().withStatus(304)), status("307", redirect(307)),
				status("308", redirect(308)),
				status("302 with an error",
						TokenServer.json(302, error("invalid_client")).withHeader("Location", "/elsewhere")),
				status("400 without a body", WireMock.aResponse().withStatus(400)), status("400 with HTML", html(400)),
				status("400 with an error that is not called JSON",
						WireMock.aResponse()
							.withStatus(400)
							.withHeader("Content-Type", "text/plain")
							.withBody(error("invalid_client"))),
				status("400 with broken JSON", TokenServer.json(400, "{\"error\": \"invalid_client\"")),
				status("400 with JSON without error", TokenServer.json(400, "{\"message\": \"no\"}")),
				status("400 with an error that is null", TokenServer.json(400, "{\"error\": null}")),
				status("400 with an error that is empty", TokenServer.json(400, "{\"error\": \"\"}")),
				status("400 with an error that is an object", TokenServer.json(400, "{\"error\": {\"code\": 400}}")),
				status("400 with a token", TokenServer.json(400, TOKEN)), status("403 with HTML", html(403)),
				status("404 with HTML", html(404)), status("405 with HTML", html(405)),
				status("407", WireMock.aResponse().withStatus(407).withHeader("Proxy-Authenticate", "Basic realm=p")),
				status("413 without a body", WireMock.aResponse().withStatus(413)),
				status("429 without JSON", html(429).withHeader("Retry-After", "7")),
				status("500 with HTML", html(500)),
				status("500 with an error", TokenServer.json(500, error("server_error"))),
				status("500 with a token", TokenServer.json(500, TOKEN)), status("502 with HTML", html(502)),
				status("503 without a body", WireMock.aResponse().withStatus(503).withHeader("Retry-After", "7")),
				status("503 with an error", TokenServer.json(503, error("temporarily_unavailable"))),
				status("500 with an empty body that says it is gzip", gzip(TokenServer.json(500, ""), new byte[0])),
				status("599", html(599)));
	}

	private static Stream<BadAnswer> errors() {
		return Stream.of(oauth("invalid_request", "400 with an error", TokenServer.json(400, error("invalid_request"))),
				oauth("invalid_client", "401 with an error", TokenServer.json(401, error("invalid_client"))),
				oauth("unauthorized_client", "403 with an error", TokenServer.json(403, error("unauthorized_client"))),
				oauth("invalid_target", "404 with an error", TokenServer.json(404, error("invalid_target"))),
				oauth("slow_down", "429 with an error", TokenServer.json(429, error("slow_down"))),
				oauth("incorrect_device_code", "200 with an error",
						TokenServer.json(200, error("incorrect_device_code"))),
				oauth("invalid_scope", "200 with an error beside a token",
						TokenServer.json(200, TOKEN.replace("{", "{\"error\": \"invalid_scope\", "))),
				oauth("an error of its own", "400 with an error that no specification knows",
						TokenServer.json(400, error("an error of its own"))),
				oauth("invalid_grant", "400 with an error whose description is no string",
						TokenServer.json(400,
								"{\"error\": \"invalid_grant\", \"error_description\": [1], \"error_uri\": {}}")),
				oauth("invalid_grant", "400 with an error in gzip",
						gzip(TokenServer.json(400, ""), gzip(error("invalid_grant").getBytes(StandardCharsets.UTF_8)))),
				malformed("200 with an error that is no string",
						TokenServer.json(200, TOKEN.replace("{", "{\"error\": {\"code\": 1}, "))));
	}

	private static Stream<BadAnswer> challenges() {
		return Stream.of(status("401 without a challenge", html(401)),
				status("401 with an empty challenge", challenge("")),
				status("401 with a challenge", challenge("Basic realm=\"idp\"")),
				status("401 with several challenges in one header",
						challenge("Negotiate, Basic realm=\"a, \\\"b\\\" c\", charset=\"UTF-8\",Digest qop=\"auth\"")),
				status("401 with challenges in several headers", challenge("Basic realm=\"a\"", "Negotiate")),
				status("401 with unknown schemes", challenge("Unheard-Of x=1, Never_Seen")),
				status("401 with a token68", challenge("Negotiate YWJj/ZGVm+Zw==")),
				status("401 with an unreadable challenge", challenge("\"\"\"=,,= Basic realm=\"never closed")),
				oauth("invalid_client", "401 with JSON and a challenge",
						TokenServer.json(401, error("invalid_client"))
							.withHeader("WWW-Authenticate", "Basic realm=\"idp\"")),
				oauth("invalid_token", "401 with an error in its challenge",
						challenge("Bearer realm=\"a, b=\\\"c\\\"\", error=\"invalid_token\"")),
				oauth("invalid_token", "401 with an error in the last of several challenges",
						challenge("Negotiate YWJj", "Basic realm=\"a\", Bearer error=\"invalid_token\"")));
	}

	private static Stream<BadAnswer> members() {
		Stream<BadAnswer> required = Stream.of("access_token", "token_type")
			.flatMap((name) -> Stream.of(malformed(name + " absent", TokenServer.json(200, TOKEN.replace(name, "x"))),
					malformed(name + " null", member(name, "null")), malformed(name + " empty", member(name, "\"\"")),
					malformed(name + " a number", member(name, "1")),
					malformed(name + " a boolean", member(name, "true")),
					malformed(name + " an array", member(name, "[\"bearer\"]")),
					malformed(name + " an object", member(name, "{\"bearer\": 1}"))));
		Stream<BadAnswer> lifetimes = Stream
			.of("-1", "-0.5", "-1e999999999", "true", "[3600]", "{}", "\"\"", "\"soon\"", "\"-1\"", "\"1e3\"",
					"\"0x10\"", "\" 3600\"", "\"3600s\"", "\"Infinity\"", "\"\u0663\u0666\"", "NaN", "Infinity",
					"03600", "+3600", "1e99999999999")
			.map((value) -> malformed("expires_in " + value, member("expires_in", value)));
		Stream<BadAnswer> optional = Stream.of("refresh_token", "scope", "id_token")
			.flatMap((name) -> Stream.of(malformed(name + " a number", extra(name, "1")),
					malformed(name + " an array", extra(name, "[\"a\"]"))));
		return Stream
			.of(required, lifetimes, optional,
					Stream.of(malformed("an unknown token_type", member("token_type", "\"mac\"")),
							malformed("N_A as token_type", member("token_type", "\"N_A\"")),
							malformed("a token_type with a space", member("token_type", "\"Bearer \"")),
							malformed("access_token with a line break", member("access_token", "\"a\\r\\nX: y\"")),
							malformed("access_token outside ASCII", member("access_token", "\"t\u00f6ken\""))))
			.flatMap((rows) -> rows);
	}

	private static BadAnswer malformed(String name, ResponseDefinitionBuilder answer) {
		return BadAnswer.of(Kind.MALFORMED_RESPONSE, name, answer);
	}

	private static BadAnswer status(String name, ResponseDefinitionBuilder answer) {
		return BadAnswer.of(Kind.UNEXPECTED_STATUS, name, answer);
	}

	private static BadAnswer oauth(String code, String name, ResponseDefinitionBuilder answer) {
		return BadAnswer.oauthError(code, name, answer);
	}

	private static String error(String code) {
		return "{\"error\": \"" + code + "\"}";
	}

	private static ResponseDefinitionBuilder typed(String contentType) {
		return TokenServer.success().withHeader("Content-Type", contentType);
	}

	private static ResponseDefinitionBuilder html(int status) {
		return WireMock.aResponse()
			.withStatus(status)
			.withHeader("Content-Type", "text/html")
			.withBody("<html>Sorry</html>");
	}

	private static ResponseDefinitionBuilder redirect(int status) {
		return WireMock.aResponse().withStatus(status).withHeader("Location", "/elsewhere");
	}

	private static ResponseDefinitionBuilder challenge(String... challenges) {
		return html(401).withHeader("WWW-Authenticate", challenges);
	}

	private static ResponseDefinitionBuilder member(String name, String value) {
		return TokenServer.json(200,
				TOKEN.replaceFirst("\"" + name + "\": [^,}]+", Matcher.quoteReplacement("\"" + name + "\": " + value)));
	}

	private static ResponseDefinitionBuilder extra(String name, String value) {
		return TokenServer.json(200, TOKEN.replace("{", "{\"" + name + "\": " + value + ", "));
	}

	/**
	 * {@return an answer whose body is said to be gzip}
	 */
	public static ResponseDefinitionBuilder gzip(ResponseDefinitionBuilder answer, byte[] body) {
		return answer.withHeader("Content-Encoding", "gzip").withBody(body);
	}

	/**
	 * {@return bytes, compressed}
	 */
	public static byte[] gzip(byte[] bytes) {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
			out.write(bytes);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return compressed.toByteArray();
	}

	// A good answer and then 64 MiB of spaces, in 64 KiB.
	private static byte[] bomb() {
		byte[] bytes = Arrays.copyOf(TOKEN.getBytes(StandardCharsets.UTF_8), 64 * 1024 * 1024);
		Arrays.fill(bytes, TOKEN.length(), bytes.length, (byte) ' ');
		return gzip(bytes);
	}

}
