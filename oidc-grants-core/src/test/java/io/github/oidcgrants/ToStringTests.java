package io.github.oidcgrants;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.cache.TokenCacheKey;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.cache.TokenCacheStatus;
import io.github.oidcgrants.cache.TokenSource;
import io.github.oidcgrants.cache.TokenStore;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.ClientAssertionOptions;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.ClientCredential;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.QuietLog;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.flight.Attempt;
import io.github.oidcgrants.flight.CoolDown;
import io.github.oidcgrants.flight.CoolDowns;
import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.flight.SingleFlight;
import io.github.oidcgrants.flight.Turns;
import io.github.oidcgrants.flight.Workers;
import io.github.oidcgrants.grant.BackchannelAuthenticationGrant;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.ClientCredentialsGrant;
import io.github.oidcgrants.grant.DeviceAuthorizationGrant;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GenericGrant;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.Initiation;
import io.github.oidcgrants.grant.PollScheduler;
import io.github.oidcgrants.grant.PollingListener;
import io.github.oidcgrants.grant.PollingProgress;
import io.github.oidcgrants.grant.RefreshTokenGrant;
import io.github.oidcgrants.grant.TokenEndpoint;
import io.github.oidcgrants.http.Challenge;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.http.JsonObject;
import io.github.oidcgrants.http.NotJsonException;
import io.github.oidcgrants.http.RetryAfter;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.idtoken.IdTokenExpectation;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.idtoken.IdTokenValidator;
import io.github.oidcgrants.idtoken.JwkSetSource;
import io.github.oidcgrants.jose.CryptoProviders;
import io.github.oidcgrants.jose.PrivateKeys;
import io.github.oidcgrants.jose.RandomText;
import io.github.oidcgrants.jose.Sha256;
import io.github.oidcgrants.jose.SharedSecret;
import io.github.oidcgrants.jose.SignatureAlgorithms;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.jose.VerificationKey;
import io.github.oidcgrants.managed.ManagedTokenListener;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.managed.ManagedTokens;
import io.github.oidcgrants.managed.TokenRefresher;
import io.github.oidcgrants.metadata.MetadataSource;
import io.github.oidcgrants.metadata.ServerMetadata;
import io.github.oidcgrants.resource.GrantInterceptor;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.Members;
import io.github.oidcgrants.token.TimedToken;
import io.github.oidcgrants.token.TokenCodec;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No {@code toString} of a public type shows a secret. A type that is added must be added
 * here.
 */
class ToStringTests {

	private static final String SECRET = "s3cr3t-value";

	private static final URI ENDPOINT = URI.create("https://user:" + SECRET + "@idp.example/token?code=" + SECRET);

	// Nobody can hold an instance, or it can hold nothing but names.
	private static final Set<Class<?>> WITHOUT_SECRETS = Set.of(RetryAfter.class, Transports.class,
			GrantException.Kind.class, ClientCredential.class, JsonObject.class, NotJsonException.class,
			SharedSecret.class, SignatureAlgorithms.class, CryptoProviders.class, PrivateKeys.class, RandomText.class,
			Sha256.class, PollingListener.class, PollingProgress.Event.class, TokenDeliveryMode.class, DPoPMode.class,
			DPoPRole.class, Attempt.class, TokenCacheStatus.State.class, TokenCodec.class, TokenSource.class,
			TokenStore.class, Workers.class, ManagedTokenListener.class, GrantOperations.class, ManagedTokenStore.class,
			TokenRefresher.class);

