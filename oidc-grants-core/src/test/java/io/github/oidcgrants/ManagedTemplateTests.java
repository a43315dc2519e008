package io.github.oidcgrants;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.resource.GrantInterceptor;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.web.client.RestClient;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Managed tokens of a registration: through restarts, with DPoP keys, and of logins that
 * keep themselves.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagedTemplateTests {

	private final TestClock time = new TestClock();

	@AutoClose
	private final RotatingServer server = new RotatingServer(this.time);

	@AutoClose
	private final GrantClient client = GrantClient.builder().clock(this.time).build();

	private final ManagedTokenStore store = ManagedTokenStore.inMemory();

	private final DPoPKeyRing keys = ring();

	private DPoPKeyRing ring() {
		return DPoPKeyRing.of(DPoPHandle.of(DPoPKeyPair.random()), this.time);
	}

	private Configuration configuration(ClientAuthentication authentication) {
		return Configuration
			.builder(AuthorizationServer.builder().issuer(this.server.issuer()).nanoTime(this.time::nanoTime).build(),
					AuthorizationServerRig.CLIENT_ID)
			.authentication(authentication)
			.allowInsecureRequests(true)
			.build();
	}

	private GrantRegistration.Builder registration() {
		return registration(ClientAuthentication.none());
	}

	private GrantRegistration.Builder registration(ClientAuthentication authentication) {
		return GrantRegistration.builder("app", configuration(authentication))
			.allowedOrigins(List.of(this.server.issuer()));
	}

	/**
	 * {@return a template as it is after a start}
	 */
	private GrantTemplate start(GrantRegistration.Builder registration) {
		return start(registration, this.store);
	}

	private GrantTemplate start(GrantRegistration.Builder registration, ManagedTokenStore store) {
		return new GrantTemplate(this.client, TokenCache.create(this.time, this.time::nanoTime),
				List.of(registration.build()), store);
	}

	private static TokenEndpointResponse login(GrantTemplate template) {
		return template.genericGrantRequest("app", RotatingServer.LOGIN, (ask) -> ask.parameter("user", "ada"));
	}

	private void expire() {
		this.time.advance(Duration.ofHours(1));
	}

	@Test
	void aTemplateOnTheSameStoreGivesTheTokenWithoutARequest() {
		GrantTemplate first = start(registration());
		first.managed("app").put("ada", login(first));
		GrantTemplate second = start(registration());
		assertThat(second.managed("app").token("ada").accessToken()).isEqualTo("access-ada-1");
		expire();
		assertThat(second.managed("app").token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(first.managed("app").token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.server.refreshed()).containsExactly("refresh-ada-1");
	}

	@Test
	void theyAreServedAsTheRegistrationSaysOfItsCache() {
		GrantTemplate template = start(
				registration().cachePolicy(TokenCachePolicy.builder().refreshAhead(false).skew(Duration.ZERO).build()));
		template.managed("app").put("ada", login(template));
		this.time.advance(Duration.ofMinutes(5).minusMillis(1));
		assertThat(template.managed("app").token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.server.refreshed()).isEmpty();
		this.time.advance(Duration.ofMillis(1));
		assertThat(template.managed("app").token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void whatCouldNotBeWrittenIsWrittenWhenTheTemplateIsClosed() {
		AtomicBoolean full = new AtomicBoolean();
		GrantTemplate template = start(registration(), new Persistent(this.store, full));
		template.managed("app").put("ada", login(template));
		expire();
		full.set(true);
		template.managed("app").token("ada");
		full.set(false);
		template.close();
		assertThat(start(registration()).managed("app").token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.server.refreshed()).hasSize(1);
	}

	@Test
	void aRegistrationThatIsNotThereHasNoTokens() {
		assertMisconfigured("There is no registration 'other'", () -> start(registration()).managed("other"));
	}

	@Test
	void anotherServerOrClientDoesNotFindTheTokens() {
		GrantTemplate first = start(registration());
		first.managed("app").put("ada", login(first));
		Configuration other = Configuration
			.builder(AuthorizationServer.builder().issuer("http://127.0.0.1:1").build(),
					AuthorizationServerRig.CLIENT_ID)
			.allowInsecureRequests(true)
			.build();
		assertMisconfigured("has no tokens under that name",
				() -> start(GrantRegistration.builder("app", other)).managed("app").token("ada"));
		assertThat(this.server.refreshed()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void boundTokensAreUsedAfterARestartWithTheirKey(boolean isPublic) {
		this.server.bindsRefreshTokens = isPublic;
		ClientAuthentication authentication = isPublic ? ClientAuthentication.none()
				: ClientAuthentication.clientSecretPost("s-1");
		GrantTemplate first = start(registration(authentication).dpop(this.keys, DPoPMode.REQUIRED));
		first.managed("app").put("ada", login(first));
		GrantTemplate second = start(registration(authentication).dpop(this.keys, DPoPMode.REQUIRED));
		TokenEndpointResponse kept = second.managed("app").token("ada");
		assertThat(kept.dpopThumbprint()).isEqualTo(this.keys.current().thumbprint());
		expire();
		assertThat(second.managed("app").token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.server.refused).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "REQUIRED", "OFF" })
	void theRefreshTokenOfAPublicClientIsNotSentWithoutItsKey(DPoPMode mode) {
		this.server.bindsRefreshTokens = true;
		GrantTemplate first = start(registration().dpop(this.keys, DPoPMode.REQUIRED));
		first.managed("app").put("ada", login(first));
		GrantTemplate second = start(registration().dpop((mode == DPoPMode.OFF) ? this.keys : ring(), mode));
		assertMisconfigured("is bound to a DPoP key that is not here: nothing was sent",
				() -> second.managed("app").token("ada"));
		assertThat(this.server.refreshed()).isEmpty();
		assertThat(start(registration().dpop(this.keys, DPoPMode.REQUIRED)).managed("app").token("ada").accessToken())
			.isEqualTo("access-ada-1");
	}

	@Test
	void aConfidentialClientGetsATokenForItsNewKey() {
		ClientAuthentication secret = ClientAuthentication.clientSecretPost("s-1");
		GrantTemplate first = start(registration(secret).dpop(this.keys, DPoPMode.REQUIRED));
		first.managed("app").put("ada", login(first));
		DPoPKeyRing next = ring();
		TokenEndpointResponse token = start(registration(secret).dpop(next, DPoPMode.REQUIRED)).managed("app")
			.token("ada");
		assertThat(token.accessToken()).isEqualTo("access-ada-2");
		assertThat(token.dpopThumbprint()).isEqualTo(next.current().thumbprint());
	}

	@Test
	void theKeyOfAPublicClientStaysThroughRotations() {
		this.server.bindsRefreshTokens = true;
		GrantTemplate template = start(registration().dpop(this.keys, DPoPMode.REQUIRED));
		template.managed("app").put("ada", login(template));
		String thumbprint = this.keys.current().thumbprint();
		for (int day = 0; day < 60; day++) {
			this.keys.rotate(DPoPHandle.of(DPoPKeyPair.random()));
			this.time.advance(Duration.ofDays(1));
			assertThat(template.managed("app").token("ada").dpopThumbprint()).isEqualTo(thumbprint);
		}
		assertThat(this.server.refused).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theKeyOfALoginStaysAsLongAsItIsRefreshed(boolean rotates) {
		this.server.bindsRefreshTokens = true;
		this.server.rotates = rotates;
		GrantTemplate template = start(registration().dpop(this.keys, DPoPMode.REQUIRED));
		String thumbprint = this.keys.current().thumbprint();
		template.managed("app").put("ada", login(template));
		this.keys.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		for (int day = 0; day < 60; day++) {
			this.time.advance(Duration.ofDays(1));
			assertThat(template.managed("app").token("ada").dpopThumbprint()).isEqualTo(thumbprint);
		}
		this.time.advance(Duration.ofDays(30));
		this.keys.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		assertMisconfigured("is bound to a DPoP key that is not here", () -> template.managed("app").token("ada"));
		assertThat(this.server.refused).hasValue(0);
	}

	@Test
	void theKeyOfALoginThatIsHandedOverAfterARestartStays() {
		this.server.bindsRefreshTokens = true;
		TokenEndpointResponse login = login(start(registration().dpop(this.keys, DPoPMode.REQUIRED)));
		DPoPKeyRing restarted = DPoPKeyRing.of(this.keys.current(), this.time);
		GrantTemplate template = start(registration().dpop(restarted, DPoPMode.REQUIRED));
		template.managed("app").put("ada", login);
		rotateAndGoOn(restarted, template);
	}

	@Test
	void theKeyOfALoginThatIsReadAfterARestartStays() {
		this.server.bindsRefreshTokens = true;
		GrantTemplate first = start(registration().dpop(this.keys, DPoPMode.REQUIRED));
		first.managed("app").put("ada", login(first));
		DPoPKeyRing restarted = DPoPKeyRing.of(this.keys.current(), this.time);
		GrantTemplate template = start(registration().dpop(restarted, DPoPMode.REQUIRED));
		assertThat(template.managed("app").token("ada").accessToken()).isEqualTo("access-ada-1");
		rotateAndGoOn(restarted, template);
	}

	@Test
	void theKeyOfALoginThatNobodyAskedForSinceTheRestartStays() {
		this.server.bindsRefreshTokens = true;
		ManagedTokenStore persistent = new Persistent(this.store);
		GrantTemplate first = start(registration().dpop(this.keys, DPoPMode.REQUIRED), persistent);
		first.managed("app").put("ada", login(first));
		DPoPKeyRing restarted = DPoPKeyRing.of(this.keys.current(), this.time);
		rotateAndGoOn(restarted, start(registration().dpop(restarted, DPoPMode.REQUIRED), persistent));
	}

	private void rotateAndGoOn(DPoPKeyRing ring, GrantTemplate template) {
		String thumbprint = this.keys.current().thumbprint();
		ring.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		this.time.advance(Duration.ofDays(29));
		TokenEndpointResponse token = template.managed("app").token("ada");
		assertThat(token.accessToken()).isEqualTo("access-ada-2");
		assertThat(token.dpopThumbprint()).isEqualTo(thumbprint);
		assertThat(this.server.refused).hasValue(0);
	}

	@Test
	void aLoginLivesOnWithAKeyThatIsConfiguredAsRetired() {
		this.server.bindsRefreshTokens = true;
		GrantTemplate first = start(registration().dpop(this.keys, DPoPMode.REQUIRED));
		first.managed("app").put("ada", login(first));
		DPoPHandle next = DPoPHandle.of(DPoPKeyPair.random());
		GrantTemplate second = start(
				registration().dpop(DPoPKeyRing.of(next, this.time, this.keys.current()), DPoPMode.REQUIRED));
		this.time.advance(Duration.ofDays(90));
		assertThat(second.managed("app").token("ada").dpopThumbprint()).isEqualTo(this.keys.current().thumbprint());
		assertThat(login(second).dpopThumbprint()).isEqualTo(next.thumbprint());
		assertThat(this.server.refused).hasValue(0);
	}

	private GrantRegistration.Builder device() {
		return keeping(AuthorizationGrantType.DEVICE_CODE);
	}

	private GrantRegistration.Builder keeping(AuthorizationGrantType grantType) {
		return registration().grantType(grantType).keepLoginsAs("main");
	}

	private static TokenEndpointResponse logIn(GrantTemplate template) {
		return template.awaitDeviceAuthorizationGrant("app", template.initiateDeviceAuthorization("app"),
				Duration.ofSeconds(20));
	}

	private TokenEndpointResponse logIn(GrantTemplate template, AuthorizationGrantType grantType) {
		if (AuthorizationGrantType.DEVICE_CODE.equals(grantType)) {
			return logIn(template);
		}
		this.server.givesIdTokens = true;
		TokenEndpointResponse login = template.awaitBackchannelAuthenticationGrant("app", template
			.initiateBackchannelAuthentication("app", (ask) -> ask.scope("openid").parameter("login_hint", "user")),
				Duration.ofSeconds(20));
		assertThat(login.claims().getSubject()).isEqualTo("user");
		return login;
	}

	@ParameterizedTest
	@ValueSource(strings = { "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba" })
	void aRegistrationKeepsItsLoginsByItself(AuthorizationGrantType grantType) {
		GrantTemplate template = start(keeping(grantType));
		assertMisconfigured("has no tokens under that name", () -> template.token("app"));
		TokenEndpointResponse login = logIn(template, grantType);
		assertThat(login.refreshToken()).as("two would use it").isNull();
		assertThat(template.token("app").accessToken()).isEqualTo(login.accessToken());
		expire();
		assertThat(template.token("app").accessToken()).isEqualTo("access-user-2");
		assertThat(template.managed("app").token("main").accessToken()).isEqualTo("access-user-2");
		logIn(template, grantType);
		assertThat(template.token("app").accessToken()).isEqualTo("access-user-3");
		assertThat(start(keeping(grantType)).token("app").accessToken()).isEqualTo("access-user-3");
	}

	/**
	 * Else the calls of one user would be made in the name of another.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba" })
	void aLoginThatCannotBeKeptEndsTheOneBefore(AuthorizationGrantType grantType) {
		GrantTemplate template = start(keeping(grantType));
		logIn(template, grantType);
		this.server.givesRefreshTokens = false;
		assertThat(logIn(template, grantType).accessToken()).isEqualTo("access-user-2");
		assertMisconfigured("has no tokens under that name", () -> template.token("app"));
	}

	@Test
	void aRegistrationThatKeepsNoLoginsHasNoTokenOfItsOwn() {
		GrantTemplate template = start(registration().grantType(AuthorizationGrantType.DEVICE_CODE));
		TokenEndpointResponse login = logIn(template);
		assertThat(login.refreshToken()).isEqualTo("refresh-user-1");
		assertMisconfigured("keep-logins-as", () -> template.token("app"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void loginsAreNotKeptUnderABlankName(String name) {
		GrantRegistration.Builder registration = registration().keepLoginsAs(name);
		assertMisconfigured("keep-logins-as", registration::build);
	}

	@Test
	void callsOfAnApiCarryTheTokenOfTheLogin() {
		GrantTemplate template = start(device());
		logIn(template);
		assertThat(call(template)).isEqualTo(200);
		expire();
		assertThat(call(template)).isEqualTo(200);
		assertThat(this.server.calls).containsExactly("Bearer access-user-1", "Bearer access-user-2");
	}

	@Test
	void aBearerTokenOfALoginFromBeforeDPoPWasRequiredIsHeldBack() {
		logIn(start(device()));
		GrantTemplate template = start(device().dpop(this.keys, DPoPMode.REQUIRED));
		assertMisconfigured("is a Bearer token, although DPoP is required: nothing was sent", () -> call(template));
		assertThat(this.server.calls).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "REQUIRED", "OFF" })
	void theTokenOfALoginIsNotSentToTheApiWithoutItsKey(DPoPMode mode) {
		this.server.bindsRefreshTokens = true;
		GrantTemplate first = start(device().dpop(this.keys, DPoPMode.REQUIRED));
		logIn(first);
		assertThat(call(first)).isEqualTo(200);
		GrantTemplate second = start(device().dpop((mode == DPoPMode.OFF) ? this.keys : ring(), mode));
		assertMisconfigured("is bound to a DPoP key that is not here: nothing was sent", () -> call(second));
		assertThat(this.server.calls).containsExactly("DPoP access-user-1");
		assertThat(this.server.refreshed()).isEmpty();
	}

	@Test
	void aTokenThatTheApiDoesNotTakeIsReplacedOnce() {
		GrantTemplate template = start(device());
		logIn(template);
		this.server.revoked.add("Bearer access-user-1");
		assertThat(call(template)).isEqualTo(200);
		assertThat(this.server.calls).containsExactly("Bearer access-user-1", "Bearer access-user-2");
		assertThat(this.server.refreshed()).hasSize(1);
	}

	@Test
	void anApiThatTakesNoTokenCostsOneRefreshInThirtySeconds() {
		this.server.expiresIn = 3600;
		GrantTemplate template = start(device());
		logIn(template);
		this.server.apiTakesNoToken = true;
		for (int second = 0; second < 60; second++) {
			assertThat(call(template)).isEqualTo(401);
			this.time.advance(Duration.ofMillis(500));
		}
		// System.nanoTime() counts the thirty seconds here, and hardly any of it passed.
		assertThat(this.server.refreshed()).hasSize(1);
	}

	@Test
	void aLoginThatIsLostFailsTheCallAndNothingIsSentToTheApi() {
		GrantTemplate template = start(device());
		logIn(template);
		this.server.end("user");
		expire();
		assertFails(Kind.OAUTH_ERROR, () -> call(template));
		assertFails(Kind.OAUTH_ERROR, () -> call(template)).withMessageContaining("nothing was sent");
		assertThat(this.server.calls).isEmpty();
		assertThat(this.server.refreshed()).hasSize(1);
	}

	@Test
	void parametersNameOneOfSeveralResources() {
		GrantTemplate template = start(device());
		logIn(template);
		TokenEndpointResponse audit = template.managed("app")
			.token("main", GrantParameters.builder().resource("https://audit.example").build());
		assertThat(audit.accessToken()).isEqualTo("access-user-2");
		assertThat(template.token("app").accessToken()).isEqualTo("access-user-1");
	}

	private int call(GrantTemplate template) {
		return RestClient.builder()
			.requestInterceptor(new GrantInterceptor(template, "app"))
			.build()
			.get()
			.uri(this.server.issuer() + "/api")
			.exchangeForRequiredValue((request, response) -> response.getStatusCode().value());
	}

	/**
	 * A store that says it outlives the application.
	 *
	 * @param entries what is in it
	 * @param isFull whether it takes nothing at the moment
	 */
	private record Persistent(ManagedTokenStore entries, AtomicBoolean isFull) implements ManagedTokenStore {

		Persistent(ManagedTokenStore entries) {
			this(entries, new AtomicBoolean());
		}

		@Override
		public @Nullable Entry load(String key) {
			return this.entries.load(key);
		}

		@Override
		public boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next, Duration timeToLive) {
			if (this.isFull.get()) {
				throw new IllegalStateException("The store is full");
			}
			return this.entries.compareAndSet(key, expectedRevision, next, timeToLive);
		}

		@Override
		public boolean delete(String key, String expectedRevision) {
			return this.entries.delete(key, expectedRevision);
		}

		@Override
		public boolean acquireLease(String key, String owner, Duration time) {
			return this.entries.acquireLease(key, owner, time);
		}

		@Override
		public void releaseLease(String key, String owner) {
			this.entries.releaseLease(key, owner);
		}

	}

}
