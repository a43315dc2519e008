package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.flight.FairExecutor;
import io.github.oidcgrants.grant.GenericGrant;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.grant.RefreshTokenGrant;
import io.github.oidcgrants.grant.TokenEndpoint;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Managed tokens of a client of a server that rotates strictly, on virtual time. What
 * refreshes is the real grant over HTTP.
 */
final class ManagedRig implements AutoCloseable {

	static final Duration TIMEOUT = Duration.ofSeconds(10);

	static final String REGISTRATION = "app";

	final TestClock time = new TestClock();

	final RotatingServer server = new RotatingServer(this.time);

	/**
	 * What is to be done after a while.
	 */
	final ConcurrentLinkedQueue<Runnable> later = new ConcurrentLinkedQueue<>();

	final List<String> heard = new CopyOnWriteArrayList<>();

	private final ClientHttpRequestFactory transport = Transports.detect(Duration.ofSeconds(5), null);

	private final TokenEndpoint endpoint = new TokenEndpoint(this.transport, this.time);

	private final RefreshTokenGrant grant = new RefreshTokenGrant(this.endpoint);

	final Configuration client = client(this.server.issuer(), this.time);

	/**
	 * {@return the tokens of a user who has logged in just now}
	 */
	TokenEndpointResponse login(String user) {
		return new GenericGrant(this.endpoint).request(this.client, RotatingServer.LOGIN,
				GrantParameters.builder().parameter("user", user).build(), GrantOptions.none());
	}

	String idToken(String user) {
		long now = this.time.instant().getEpochSecond();
		return JwtMint.sign(TestKeys.RSA, "RS256", Map.of("iss", this.server.issuer(), "sub", user, "aud",
				AuthorizationServerRig.CLIENT_ID, "iat", now, "exp", now + 300));
	}

	TokenRefresher refresher() {
		return refresher(this.client, this.grant);
	}

	static Configuration client(String issuer, TestClock time) {
		return Configuration
			.builder(AuthorizationServer.builder().issuer(issuer).nanoTime(time::nanoTime).build(),
					AuthorizationServerRig.CLIENT_ID)
			.allowInsecureRequests(true)
			.timeout(TIMEOUT)
			.build();
	}

	static TokenRefresher refresher(Configuration client, RefreshTokenGrant grant) {
		return new TokenRefresher() {

			@Override
			public TokenEndpointResponse refresh(RefreshRequest request, Consumer<String> rotated) {
				return grant.request(client, request.refreshToken(), request.previous(), request.parameters(),
						GrantOptions.none(), rotated);
			}

			@Override
			public String provider() {
				return client.server().tokenOrigin(false);
			}

			@Override
			public boolean hasKey(String thumbprint) {
				return false;
			}

			@Override
			public void kept(String thumbprint) {
			}

		};
	}

	/**
	 * {@return managed tokens all of whose work is done by those who ask}
	 */
	ManagedTokens tokens(ManagedTokenStore store) {
		return tokens(store, Runnable::run, (nanos) -> this.time.advance(Duration.ofNanos(nanos)));
	}

	ManagedTokens tokens(ManagedTokenStore store, Executor threads, LongConsumer pause) {
		return tokens(store, threads, threads, pause);
	}

	ManagedTokens tokens(ManagedTokenStore store, Executor threads, Executor background, LongConsumer pause) {
		return tokens(REGISTRATION, store, threads, new FairExecutor(background, 8), pause, TokenServing.DEFAULTS);
	}

	ManagedTokens tokens(String registrationId, ManagedTokenStore store, Executor threads, FairExecutor background,
			LongConsumer pause, TokenServing serving) {
		ManagedTokens tokens = new ManagedTokens(registrationId, "client", store, refresher(), TIMEOUT,
				new ManagedClockwork(this.time, this.time::nanoTime, pause, this.later::add, threads, background,
						() -> 0.5, serving));
		tokens.listen(new Hearing());
		return tokens;
	}

	/**
	 * Does what is to be done after a while, once.
	 */
	void aWhileLater() {
		List<Runnable> due = new ArrayList<>();
		for (Runnable task = this.later.poll(); task != null; task = this.later.poll()) {
			due.add(task);
		}
		due.forEach(Runnable::run);
	}

	/**
	 * Lets the time pass for which nothing is sent after a first failure.
	 */
	void coolDown() {
		this.time.advance(Duration.ofSeconds(1));
	}

	void expire() {
		this.time.advance(Duration.ofDays(1));
	}

	@Override
	public void close() {
		this.server.close();
		if (this.transport instanceof AutoCloseable closeable) {
			try {
				closeable.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private final class Hearing implements ManagedTokenListener {

		@Override
		public void refreshed(String registrationId, String name) {
			ManagedRig.this.heard.add("refreshed " + registrationId + " " + name);
		}

		@Override
		public void lost(String registrationId, String name, GrantException reason) {
			ManagedRig.this.heard.add("lost " + registrationId + " " + name + " " + reason.getError().getErrorCode());
		}

		@Override
		public void unsaved(String registrationId, String name, GrantException reason) {
			ManagedRig.this.heard.add("unsaved " + registrationId + " " + name + " " + reason.kind());
		}

	}

}