	static Stream<Object> instances() {
		TestClock clock = new TestClock();
		StubTransport transport = new StubTransport((uri) -> StubTransport.json(200, """
				{"access_token": "%1$s", "token_type": "Bearer", "refresh_token": "%1$s",
				"other": "%1$s"}""".formatted(SECRET)));
		ClientAuthentication authentication = ClientAuthentication.clientSecretPost(SECRET);
		AuthorizationServer.Builder serverBuilder = AuthorizationServer.builder()
			.tokenEndpoint(ENDPOINT)
			.member("registration_access_token", SECRET);
		AuthorizationServer server = serverBuilder.build();
		Configuration.Builder configurationBuilder = Configuration.builder(server, "client")
			.authentication(authentication);
		Configuration configuration = configurationBuilder.build();
		GrantParameters.Builder parametersBuilder = GrantParameters.builder()
			.parameter("assertion", SECRET)
			.parameter("subject_token", SECRET)
			.parameter("login_hint", SECRET);
		GrantParameters parameters = parametersBuilder.build();
		GrantRegistration registration = GrantRegistration.builder("r", configuration).parameters(parameters).build();
		GrantClient.Builder clientBuilder = GrantClient.builder().transport(transport).clock(clock);
		GrantClient client = clientBuilder.build();
		TokenCache.Builder cacheBuilder = TokenCache.builder()
			.clock(clock, clock::nanoTime)
			.store(TokenStore.inMemory());
		TokenCache cache = cacheBuilder.build();
		GrantTemplate template = new GrantTemplate(client, cache, List.of(registration));
		TokenEndpointResponse response = template.token("r");
		TokenCacheStatus status = cache.status();
		JsonHttp http = configuration.http(transport, null);
		HttpCall call = HttpCall.post(ENDPOINT)
			.secretParameter("assertion", SECRET)
			.header(HttpHeaders.AUTHORIZATION, "Basic " + SECRET);
		HttpAnswer answer = http.exchange(call);
		TokenEndpoint tokenEndpoint = new TokenEndpoint(transport, clock);
		TokenCacheKey.Builder keyBuilder = TokenCacheKey.builder("r", "g").field("assertion", List.of(SECRET));
		Redactor redactor = new Redactor();
		redactor.add(SECRET);
		SingleFlight<String, String> flight = new SingleFlight<>();
		ClientAssertionOptions.Builder assertionBuilder = ClientAssertionOptions.builder().claim("pin", SECRET);
		IdTokenRules.Builder rulesBuilder = IdTokenRules.builder().secret(() -> SECRET);
		IdTokenExpectation expectation = new IdTokenExpectation("https://idp.example", Set.of(), "client", List.of(),
				SECRET, SECRET, SECRET, null);
		DPoPHandle dpop = DPoPHandle.of(DPoPKeyPair.of(SigningKey.of(TestKeys.P256)));
		GrantRegistration.Builder registrationBuilder = GrantRegistration.builder("a", configuration)
			.allowedOrigins(List.of("https://api.example"));
		GrantTemplate calls = new GrantTemplate(client, cache, List.of(registrationBuilder.build()));
		GrantOptions.Builder options = GrantOptions.builder().cacheAs(SECRET).timeout(Duration.ofSeconds(1));
		Initiation initiation = new Initiation(transport, clock);
		PollScheduler polls = new PollScheduler(Runnable::run, 1, clock);
		StubTransport users = new StubTransport((uri) -> StubTransport.json(200, """
				{"device_code": "%1$s", "user_code": "%1$s", "verification_uri": "https://idp.example/device?code=%1$s",
				"auth_req_id": "%1$s", "expires_in": 60, "other": "%1$s"}""".formatted(SECRET)));
		DeviceAuthorizationResponse pending;
		BackchannelAuthenticationResponse authenticationRequest;
		try (GrantClient asks = GrantClient.builder().transport(users).build()) {
			pending = asks.initiateDeviceAuthorization(Configuration.builder(
					AuthorizationServer.builder().tokenEndpoint(ENDPOINT).deviceAuthorizationEndpoint(ENDPOINT).build(),
					"client")
				.build(), GrantParameters.none());
			authenticationRequest = asks
				.initiateBackchannelAuthentication(
						Configuration
							.builder(AuthorizationServer.builder()
								.tokenEndpoint(ENDPOINT)
								.backchannelAuthenticationEndpoint(ENDPOINT)
								.build(), "client")
							.build(),
						GrantParameters.builder().scope("openid").parameter("login_hint", SECRET).build());
		}
		PollingProgress progress = new PollingProgress(PollingProgress.Event.ASKING, 1, Duration.ofSeconds(5), null,
				Instant.EPOCH, null);
		CoolDowns<String> coolDowns = new CoolDowns<>((key) -> "r", clock::nanoTime, () -> 0.5, 10);
		coolDowns.failed(SECRET, GrantException.misconfigured("Why"), clock.nanoTime());
		Turns<String> turns = new Turns<>(1, (one) -> one);
		turns.add(SECRET);
		ManagedTokens managed = template.managed("r");
		managed.put(SECRET, response);
		return Stream.of(managed, managed.status(), coolDowns, turns, new FairExecutor(Runnable::run, 1),
				TokenServing.DEFAULTS, new CoolDown<>(SECRET, GrantException.misconfigured("Why"), 1, 0, 1, false),
				TimedToken.of(response, TokenServing.DEFAULTS, 0.5, clock.instant(), 0),
				new QuietLog(LogFactory.getLog(SECRET), clock::nanoTime), ManagedTokenStore.inMemory(),
				new ManagedTokenStore.Entry("revision", SECRET.getBytes(StandardCharsets.UTF_8)),
				new TokenRefresher.RefreshRequest(SECRET, null, null, parameters), dpop,
				DPoPKeyPair.of(SigningKey.of(TestKeys.P256)), DPoPKeyRing.of(dpop), registrationBuilder,
				new GrantInterceptor(calls, "a"),
				calls.authorize("a", HttpMethod.GET, URI.create("https://api.example/?code=" + SECRET)), authentication,
				ClientAuthentication.clientSecretBasic(SECRET), ClientAuthentication.none(), serverBuilder, server,
				ServerMetadata.of(Map.of("secret", SECRET)), configurationBuilder, configuration, parametersBuilder,
				parameters, registration, clientBuilder, client, cache, template, response, status,
				status.entries().get(0), status.entries().get(0).token(), status.counters(), status.store(),
				cacheBuilder, TokenCachePolicy.builder(), TokenCachePolicy.defaults(), http, call, answer,
				tokenEndpoint, new ClientCredentialsGrant(tokenEndpoint), keyBuilder, keyBuilder.build(), redactor,
				flight, options, options.build(), new Challenge("dpop", Map.of("nonce", SECRET)), assertionBuilder,
				assertionBuilder.build(), rulesBuilder, rulesBuilder.build(), expectation, new IdTokenValidator(clock),
				new JwkSetSource(clock::nanoTime), new GenericGrant(tokenEndpoint),
				new RefreshTokenGrant(tokenEndpoint), initiation, polls, pending, progress, client.cibaNotifications(),
				new DeviceAuthorizationGrant(initiation, tokenEndpoint, polls, clock), authenticationRequest,
				new BackchannelAuthenticationGrant(initiation, tokenEndpoint, polls, client.cibaNotifications(), clock),
				CibaOptions.builder(), CibaOptions.defaults(),
				new Members(response.members(), GrantException::misconfigured), SigningKey.of(TestKeys.P256),
				VerificationKey.ofSecret(JWSAlgorithm.HS256, SECRET.repeat(3)),
				MetadataSource.fixed(ServerMetadata.of(Map.of("secret", SECRET))), GrantException.misconfigured("Why"));
	}

