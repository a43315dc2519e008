package io.github.oidcgrants.grant;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.JwtMint;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TestKeys;
import io.github.oidcgrants.testing.TokenServer;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.http.HttpStatus;

/**
 * Polls on virtual time: nothing happens but what a test lets happen, on its own thread.
 */
final class PollRig {

	static final URI TOKEN_ENDPOINT = URI.create("https://idp.example/token");

	static final URI JWKS = URI.create("https://idp.example/jwks");

	static final StubTransport.Answer KEYS = StubTransport.json(200,
			JSONObjectUtils.toJSONString(Map.of("keys", List.of(TestKeys.RSA.toPublicJWK().toJSONObject()))));

	final TestClock clock = new TestClock();

	final List<PollingProgress> progress = new ArrayList<>();

	final List<Duration> askedAfter = new ArrayList<>();

	/**
	 * Tokens in the order in which they were received.
	 */
	final List<TokenEndpointResponse> received = new ArrayList<>();

	final CibaNotifications notifications = new CibaNotifications(this.clock, this.clock::nanoTime);

	final Queue<Runnable> tasks = new ArrayDeque<>();

	private final Deque<StubTransport.Server> answers = new ArrayDeque<>();

	final StubTransport transport = new StubTransport(this::answer);

	/**
	 * What runs tasks; unless a test says otherwise they wait for {@link #work()}.
	 */
	Executor executor = this.tasks::add;

	PollingListener listener = this.progress::add;

	final PollScheduler polls;

	private final TokenEndpoint endpoint = new TokenEndpoint(this.transport, this.clock);

	private final DeviceAuthorizationGrant grant;

	private final BackchannelAuthenticationGrant ciba;

	private StubTransport.Server otherwise = (uri) -> pending();

	private int codes;

	private int threads;

	PollRig() {
		this(16);
	}

	PollRig(int places) {
		this.polls = new PollScheduler((task) -> this.executor.execute(task), places, this.clock, this.clock::nanoTime,
				this::thread);
		Initiation initiation = new Initiation(this.transport, this.clock);
		this.grant = new DeviceAuthorizationGrant(initiation, this.endpoint, this.polls, this.clock);
		this.ciba = new BackchannelAuthenticationGrant(initiation, this.endpoint, this.polls, this.notifications,
				this.clock);
	}

	// The first would keep the time, which the test does. What others do, it does too.
	private Thread thread(Runnable work) {
		boolean first = this.threads++ == 0;
		return new Thread(work) {

			@Override
			public synchronized void start() {
				if (!first) {
					PollRig.this.tasks.add(work);
				}
			}

		};
	}

	private StubTransport.Answer answer(URI uri) throws IOException {
		this.askedAfter.add(sinceStart());
		return (this.answers.isEmpty() ? this.otherwise : this.answers.remove()).answer(uri);
	}

	Duration sinceStart() {
		return Duration.between(TestClock.START, this.clock.instant());
	}

	static StubTransport.Answer pending() {
		return error("authorization_pending");
	}

	static StubTransport.Answer error(String code) {
		return error(400, code);
	}

	static StubTransport.Answer error(int status, String code) {
		return StubTransport.json(status, "{\"error\": \"" + code + "\"}");
	}

	static StubTransport.Answer token() {
		return StubTransport.json(200, TokenServer.SUCCESS);
	}

	/**
	 * {@return a token with an ID token, which {@link #KEYS} verify}
	 */
	static StubTransport.Answer idToken(String tokenType, String audience) {
		Map<String, Object> claims = new LinkedHashMap<>();
		claims.put("iss", "https://idp.example");
		claims.put("sub", "subject-1");
		claims.put("aud", audience);
		claims.put("iat", TestClock.START.getEpochSecond());
		claims.put("exp", TestClock.START.getEpochSecond() + 3600);
		return StubTransport.json(200, JSONObjectUtils.toJSONString(Map.of("access_token", "a", "token_type", tokenType,
				"id_token", JwtMint.sign(TestKeys.RSA, "RS256", claims))));
	}

	/**
	 * Lets the server answer so once; when nothing is left, the user has not decided.
	 */
	PollRig answers(StubTransport.Answer... answers) {
		for (StubTransport.Answer answer : answers) {
			this.answers.add((uri) -> answer);
		}
		return this;
	}

	/**
	 * Lets something happen while a request is under way, once.
	 */
	PollRig during(Runnable request, StubTransport.Answer answer) {
		this.answers.add((uri) -> {
			request.run();
			return answer;
		});
		return this;
	}

	PollRig breaks() {
		this.answers.add((uri) -> {
			throw new IOException("Connection reset");
		});
		return this;
	}

	/**
	 * Says what is answered when nothing else was said.
	 */
	PollRig otherwise(StubTransport.Server server) {
		this.otherwise = server;
		return this;
	}

	/**
	 * {@return which codes were asked about, in their order}
	 */
	List<String> asked() {
		return this.transport.sent().stream().map(PollRig::code).toList();
	}

	String lastAsked() {
		List<StubTransport.Sent> sent = this.transport.sent();
		return code(sent.get(sent.size() - 1));
	}

	private static String code(StubTransport.Sent sent) {
		String code = sent.parameter("device_code");
		return (code != null) ? code : sent.parameter("auth_req_id");
	}

	static Configuration client() {
		return client(TOKEN_ENDPOINT);
	}

	static Configuration client(URI tokenEndpoint) {
		return Configuration.builder(AuthorizationServer.builder().tokenEndpoint(tokenEndpoint).build(), "client")
			.authentication(ClientAuthentication.none())
			.build();
	}

