package io.github.oidcgrants.resource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPKeyRing;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many calls at a time of an API that gives a new nonce with each answer, and takes those
 * that it gave.
 */
class ConcurrentNoncesTests {

	private static final int THREADS = 8;

	private static final int CALLS = 80;

	private final AuthorizationServerRig server = new AuthorizationServerRig();

	private final ExecutorService apiThreads = Executors.newFixedThreadPool(THREADS);

	private final AtomicInteger number = new AtomicInteger();

	private final Set<Object> given = ConcurrentHashMap.newKeySet();

	private final List<JwtReader> proofs = new CopyOnWriteArrayList<>();

	private final AtomicInteger challenges = new AtomicInteger();

	private HttpServer api;

	@BeforeEach
	void start() throws IOException {
		this.server.metadata(Map.of("dpop_signing_alg_values_supported", List.of("ES256")));
		this.server.answer(Map.of("token_type", "DPoP", "expires_in", 300));
		this.api = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), 0),
				50);
		this.api.setExecutor(this.apiThreads);
		this.api.createContext("/", this::answer);
		this.api.start();
	}

	@AfterEach
	void stop() {
		this.api.stop(0);
		this.apiThreads.shutdownNow();
		this.server.close();
	}

	private void answer(HttpExchange exchange) throws IOException {
		JwtReader proof = JwtReader.read(exchange.getRequestHeaders().getFirst("DPoP"));
		this.proofs.add(proof);
		Object nonce = proof.claims().get("nonce");
		boolean good = nonce != null && this.given.contains(nonce);
		String next = "nonce-" + this.number.incrementAndGet();
		this.given.add(next);
		exchange.getResponseHeaders().set("DPoP-Nonce", next);
		if (!good) {
			this.challenges.incrementAndGet();
			exchange.getResponseHeaders().set("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\"");
		}
		exchange.sendResponseHeaders(good ? 200 : 401, -1);
		exchange.close();
	}

	@Test
	void eachCallAnswersItsOwnChallengeAndLaterOnesCarryANonce() throws Exception {
		String origin = "http://127.0.0.1:" + this.api.getAddress().getPort();
		GrantTemplate template = new GrantTemplate(this.server.client(), TokenCache.create(),
				List.of(GrantRegistration.builder("api", this.server.configuration())
					.dpop(DPoPKeyRing.of(DPoPHandle.of(DPoPKeyPair.random())), DPoPMode.REQUIRED)
					.allowedOrigins(List.of(origin))
					.build()));
		RestClient client = RestClient.builder().apply(GrantInterceptor.configurer(template, "api")).build();
		ExecutorService callers = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < CALLS; i++) {
				calls.add(callers.submit(() -> client.get()
					.uri(origin + "/")
					.exchangeForRequiredValue((request, response) -> response.getStatusCode().value())));
			}
			for (Future<Integer> call : calls) {
				assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(200);
			}
		}
		finally {
			callers.shutdownNow();
		}
		// Only who was there before the first answer is challenged.
		assertThat(this.challenges.get()).isBetween(1, THREADS);
		assertThat(this.proofs).hasSize(CALLS + this.challenges.get());
		assertThat(this.proofs.stream().filter((proof) -> !proof.claims().containsKey("nonce")))
			.hasSize(this.challenges.get());
		assertThat(this.proofs.stream().map((proof) -> proof.claims().get("jti"))).doesNotHaveDuplicates();
	}

}
