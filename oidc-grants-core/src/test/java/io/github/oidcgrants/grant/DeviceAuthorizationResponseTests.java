package io.github.oidcgrants.grant;

import java.net.URI;
import java.util.Map;
import java.util.stream.Stream;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.UserEndpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The codes of a device authorization (RFC 8628 section 3.2), and the address to which a
 * user is sent on the word of a server.
 */
class DeviceAuthorizationResponseTests {

	private static final String ADDRESS = "https://idp.example/device";

	private final Map<String, Object> answer = UserEndpoints.code();

	@Test
	void givesWhatTheServerSaid() {
		this.answer.put("verification_uri_complete", ADDRESS + "?user_code=WDJB-MJHT");
		DeviceAuthorizationResponse code = initiate(false);
		assertThat(code.deviceCode()).isEqualTo(UserEndpoints.DEVICE_CODE);
		assertThat(code.userCode()).isEqualTo(UserEndpoints.USER_CODE);
		assertThat(code.verificationUri()).hasToString(ADDRESS);
		assertThat(code.verificationUriComplete()).hasToString(ADDRESS + "?user_code=WDJB-MJHT");
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://idp.example", "HTTPS://IDP.EXAMPLE/device", "https://idp.example:8443/a/b",
			"https://[::1]/device", "https://127.0.0.1/device", "https://idp.example/device?a=b&c=d%20e#f",
			"https://xn--d-6fa.example/%E2%82%AC" })
	void anHttpsAddressIsGivenAsItIs(String address) {
		this.answer.put("verification_uri", address);
		this.answer.put("verification_uri_complete", address);
		assertThat(initiate(false).verificationUri()).hasToString(address);
		assertThat(initiate(false).verificationUriComplete()).hasToString(address);
	}

	static Stream<String> noAddresses() {
		return Stream.of("javascript:alert(1)", "JavaScript:alert(1)//https://idp.example",
				"javascript://idp.example/%0aalert(1)", "data:text/html,<script>alert(1)</script>",
				"data://idp.example/x", "file:///etc/passwd", "file://idp.example/x", "ftp://idp.example/device",
				"ws://idp.example/device", "intent://idp.example/#Intent;end", "mailto:user@idp.example", "about:blank",
				"/device", "device", "//idp.example/device", "idp.example/device", "idp.example:443/device", "https:",
				"https:/device", "https:idp.example", "https://", "https:///device", "https://:443/device",
				"https://idp.example:port/", "https://user@idp.example/device",
				"https://idp.example@evil.example/device", "https://user:password@idp.example/",
				"https://@idp.example/", "https://idp.example\\@evil.example/", "https://idp_1.example/device",
				"https://idp.example/a b", " https://idp.example/device", "https://idp.example/device ",
				"https://idp.example/<script>", "https://idp.example/\"onload=\"", "https://idp.example/%",
				"https://[::1/device", "?", "#", " ");
	}

	@ParameterizedTest
	@MethodSource("noAddresses")
	void whatIsNoAbsoluteHttpsAddressIsRefused(String address) {
		this.answer.put("verification_uri", address);
		assertMalformed("verification_uri is not an absolute https address", true);
		this.answer.put("verification_uri", ADDRESS);
		this.answer.put("verification_uri_complete", address);
		assertMalformed("verification_uri_complete is not an absolute https address", true);
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://idp.example/\n", "https://idp.example/\r\nX: y", "\thttps://idp.example/",
			"https://idp.example/\u0000", "https://idp.example/\u007f", "https://idp.example/\u202eecived",
			"https://idp.example/\u2066x", "https://idp\u200b.example/", "https://\u0456dp.example/",
			"\ufeffhttps://idp.example/", "https://idp.example/\u2028", "https://idp\uff0eexample/" })
	void addressWithControlOrForeignCharactersIsRefused(String address) {
		this.answer.put("verification_uri", address);
		assertMalformed("verification_uri has characters outside printable ASCII", true);
		this.answer.put("verification_uri", ADDRESS);
		this.answer.put("verification_uri_complete", address);
		assertMalformed("verification_uri_complete has characters outside printable ASCII", true);
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://idp.example/device", "HTTP://idp.example/device" })
	void httpIsRefusedUnlessInsecureRequestsAreAllowed(String address) {
		this.answer.put("verification_uri", address);
		this.answer.put("verification_uri_complete", address);
		assertMalformed("verification_uri is not an absolute https address", false);
		assertThat(initiate(true).verificationUri()).hasToString(address);
		assertThat(initiate(true).verificationUriComplete()).hasToString(address);
		this.answer.put("verification_uri", ADDRESS);
		assertMalformed("verification_uri_complete is not an absolute https address", false);
	}

	@ParameterizedTest
	@ValueSource(strings = { "verification_uri", "verification_uri_complete", "user_code" })
	void memberThatIsNoTextIsRefused(String name) {
		for (Object value : new Object[] { 1, true, Map.of("a", "b"), new String[] { ADDRESS } }) {
			this.answer.put(name, value);
			assertMalformed(name + " is not a string", true);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "verification_uri", "user_code" })
	void memberThatIsRequiredMustBeThere(String name) {
		this.answer.remove(name);
		assertMalformed("it has no " + name, true);
		this.answer.put(name, "");
		assertMalformed("it has no " + name, true);
	}

	@ParameterizedTest
	@ValueSource(strings = { "WDJB\nMJHT", "\u202eWDJB", "WDJB\u0007", "\u0416DJB" })
	void userCodeWithControlOrForeignCharactersIsRefused(String code) {
		this.answer.put("user_code", code);
		assertMalformed("user_code has characters outside printable ASCII", true);
	}

	@Test
	void completeAddressMayBeAbsent() {
		assertThat(initiate(false).verificationUriComplete()).isNull();
		this.answer.put("verification_uri_complete", "");
		assertThat(initiate(false).verificationUriComplete()).isNull();
	}

	@Test
	void aliasIsReadIfTheNameOfTheSpecificationIsAbsent() {
		this.answer.put("verification_url", "https://www.google.example/device");
		assertThat(initiate(false).verificationUri()).hasToString(ADDRESS);
		this.answer.remove("verification_uri");
		assertThat(initiate(false).verificationUri()).hasToString("https://www.google.example/device");
		this.answer.put("verification_uri", "");
		assertThat(initiate(false).verificationUri()).hasToString("https://www.google.example/device");
	}

	@Test
	void aliasDoesNotMendABadAddress() {
		this.answer.put("verification_uri", "javascript:alert(1)");
		this.answer.put("verification_url", ADDRESS);
		assertMalformed("verification_uri is not an absolute https address", true);
	}

	@ParameterizedTest
	@MethodSource("noAddresses")
	void aliasIsHeldToTheSame(String address) {
		this.answer.remove("verification_uri");
		this.answer.put("verification_url", address);
		assertMalformed("verification_url is not an absolute https address", true);
	}

	@Test
	void aliasThatIsNoTextIsRefused() {
		this.answer.remove("verification_uri");
		this.answer.put("verification_url", 1);
		assertMalformed("verification_url is not a string", true);
		this.answer.put("verification_url", "https://idp.example/\u202e");
		assertMalformed("verification_url has characters outside printable ASCII", true);
	}

	@Test
	void showsNeitherCodeNorWhatIsInTheAddress() {
		this.answer.put("verification_uri", ADDRESS + "?user_code=" + UserEndpoints.USER_CODE);
		assertThat(initiate(false).toString()).contains(ADDRESS)
			.doesNotContain(UserEndpoints.USER_CODE, UserEndpoints.DEVICE_CODE);
	}

	private DeviceAuthorizationResponse initiate(boolean allowHttp) {
		StubTransport transport = new StubTransport(
				(uri) -> StubTransport.json(200, JSONObjectUtils.toJSONString(this.answer)));
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.deviceAuthorizationEndpoint(URI.create("https://idp.example/device_authorization"))
			.build();
		try (GrantClient client = GrantClient.builder().transport(transport).build()) {
			return client.initiateDeviceAuthorization(
					Configuration.builder(server, "client").allowInsecureRequests(allowHttp).build(),
					GrantParameters.none());
		}
	}

	// What is refused may be a secret, or made to be shown.
	private void assertMalformed(String problem, boolean allowHttp) {
		assertFails(Kind.MALFORMED_RESPONSE, () -> initiate(allowHttp)).withMessageEndingWith(problem)
			.withMessageContaining("https://idp.example/device_authorization")
			.withMessageNotContaining(UserEndpoints.DEVICE_CODE)
			.withMessageNotContaining(UserEndpoints.USER_CODE)
			.withMessageNotContaining("alert");
	}

}