	/**
	 * {@return a client that knows where the keys of ID tokens are, but not them}
	 */
	Configuration verifying(ClientAuthentication authentication) {
		return Configuration
			.builder(AuthorizationServer.builder()
				.issuer("https://idp.example")
				.withoutDiscovery()
				.nanoTime(this.clock::nanoTime)
				.tokenEndpoint(TOKEN_ENDPOINT)
				.jwksUri(JWKS)
				.build(), "client")
			.authentication(authentication)
			.build();
	}

	/**
	 * {@return a client of one provider among others}
	 */
	static Configuration provider(String name) {
		return client(URI.create("https://" + name + ".example/token"));
	}

	DeviceAuthorizationResponse code(long expiresIn, Long interval) {
		Map<String, Object> body = new LinkedHashMap<>(Map.of("device_code", "device-code-" + ++this.codes, "user_code",
				"USER-CODE", "verification_uri", "https://idp.example/device", "expires_in", expiresIn));
		if (interval != null) {
			body.put("interval", interval);
		}
		return DeviceAuthorizationResponse.of(body, false, this.clock, GrantException::misconfigured);
	}

	CompletableFuture<TokenEndpointResponse> poll(DeviceAuthorizationResponse code) {
		return poll(client(), code);
	}

	CompletableFuture<TokenEndpointResponse> poll(Configuration client, DeviceAuthorizationResponse code) {
		return poll(client, code, GrantOptions.builder().pollingListener(this.listener).build());
	}

	CompletableFuture<TokenEndpointResponse> poll(Configuration client, DeviceAuthorizationResponse code,
			GrantOptions options) {
		return poll(client, code, GrantParameters.none(), options);
	}

	CompletableFuture<TokenEndpointResponse> poll(Configuration client, DeviceAuthorizationResponse code,
			GrantParameters parameters, GrantOptions options) {
		return this.grant.poll(client, code, parameters, options, this::received);
	}

	CompletableFuture<TokenEndpointResponse> poll(Configuration client, DeviceAuthorizationResponse code,
			UnaryOperator<TokenEndpointResponse> received) {
		return this.grant.poll(client, code, GrantParameters.none(), GrantOptions.none(), received);
	}

	private TokenEndpointResponse received(TokenEndpointResponse token) {
		this.received.add(token);
		return token;
	}

	/**
	 * {@return a poll that this rig does not start}
	 */
	Poll unstarted(Configuration client) {
		PollQuestion question = new PollQuestion(this.endpoint, PolledGrant.DEVICE_CODE, client, "code",
				GrantParameters.none(), GrantOptions.none(), UnaryOperator.identity());
		return new Poll(this.polls, question, Duration.ofSeconds(5), TestClock.START, 0, ++this.codes);
	}

	/**
	 * {@return an authentication request that a server answered, in ping mode}
	 */
	BackchannelAuthenticationResponse request(String authReqId, long expiresIn) {
		CibaNotification notification = this.notifications.expect();
		notification.expectAbout(authReqId);
		BackchannelAuthenticationResponse pending = BackchannelAuthenticationResponse.of(
				Map.of("auth_req_id", authReqId, "expires_in", expiresIn, "interval", 5L), notification, this.clock,
				GrantException::misconfigured);
		this.notifications.expectUntil(notification, pending.expiresAt());
		return pending;
	}

	/**
	 * Begins a poll whose outcome does not matter.
	 */
	void begin(BackchannelAuthenticationResponse request) {
		CompletableFuture<TokenEndpointResponse> unused = poll(request);
	}

	void begin(DeviceAuthorizationResponse code) {
		CompletableFuture<TokenEndpointResponse> unused = poll(code);
	}

	CompletableFuture<TokenEndpointResponse> poll(BackchannelAuthenticationResponse request) {
		return poll(client(), request);
	}

	CompletableFuture<TokenEndpointResponse> poll(Configuration client, BackchannelAuthenticationResponse request) {
		return poll(client, request, GrantOptions.builder().pollingListener(this.listener).build());
	}

	CompletableFuture<TokenEndpointResponse> poll(Configuration client, BackchannelAuthenticationResponse request,
			GrantOptions options) {
		return this.ciba.poll(client, request, GrantParameters.none(), options, this::received);
	}

	/**
	 * Lets the server say that a decision is there.
	 * @return what it is answered
	 */
	HttpStatus ping(BackchannelAuthenticationResponse request) {
		byte[] body = ("{\"auth_req_id\": \"" + request.authReqId() + "\"}").getBytes(StandardCharsets.UTF_8);
		return this.notifications.handle("Bearer " + Objects.requireNonNull(request.notification()).token(), body);
	}

	/**
	 * Lets time pass, second by second, and everything happen that is due.
	 */
	void pass(long seconds) {
		for (long i = 0; i < seconds; i++) {
			this.clock.advance(Duration.ofSeconds(1));
			work();
		}
	}

	/**
	 * Lets time pass, and the executor be told what is due, but do nothing.
	 */
	void passWithoutWork(long seconds) {
		this.clock.advance(Duration.ofSeconds(seconds));
		this.polls.run();
	}

	void work() {
		do {
			this.polls.run();
		}
		while (run(this.tasks));
	}

	/**
	 * Runs what an executor was given, and what comes of that.
	 * @return whether there was anything
	 */
	static boolean run(Queue<Runnable> tasks) {
		boolean any = !tasks.isEmpty();
		for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
			task.run();
		}
		return any;
	}

	/**
	 * {@return how many polls the scheduler still knows}
	 */
	String left() {
		return this.polls.toString();
	}

}
