package io.github.oidcgrants.grant;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.TokenServer;
import io.github.oidcgrants.testing.UserEndpoints;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What both answers that begin a wait have in common (RFC 8628 section 3.2, OpenID
 * Connect CIBA Core 1.0 section 7.3): how long it may take, how often to ask, and a code.
 */
@ParameterizedClass
@EnumSource
class PendingResponseTests {

	private static final String TEN_YEARS = "315360000";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@Parameter
	InitiationKind kind;

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
	}

	@ParameterizedTest
	@CsvSource({ "600, 600", "\"600\", 600", "0, 0", "\"0\", 0", "1.9, 1", "\"1.9\", 1", "0.5, 0", "6e2, 600",
			"1e-999, 0", TEN_YEARS + ", " + TEN_YEARS, "315360001, " + TEN_YEARS, "9223372036854775808, " + TEN_YEARS,
			"1e999, " + TEN_YEARS, "\"99999999999999999999\", " + TEN_YEARS })
	void expiresInIsANumberOfSecondsFromTheReceipt(String json, long seconds) {
		PendingResponse pending = initiate("expires_in", json);
		assertThat(pending.expiresIn()).isEqualTo(Duration.ofSeconds(seconds));
		assertThat(pending.expiresAt()).isEqualTo(rig.time.instant().plusSeconds(seconds));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "\"-1\"", "-0.1", "\"soon\"", "\"\"", "\" 600\"", "\"6e2\"", "true", "[600]", "{}" })
	void expiresInThatIsNoNumberOfSecondsIsRefused(String json) {
		assertMalformed("expires_in is not a number of seconds", "expires_in", json);
	}

	@Test
	void expiresInIsRequired() {
		assertMalformed("it has no expires_in", "expires_in", null);
		assertMalformed("it has no expires_in", "expires_in", "null");
	}

	@Test
	void timeLeftIsNeverNegative() {
		PendingResponse pending = initiate("expires_in", "10");
		rig.time.advance(Duration.ofSeconds(4));
		assertThat(pending.expiresIn()).isEqualTo(Duration.ofSeconds(6));
		rig.time.advance(Duration.ofSeconds(60));
		assertThat(pending.expiresIn()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "5, 5", "1, 1", "0, 1", "\"0\", 1", "0.4, 1", "1.9, 2", "\"5.1\", 6", "5.0, 5", "1e-999999999, 1",
			"\"7\", 7", "null, 5", "1e999, " + TEN_YEARS })
	void intervalIsANumberOfSecondsAndAtLeastOne(String json, long seconds) {
		assertThat(initiate("interval", json).interval()).isEqualTo(Duration.ofSeconds(seconds));
	}

	@Test
	void intervalIsFiveSecondsIfItIsAbsent() {
		assertThat(initiate("interval", null).interval()).isEqualTo(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-5", "\"-5\"", "\"often\"", "\"\"", "false", "[5]", "{}" })
	void intervalThatIsNoNumberOfSecondsIsRefused(String json) {
		assertMalformed("interval is not a number of seconds", "interval", json);
	}

	@ParameterizedTest
	@ValueSource(strings = { "1", "true", "[\"c\"]", "{}" })
	void codeThatIsNoTextIsRefused(String json) {
		assertMalformed(code() + " is not a string", code(), json);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"a\\nb\"", "\"a\\u0000b\"", "\"a\\u007fb\"", "\"a\\u202eb\"", "\"a\u00e4b\"" })
	void codeWithControlOrForeignCharactersIsRefused(String json) {
		assertMalformed(code() + " has characters outside printable ASCII", code(), json);
	}

	@Test
	void codeIsRequired() {
		assertMalformed("it has no " + code(), code(), null);
		assertMalformed("it has no " + code(), code(), "null");
		assertMalformed("it has no " + code(), code(), "\"\"");
	}

	@Test
	void everyOtherMemberCanBeRead() {
		PendingResponse pending = initiate("x", "[1, {\"a\": null}]");
		assertThat(pending.get("x")).hasToString("[1, {a=null}]");
		assertThat(pending.get("y")).isNull();
		assertThat(pending.members()).containsKeys(code(), "expires_in", "x").isUnmodifiable();
	}

	private String code() {
		return (this.kind == InitiationKind.CIBA) ? "auth_req_id" : "device_code";
	}

	private PendingResponse initiate(String name, String json) {
		Map<String, Object> members = (this.kind == InitiationKind.CIBA) ? UserEndpoints.authenticationRequest()
				: UserEndpoints.code();
		Map<String, String> body = new LinkedHashMap<>();
		members
			.forEach((member, value) -> body.put(member, (value instanceof String) ? "\"" + value + "\"" : "" + value));
		body.remove(name);
		if (json != null) {
			body.put(name, json);
		}
		this.users.answer(this.kind.path(), TokenServer.json(200, object(body)));
		return this.kind.initiate(rig.client(), rig.configuration());
	}

	private static String object(Map<String, String> members) {
		Stream<String> all = members.entrySet()
			.stream()
			.map((entry) -> "\"" + entry.getKey() + "\": " + entry.getValue());
		return "{" + String.join(", ", all.toList()) + "}";
	}

	private void assertMalformed(String problem, String name, String json) {
		assertFails(Kind.MALFORMED_RESPONSE, () -> initiate(name, json)).withMessageContaining(problem)
			.withMessageContaining(this.kind.path());
	}

}
