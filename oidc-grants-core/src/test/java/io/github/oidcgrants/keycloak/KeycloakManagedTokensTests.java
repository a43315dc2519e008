package io.github.oidcgrants.keycloak;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.managed.ManagedTokenListener;
import io.github.oidcgrants.managed.ManagedTokenStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Managed tokens of a realm that takes each refresh token once, and ends the session of
 * one that comes twice.
 */
@KeycloakTest
class KeycloakManagedTokensTests {

	private final Keycloak keycloak;

	KeycloakManagedTokensTests(Keycloak keycloak) {
		this.keycloak = keycloak;
	}

	private GrantTemplate process(ManagedTokenStore store) {
		return new GrantTemplate(this.keycloak.grants(), TokenCache.create(), List
			.of(GrantRegistration.builder("users", this.keycloak.clientWithSecret(Realm.userClient("RS256"))).build()),
				store);
	}

	@Test
	void eight_threads_in_two_processes_lose_no_token_in_ten_rounds() throws Exception {
		ManagedTokenStore store = ManagedTokenStore.inMemory();
		List<GrantTemplate> processes = List.of(process(store), process(store));
		List<String> lost = new CopyOnWriteArrayList<>();
		processes.forEach((process) -> process.managed("users").listen(new ManagedTokenListener() {

			@Override
			public void lost(String registrationId, String name, GrantException reason) {
				lost.add(String.valueOf(reason.getMessage()));
			}

		}));
		processes.get(0)
			.managed("users")
			.put("alice", this.keycloak.logIn(processes.get(0).configuration("users"), GrantOptions.none()));
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			Set<String> seen = new HashSet<>();
			for (int round = 0; round < 10; round++) {
				// Nobody has asked for this yet: all must wait for a refresh.
				GrantParameters parameters = GrantParameters.builder().parameter("round", "r" + round).build();
				CyclicBarrier start = new CyclicBarrier(8);
				List<Future<String>> tokens = new ArrayList<>();
				for (int i = 0; i < 8; i++) {
					GrantTemplate process = processes.get(i % 2);
					tokens.add(threads.submit(() -> {
						start.await(20, TimeUnit.SECONDS);
						return process.managed("users").token("alice", parameters).accessToken();
					}));
				}
				Set<String> ofThisRound = new HashSet<>();
				for (Future<String> token : tokens) {
					ofThisRound.add(token.get(60, TimeUnit.SECONDS));
				}
				assertThat(ofThisRound).hasSize(1);
				assertThat(seen.addAll(ofThisRound)).isTrue();
			}
			assertThat(seen).hasSize(10);
			assertThat(lost).isEmpty();
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(process(store).managed("users")
			.token("alice", GrantParameters.builder().parameter("round", "last").build())
			.claims()
			.getPreferredUsername()).isEqualTo(Realm.USER);
	}

}
