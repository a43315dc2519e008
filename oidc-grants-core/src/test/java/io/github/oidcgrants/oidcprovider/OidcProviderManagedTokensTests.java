package io.github.oidcgrants.oidcprovider;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedTokenListener;
import io.github.oidcgrants.managed.ManagedTokenStore;
import io.github.oidcgrants.oidcprovider.OidcProvider.Question;
import io.github.oidcgrants.resource.GrantInterceptor;
import io.github.oidcgrants.testing.Failures;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Managed tokens of a public client: its refresh tokens are bound to its key, each is
 * taken once, and one that comes twice ends the login.
 */
@OidcProviderTest
class OidcProviderManagedTokensTests {

	private static final String LOGIN = "tv";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@AutoClose
	private final OidcProvider provider = OidcProvider.start(
			List.of(OidcProvider.client("tv", List.of("urn:ietf:params:oauth:grant-type:device_code", "refresh_token"),
					Map.of("token_endpoint_auth_method", "none"))));

	@AutoClose
	private final GrantClient grants = GrantClient.create();

	private final DPoPKeyRing keys = DPoPKeyRing.of(DPoPHandle.of(DPoPKeyPair.random()));

	private final ManagedTokenStore store = ManagedTokenStore.inMemory();

	private final List<String> lost = new CopyOnWriteArrayList<>();

	OidcProviderManagedTokensTests() throws IOException {
	}

	private Configuration client() {
		return this.provider.client("tv").build();
	}

	private GrantTemplate process() {
		GrantTemplate template = new GrantTemplate(this.grants, TokenCache.create(),
				List.of(GrantRegistration.builder("tv", client())
					.grantType(AuthorizationGrantType.DEVICE_CODE)
					.keepLoginsAs(LOGIN)
					.dpop(this.keys, DPoPMode.REQUIRED)
					.allowedOrigins(List.of(this.provider.issuer()))
					.build()),
				this.store);
		template.managed("tv").listen(new ManagedTokenListener() {

			@Override
			public void lost(String registrationId, String name, GrantException reason) {
				OidcProviderManagedTokensTests.this.lost.add(String.valueOf(reason.getMessage()));
			}

		});
		return template;
	}

	private void logIn(GrantTemplate template) throws Exception {
		DeviceAuthorizationResponse pending = template.initiateDeviceAuthorization("tv",
				(ask) -> ask.scope("openid", "offline_access"));
		this.provider.decide(pending, OidcProvider.ADA);
		template.awaitDeviceAuthorizationGrant("tv", pending);
	}

	private TokenEndpointResponse logIn(DPoPHandle handle) throws Exception {
		DeviceAuthorizationResponse pending = this.grants.initiateDeviceAuthorization(client(),
				GrantParameters.builder().scope("openid", "offline_access").build());
		this.provider.decide(pending, OidcProvider.ADA);
		return this.grants.awaitDeviceAuthorizationGrant(client(), pending, GrantParameters.none(), with(handle),
				PATIENCE);
	}

	private static GrantOptions with(DPoPHandle handle) {
		return GrantOptions.builder().dpop(handle, DPoPMode.REQUIRED).build();
	}

	@Test
	void eight_threads_in_two_processes_lose_no_token_in_ten_rounds() throws Exception {
		List<GrantTemplate> processes = List.of(process(), process());
		logIn(processes.get(0));
		int before = this.provider.asked("/token").size();
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			Set<String> seen = new HashSet<>();
			for (int round = 1; round <= 10; round++) {
				// Nobody has asked for this yet: all must wait for a refresh.
				GrantParameters parameters = GrantParameters.builder().parameter("round", "r" + round).build();
				CyclicBarrier start = new CyclicBarrier(8);
				List<Future<String>> tokens = new ArrayList<>();
				for (int i = 0; i < 8; i++) {
					GrantTemplate process = processes.get(i % 2);
					tokens.add(threads.submit(() -> {
						start.await(20, TimeUnit.SECONDS);
						return process.managed("tv").token(LOGIN, parameters).accessToken();
					}));
				}
				Set<String> ofThisRound = new HashSet<>();
				for (Future<String> token : tokens) {
					ofThisRound.add(token.get(60, TimeUnit.SECONDS));
				}
				assertThat(ofThisRound).hasSize(1);
				assertThat(seen.addAll(ofThisRound)).isTrue();
			}
		}
		finally {
			threads.shutdownNow();
		}
		List<Question> asked = this.provider.asked("/token");
		assertThat(asked.subList(before, asked.size())).hasSize(10)
			.allSatisfy((question) -> assertThat(question.status()).isEqualTo(200));
		assertThat(this.lost).isEmpty();
	}

	@Test
	void a_protected_api_challenges_once() throws Exception {
		GrantTemplate template = process();
		logIn(template);
		RestClient api = RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory())
			.requestInterceptor(new GrantInterceptor(template, "tv"))
			.build();
		for (int i = 0; i < 2; i++) {
			assertThat(api.get().uri(this.provider.issuer() + "/me").retrieve().body(String.class))
				.contains(OidcProvider.ADA);
		}
		assertThat(this.provider.asked("/me")).extracting(Question::status).containsExactly(401, 200, 200);
		assertThat(this.provider.asked("/me")).extracting(Question::error)
			.containsExactly("use_dpop_nonce", null, null);
	}

	@Test
	void a_login_whose_refresh_token_came_twice_is_lost() throws Exception {
		GrantTemplate template = process();
		TokenEndpointResponse login = logIn(this.keys.current());
		template.managed("tv").put(LOGIN, login);
		GrantParameters anew = GrantParameters.builder().parameter("round", "anew").build();
		template.managed("tv").token(LOGIN, anew);
		Failures.assertRefused(400, "invalid_grant", () -> this.grants.refreshTokenGrant(client(), login,
				GrantParameters.none(), with(this.keys.current())));
		GrantParameters again = GrantParameters.builder().parameter("round", "again").build();
		Failures.assertRefused(400, "invalid_grant", () -> template.managed("tv").token(LOGIN, again));
		// Listeners hear of it beside the callers.
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(this.lost).hasSize(1));
	}

	@Test
	void a_refresh_token_is_good_with_its_key_only() throws Exception {
		String refreshToken = Objects.requireNonNull(logIn(this.keys.current()).refreshToken());
		Failures.assertRefused(400, "invalid_grant", () -> this.grants.refreshTokenGrant(client(), refreshToken,
				GrantParameters.none(), with(DPoPHandle.of(DPoPKeyPair.random()))));
		assertThat(
				this.grants.refreshTokenGrant(client(), refreshToken, GrantParameters.none(), with(this.keys.current()))
					.dpopThumbprint())
			.isEqualTo(this.keys.current().thumbprint());
	}

}