	@ParameterizedTest(name = "{index}")
	@MethodSource("instances")
	void showsNoSecret(Object instance) {
		assertThat(instance.toString()).doesNotContain(SECRET);
	}

	@Test
	void coversEveryPublicType() {
		Set<String> covered = Stream.concat(instances().map(Object::getClass), WITHOUT_SECRETS.stream())
			.flatMap((type) -> type.isInterface() ? Stream.of(type) : Stream.of(type, type.getSuperclass()))
			.map(Class::getName)
			.collect(Collectors.toSet());
		Set<String> all = publicTypes().map(JavaClass::getName).collect(Collectors.toCollection(TreeSet::new));
		assertThat(all).hasSizeGreaterThan(20).isSubsetOf(covered);
	}

	@Test
	void isWrittenForEveryPublicTypeThatHoldsSomethingForLong() {
		List<String> without = publicTypes()
			.filter((type) -> !type.isInterface() && !type.isEnum() && !type.isAssignableTo(Throwable.class))
			.filter((type) -> !type.getSimpleName().equals("Builder"))
			.filter((type) -> !WITHOUT_SECRETS.contains(type.reflect()))
			.filter((type) -> type.tryGetMethod("toString").isEmpty())
			.map(JavaClass::getSimpleName)
			.sorted()
			.toList();
		// What these hold shows nothing of itself: paths, and the callers of a moment.
		assertThat(without).containsExactly("BackchannelAuthenticationGrant", "ClientCredentialsGrant",
				"DeviceAuthorizationGrant", "GenericGrant", "IdTokenValidator", "Initiation", "RefreshTokenGrant",
				"SingleFlight", "TokenEndpoint");
	}

	@Test
	void isNotTheOneThatComesWithARecordWhereThatHoldsSecrets() {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("access_token", SECRET);
		body.put("token_type", "Bearer");
		Function<String, GrantException> malformed = GrantException::misconfigured;
		TokenEndpointResponse response = TokenEndpointResponse.of(body, false, Instant.EPOCH, new TestClock(),
				malformed);
		assertThat(response.toString()).contains("accessToken=***", "refreshToken=null");
		assertThat(GrantParameters.builder().parameter("assertion", SECRET).scope("read").build())
			.hasToString("GrantParameters{assertion=***, scope=[read]}");
	}

	private static Stream<JavaClass> publicTypes() {
		return new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.github.oidcgrants")
			.stream()
			.filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC));
	}

}
