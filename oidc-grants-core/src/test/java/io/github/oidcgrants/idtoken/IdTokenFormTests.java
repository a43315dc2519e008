package io.github.oidcgrants.idtoken;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertIdTokenRefused;

/**
 * ID tokens that are none.
 */
class IdTokenFormTests {

	private static final Map<String, Object> HEADER = Map.of("alg", "RS256", "kid", "rsa");

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", ".", "..", "...", ".....", "a.b", "a.b.c.d", "a.b.c.d.e.f", ".b.c", "a..c", "a.b.c",
			"e30.e30.e30", "bnVsbA.e30.e30", "W10.e30.e30", "IjEi.e30.e30", "!.!.!", "....", "a.b.c.d.e",
			"eyJhbGciOjF9.e30.e30", "eyJhbGciOiJSUzI1NiIs.e30.e30", "%00.%00.%00" })
	void garbageIsRefused(String garbage) {
		assertIdTokenRefused("The ID token is refused", () -> rig.receive(garbage));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "null", "1", "\"text\"", "[]", "[{}]", "{", "{}}", "{} {}", "{\"a\":}",
			"{\"sub\":\"a\",\"sub\":\"b\"}", "{\"a\":NaN}", "{'a':1}", "\u0000" })
	void signedClaimsThatAreNoJsonObjectAreRefused(String payload) {
		assertIdTokenRefused("its claims are not a JSON object",
				() -> rig.receive(JwtMint.sign(TestKeys.RSA, HEADER, payload)));
	}

	@Test
	void claimThatStandsTwiceIsRefusedAtAnyDepth() {
		String claims = JSONObjectUtils.toJSONString(rig.claims());
		String twice = claims.substring(0, claims.length() - 1) + ",\"address\":{\"a\":1,\"a\":2}}";
		assertIdTokenRefused("its claims are not a JSON object",
				() -> rig.receive(JwtMint.sign(TestKeys.RSA, HEADER, twice)));
	}

	@Test
	void claimsNestedTooDeepAreRefused() {
		String deep = "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
		assertIdTokenRefused("its claims are not a JSON object",
				() -> rig.receive(JwtMint.sign(TestKeys.RSA, HEADER, deep)));
	}

	@Test
	void claimsThatAreNoUtf8AreRefused() {
		String header = Base64.getUrlEncoder()
			.withoutPadding()
			.encodeToString("{\"alg\":\"RS256\",\"kid\":\"rsa\"}".getBytes(StandardCharsets.UTF_8));
		String payload = Base64.getUrlEncoder()
			.withoutPadding()
			.encodeToString(new byte[] { '{', '"', (byte) 0xC3, '"', ':', '1', '}' });
		Configuration trusting = rig.configuration(IdTokenRules.builder().verifySignature(false).build());
		assertIdTokenRefused("its claims are not a JSON object",
				() -> rig.receive(header + "." + payload + ".AA", trusting));
	}

	@Test
	void headerNestedTooDeepIsRefused() {
		String deep = "{\"alg\":\"RS256\",\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
		assertIdTokenRefused("The ID token is refused", () -> rig.receive(JwtMint.unsigned(deep, "{}") + ".AA"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"alg\":null", "\"kid\":1", "\"jwk\":null", "\"jwk\":{}", "\"jwk\":1", "\"x5c\":null",
			"\"x5c\":[1]", "\"crit\":null", "\"crit\":[1]", "\"crit\":\"exp\"", "\"typ\":null", "\"b64\":1",
			"\"jku\":\"::\"", "\"enc\":\"A128GCM\"" })
	void headerWithAMemberOfWrongTypeIsRefused(String member) {
		String algorithm = member.startsWith("\"alg\"") ? "" : "\"alg\":\"RS256\",";
		String header = "{" + algorithm + "\"kid\":\"other\"," + member + "}";
		String other = member.startsWith("\"kid\"") ? header.replace("\"kid\":\"other\",", "") : header;
		assertIdTokenRefused("The ID token is refused", () -> rig.receive(JwtMint.unsigned(other, "{}") + ".AA"));
	}

	@Test
	void headerMemberThatStandsTwiceIsRefused() {
		String header = "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa\"}";
		assertIdTokenRefused("its header is not that of a signed JWT",
				() -> rig.receive(JwtMint.unsigned(header, "{}") + ".AA"));
	}

}
