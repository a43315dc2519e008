package io.github.oidcgrants;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.PollingProgress.Event;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.UserEndpoints;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What a caller adds to the grants that need a user, and hears of them: it gets to the
 * server and back each time, whoever is asked for the grant.
 */
class UserGrantProgressTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private final Configuration configuration = rig.configuration();

	private final GrantTemplate template = new GrantTemplate(rig.client(), TokenCache.create(),
			List.of(GrantRegistration.builder("users", this.configuration)
				.parameters(GrantParameters.builder().scope("openid").parameter("ui_locales", "fr").build())
				.build()));

	private final AtomicInteger made = new AtomicInteger();

	private final GrantParameters toBegin = GrantParameters.builder()
		.scope("openid", "profile")
		.resource("https://a.example", "https://b.example")
		.parameter("login_hint", "user-1")
		.parameter("binding_message", "Größe 10 €&=+")
		.parameter("made", () -> "to begin")
		.build();

	private final GrantParameters toAsk = GrantParameters.builder()
		.resource("https://c.example", "https://d.example")
		.parameter("größe", "12 €&=+")
		.parameter("made", () -> "to ask " + this.made.incrementAndGet())
		.build();

	private final List<PollingProgress> progress = new CopyOnWriteArrayList<>();

	private final GrantOptions options = GrantOptions.builder().pollingListener(this.progress::add).build();

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
	}

	@ParameterizedTest
	@EnumSource
	void eachQuestionHasWhatIsAskedForBesidesAndTheListenerHearsOfEach(Way way) {
		answers(error(400, "authorization_pending"), error(503, "busy"), error(400, "slow_down"));
		CompletableFuture<TokenEndpointResponse> poll = way.poll(this);
		try {
			Awaitility.await().atMost(LONG).until(() -> this.progress.size() == 6);
		}
		finally {
			poll.cancel(false);
		}
		assertBegun(way);
		assertAsked(way, 3);
		assertThat(this.progress)
			.extracting(PollingProgress::event, PollingProgress::asked, (heard) -> heard.interval().toSeconds(),
					(heard) -> (heard.nextAt() != null) ? Duration.between(TestClock.START, heard.nextAt()).toSeconds()
							: null,
					(heard) -> (heard.reason() != null) ? heard.reason().getError().getErrorCode() : null)
			.containsExactly(tuple(Event.ASKING, 1, 1L, null, null),
					tuple(Event.PENDING, 1, 1L, 1L, "authorization_pending"), tuple(Event.ASKING, 2, 1L, null, null),
					tuple(Event.RETRYING, 2, 1L, 2L, "unexpected_status"), tuple(Event.ASKING, 3, 1L, null, null),
					tuple(Event.SLOWED_DOWN, 3, 6L, 6L, "slow_down"));
		assertThat(this.progress)
			.allSatisfy((heard) -> assertThat(heard.expiresAt()).isEqualTo(TestClock.START.plusSeconds(600)));
	}

	@ParameterizedTest
	@EnumSource
	void awaitingPassesOnTheSame(Way way) {
		rig.answer(Map.of("id_token", JwtMint.sign(TestKeys.RSA, "RS256", rig.claims())));
		assertThat(way.await(this).accessToken()).isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
		assertBegun(way);
		assertAsked(way, 1);
		assertThat(this.progress).extracting(PollingProgress::event).containsExactly(Event.ASKING);
	}

	private DeviceAuthorizationResponse code() {
		return this.template.initiateDeviceAuthorization("users", this.toBegin, this.options);
	}

	private BackchannelAuthenticationResponse authenticationRequest() {
		return this.template.initiateBackchannelAuthentication("users", this.toBegin, this.options);
	}

	private void assertBegun(Way way) {
		assertThat(this.users.form(way.isCiba() ? UserEndpoints.CIBA : UserEndpoints.DEVICE))
			.containsEntry("scope", List.of("openid profile"))
			.containsEntry("resource", List.of("https://a.example", "https://b.example"))
			.containsEntry("login_hint", List.of("user-1"))
			.containsEntry("binding_message", List.of("Größe 10 €&=+"))
			.containsEntry("made", List.of("to begin"));
	}

	private static void assertAsked(Way way, int times) {
		assertThat(rig.tokenRequests()).hasSize(times)
			.map(AuthorizationServerRig::form)
			.allSatisfy((form) -> assertThat(form)
				.containsEntry(way.isCiba() ? "auth_req_id" : "device_code",
						List.of(way.isCiba() ? UserEndpoints.AUTH_REQ_ID : UserEndpoints.DEVICE_CODE))
				.containsEntry("resource", List.of("https://c.example", "https://d.example"))
				.containsEntry("größe", List.of("12 €&=+"))
				.doesNotContainKeys("scope", "login_hint", "binding_message", "ui_locales"))
			.map((form) -> form.getFirst("made"))
			.containsExactlyInAnyOrderElementsOf(List.of("to ask 1", "to ask 2", "to ask 3").subList(0, times));
	}

	private static void answers(ResponseDefinitionBuilder... answers) {
		for (int i = 0; i < answers.length; i++) {
			rig.http()
				.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
					.inScenario("answers")
					.whenScenarioStateIs((i == 0) ? Scenario.STARTED : "answered " + i)
					.willReturn(answers[i])
					.willSetStateTo("answered " + (i + 1)));
		}
	}

	private static ResponseDefinitionBuilder error(int status, String code) {
		return AuthorizationServerRig.json(status, Map.of("error", code));
	}

	/**
	 * Who is asked for which grant.
	 */
	enum Way {

		DEVICE_BY_TEMPLATE {

			@Override
			CompletableFuture<TokenEndpointResponse> poll(UserGrantProgressTests test) {
				return test.template.pollDeviceAuthorizationGrant("users", test.code(), test.toAsk, test.options);
			}

			@Override
			TokenEndpointResponse await(UserGrantProgressTests test) {
				return test.template.awaitDeviceAuthorizationGrant("users", test.code(), test.toAsk, test.options,
						LONG);
			}

		},

		CIBA_BY_TEMPLATE {

			@Override
			CompletableFuture<TokenEndpointResponse> poll(UserGrantProgressTests test) {
				return test.template.pollBackchannelAuthenticationGrant("users", test.authenticationRequest(),
						test.toAsk, test.options);
			}

			@Override
			TokenEndpointResponse await(UserGrantProgressTests test) {
				return test.template.awaitBackchannelAuthenticationGrant("users", test.authenticationRequest(),
						test.toAsk, test.options, LONG);
			}

		},

		CIBA_BY_CLIENT {

			@Override
			CompletableFuture<TokenEndpointResponse> poll(UserGrantProgressTests test) {
				return rig.client()
					.pollBackchannelAuthenticationGrant(test.configuration, begun(test), test.toAsk, test.options);
			}

			@Override
			TokenEndpointResponse await(UserGrantProgressTests test) {
				return rig.client()
					.awaitBackchannelAuthenticationGrant(test.configuration, begun(test), test.toAsk, test.options,
							LONG);
			}

			private BackchannelAuthenticationResponse begun(UserGrantProgressTests test) {
				return rig.client()
					.initiateBackchannelAuthentication(test.configuration, test.toBegin, GrantOptions.none());
			}

		};

		abstract CompletableFuture<TokenEndpointResponse> poll(UserGrantProgressTests test);

		abstract TokenEndpointResponse await(UserGrantProgressTests test);

		boolean isCiba() {
			return this != DEVICE_BY_TEMPLATE;
		}

	}

}
