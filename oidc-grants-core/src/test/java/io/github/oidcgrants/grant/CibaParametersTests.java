package io.github.oidcgrants.grant;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.UserEndpoints;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a backchannel authentication must and must not be asked with (OpenID Connect CIBA
 * Core 1.0 section 7.1): refused before the server hears of it.
 */
class CibaParametersTests {

	private static final List<String> HINTS = List.of("login_hint", "id_token_hint", "login_hint_token");

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
	}

	@Test
	void eachHintWillDoByValueAndBySupplier() {
		for (String hint : HINTS) {
			initiate(openid().parameter(hint, "of-user-1"));
			initiate(openid().parameter(hint, () -> "of-user-1"));
		}
		assertThat(this.users.requests(UserEndpoints.CIBA)).hasSize(6)
			.allMatch((request) -> request.getBodyAsString().contains("of-user-1"));
	}

	@Test
	void noHintIsRefused() {
		assertMisconfigured("there is none", () -> initiate(openid())).withMessageContaining(HINTS.toString());
		assertNothingSent();
	}

	static Stream<Arguments> severalHints() {
		return Stream.of(Arguments.of(List.of("login_hint", "id_token_hint")),
				Arguments.of(List.of("login_hint", "login_hint_token")),
				Arguments.of(List.of("id_token_hint", "login_hint_token")), Arguments.of(HINTS));
	}

	@ParameterizedTest
	@MethodSource("severalHints")
	void severalHintsAreRefused(List<String> names) {
		GrantParameters.Builder values = openid();
		names.forEach((name) -> values.parameter(name, "of-user-1"));
		assertMisconfigured("there are " + names, () -> initiate(values)).withMessageNotContaining("of-user-1");
		GrantParameters.Builder suppliers = openid();
		names.forEach((name) -> suppliers.parameter(name, () -> "of-user-1"));
		assertMisconfigured("there are " + names, () -> initiate(suppliers));
		assertNothingSent();
	}

	@Test
	void hintBesideTheOneOfTheRegistrationIsRefused() {
		GrantTemplate template = new GrantTemplate(rig.client(), TokenCache.create(),
				List.of(GrantRegistration.builder("users", rig.configuration())
					.parameters(openid().parameter("login_hint", "default").build())
					.build()));
		assertMisconfigured("there are [login_hint, id_token_hint]", () -> template
			.initiateBackchannelAuthentication("users", (more) -> more.parameter("id_token_hint", "own")));
		assertNothingSent();
		template.initiateBackchannelAuthentication("users", (more) -> more.parameter("login_hint", "own"));
		assertThat(this.users.form(UserEndpoints.CIBA)).containsEntry("login_hint", List.of("own"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "profile", "OpenID", "openid2 profile", "xopenid" })
	void scopeWithoutOpenidIsRefused(String scope) {
		assertMisconfigured("needs the scope 'openid'",
				() -> initiate(GrantParameters.builder().scope(scope).parameter("login_hint", "user-1")));
		assertMisconfigured("needs the scope 'openid'",
				() -> initiate(GrantParameters.builder().parameter("login_hint", "user-1")));
		assertNothingSent();
	}

	@ParameterizedTest
	@ValueSource(strings = { "1", "30", "0060", "999999999" })
	void requestedExpiryIsANumberOfSeconds(String seconds) {
		initiate(hinted().parameter("requested_expiry", seconds));
		assertThat(this.users.form(UserEndpoints.CIBA)).containsEntry("requested_expiry", List.of(seconds));
	}

	static Stream<Arguments> badExpiries() {
		Configuration unsigned = rig.configuration();
		Configuration signed = signed();
		return Stream
			.of("0", "00", "-1", "-0", "+5", "soon", "5s", "1.5", "1e3", " 5", "5 ", "1000000000", "9".repeat(100),
					"\u0665", "0x5", "\n5")
			.flatMap((seconds) -> Stream.of(Arguments.of(seconds, unsigned), Arguments.of(seconds, signed)));
	}

	@ParameterizedTest
	@MethodSource("badExpiries")
	void requestedExpiryThatIsNoPositiveNumberIsRefused(String seconds, Configuration configuration) {
		assertMisconfigured("'requested_expiry' is no positive number of seconds",
				() -> initiate(hinted().parameter("requested_expiry", seconds), configuration));
		assertNothingSent();
	}

	@ParameterizedTest
	@MethodSource("badExpiries")
	void requestedExpiryOfASupplierIsHeldToTheSame(String seconds, Configuration configuration) {
		Supplier<String> supplier = () -> seconds;
		assertMisconfigured("'requested_expiry' is no positive number of seconds",
				() -> initiate(hinted().parameter("requested_expiry", supplier), configuration));
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "request", "client_notification_token" })
	void whatIsMadeOfTheConfigurationCannotBeSet(String name) {
		for (Configuration configuration : List.of(rig.configuration(), signed(), ping())) {
			assertMisconfigured("cannot be set", () -> initiate(hinted().parameter(name, "own"), configuration));
			assertMisconfigured("cannot be set", () -> initiate(hinted().parameter(name, () -> "own"), configuration));
		}
		assertNothingSent();
	}

	@Test
	void serverThatOnlyOffersPollingIsFoundOutBeforePingIsAskedFor() {
		rig.metadata(Map.of("backchannel_token_delivery_modes_supported", List.of("poll")));
		assertMisconfigured("lists only the token delivery modes [poll]", () -> initiate(hinted(), ping()))
			.withMessageContaining("use polling");
		assertThat(this.users.requests(UserEndpoints.CIBA)).isEmpty();
		assertThat(rig.client().cibaNotifications()).hasToString("CibaNotifications[expected=0]");
	}

	@Test
	void serverThatOffersPingOrDoesNotSayIsAskedForIt() {
		initiate(hinted(), ping());
		rig.metadata(Map.of("backchannel_token_delivery_modes_supported", List.of("poll", "ping")));
		initiate(hinted(), ping());
		assertThat(this.users.requests(UserEndpoints.CIBA)).hasSize(2)
			.allMatch((request) -> request.getBodyAsString().contains("client_notification_token="));
	}

	@Test
	void noNotificationTokenIsSentWherePollingIsAgreedOn() {
		initiate(hinted());
		assertThat(this.users.form(UserEndpoints.CIBA)).doesNotContainKeys("client_notification_token", "request");
	}

	private static GrantParameters.Builder openid() {
		return GrantParameters.builder().scope("openid");
	}

	private static GrantParameters.Builder hinted() {
		return openid().parameter("login_hint", "user-1");
	}

	private static Configuration signed() {
		return rig.configuration(rig.server())
			.ciba(CibaOptions.builder().requestSigningKey(SigningKey.of(TestKeys.P256)).build())
			.build();
	}

	private static Configuration ping() {
		return rig.configuration(rig.server())
			.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
			.build();
	}

	private static void initiate(GrantParameters.Builder parameters) {
		initiate(parameters, rig.configuration());
	}

	private static void initiate(GrantParameters.Builder parameters, Configuration configuration) {
		rig.client().initiateBackchannelAuthentication(configuration, parameters.build());
	}

	private static void assertNothingSent() {
		assertThat(rig.http().getAllServeEvents()).isEmpty();
	}

}
