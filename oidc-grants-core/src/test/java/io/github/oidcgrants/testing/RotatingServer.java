package io.github.oidcgrants.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * An authorization server that takes each refresh token once, and forgets a login whose
 * refresh token comes twice: the strictest there is. The custom grant {@code urn:login}
 * logs in whom {@code user} names. It keeps no clock: access tokens live as long as a
 * test says.
 */
public final class RotatingServer implements AutoCloseable {

	public static final String LOGIN = "urn:login";

	private final HttpServer http;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final TestClock clock;

	private final Map<String, Login> logins = new HashMap<>();

	private final AtomicInteger number = new AtomicInteger();

	private final ConcurrentLinkedQueue<Twist> twists = new ConcurrentLinkedQueue<>();

	private volatile @Nullable Twist always;

	/**
	 * What was asked, in its order.
	 */
	public final List<Map<String, List<String>>> forms = new CopyOnWriteArrayList<>();

	/**
	 * The {@code Authorization} of calls of the API, in their order.
	 */
	public final List<String> calls = new CopyOnWriteArrayList<>();

	/**
	 * What the API takes no more, as it stands in {@code Authorization}.
	 */
	public final Set<String> revoked = ConcurrentHashMap.newKeySet();

	public volatile boolean apiTakesNoToken;

	/**
	 * How many requests were refused.
	 */
	public final AtomicInteger refused = new AtomicInteger();

	public volatile @Nullable Object expiresIn = 300;

	public volatile boolean rotates = true;

	public volatile boolean givesRefreshTokens = true;

	public volatile boolean reuseEndsTheLogin = true;

	public volatile boolean givesIdTokens;

	/**
	 * Whether refresh tokens are bound to the DPoP key, as those of public clients are.
	 */
	public volatile boolean bindsRefreshTokens;

	public volatile int jwksStatus = 200;

	public volatile JWK signsWith = TestKeys.RSA;

	public RotatingServer(TestClock clock) {
		this.clock = clock;
		try {
			this.http = HttpServer
				.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), 0), 50);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.http.setExecutor(this.threads);
		this.http.createContext("/.well-known/openid-configuration",
				(exchange) -> answer(exchange,
						new Reply(200, JSONObjectUtils.toJSONString(Map.of("issuer", issuer(), "token_endpoint",
								issuer() + "/token", "jwks_uri", issuer() + "/jwks", "device_authorization_endpoint",
								issuer() + "/device", "backchannel_authentication_endpoint", issuer() + "/ciba",
								"dpop_signing_alg_values_supported", List.of("ES256"))))));
		this.http.createContext("/jwks", (exchange) -> answer(exchange, new Reply(this.jwksStatus,
				JSONObjectUtils.toJSONString(Map.of("keys", List.of(TestKeys.RSA.toPublicJWK().toJSONObject()))))));
		this.http.createContext("/token", this::token);
		this.http.createContext("/device",
				(exchange) -> answer(exchange,
						new Reply(200,
								JSONObjectUtils.toJSONString(Map.of("device_code", "device-code", "user_code",
										"USER-CODE", "verification_uri", "https://idp.example/device", "expires_in", 60,
										"interval", 1)))));
		this.http.createContext("/ciba", (exchange) -> answer(exchange, new Reply(200,
				JSONObjectUtils.toJSONString(Map.of("auth_req_id", "auth-req-id", "expires_in", 60, "interval", 1)))));
		this.http.createContext("/api", this::api);
		this.http.start();
	}

	public String issuer() {
		return "http://127.0.0.1:" + this.http.getAddress().getPort();
	}

	/**
	 * {@return the refresh tokens that were sent, in their order}
	 */
	public List<String> refreshed() {
		return this.forms.stream()
			.filter((form) -> form.containsKey("refresh_token"))
			.map((form) -> form.get("refresh_token").get(0))
			.toList();
	}

	/**
	 * Has the next refresh that has none yet answered otherwise.
	 */
	public void next(Twist twist) {
		this.twists.add(twist);
	}

	/**
	 * Has all refreshes that have none of their own answered otherwise, or no more.
	 */
	public void always(@Nullable Twist twist) {
		this.always = twist;
	}

	/**
	 * Has the next request done, and its answer lost.
	 */
	public void loseNextAnswer() {
		next((work) -> {
			Reply lost = work.get();
			return (lost.status() == 200) ? null : lost;
		});
	}

	private void token(HttpExchange exchange) throws IOException {
		Map<String, List<String>> form = form(
				new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
		String key = key(exchange.getRequestHeaders().getFirst("DPoP"));
		this.forms.add(form);
		Twist twist = form.containsKey("refresh_token") ? twist() : null;
		Reply reply = (twist != null) ? twist.twist(() -> process(form, key)) : process(form, key);
		if (reply == null) {
			exchange.close();
			return;
		}
		answer(exchange, reply);
	}

	private @Nullable Twist twist() {
		Twist next = this.twists.poll();
		return (next != null) ? next : this.always;
	}

	private void api(HttpExchange exchange) throws IOException {
		String authorization = exchange.getRequestHeaders().getFirst("Authorization");
		this.calls.add(authorization);
		boolean revoked = this.apiTakesNoToken || this.revoked.contains(authorization);
		if (revoked) {
			exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
		}
		answer(exchange, new Reply(revoked ? 401 : 200, "{}"));
	}

	private synchronized Reply process(Map<String, List<String>> form, @Nullable String key) {
		String grantType = form.get("grant_type").get(0);
		if (LOGIN.equals(grantType) || form.containsKey("device_code") || form.containsKey("auth_req_id")) {
			String user = LOGIN.equals(grantType) ? form.get("user").get(0) : "user";
			return success(form, new Login(user, this.bindsRefreshTokens ? key : null), key);
		}
		String refreshToken = form.get("refresh_token").get(0);
		Login login = this.logins.get(refreshToken);
		if (login != null && login.key != null && !login.key.equals(key)) {
			return refuse("invalid_dpop_proof");
		}
		if (login == null || login.ended) {
			return refuse("invalid_grant");
		}
		if (this.rotates && !refreshToken.equals(login.current)) {
			login.ended = this.reuseEndsTheLogin;
			return refuse("invalid_grant");
		}
		return success(form, login, key);
	}

	private Reply refuse(String error) {
		this.refused.incrementAndGet();
		return new Reply(400, JSONObjectUtils.toJSONString(Map.of("error", error)));
	}

	private Reply success(Map<String, List<String>> form, Login login, @Nullable String key) {
		int n = this.number.incrementAndGet();
		Map<String, Object> answer = new LinkedHashMap<>();
		answer.put("access_token", "access-" + login.user + "-" + n);
		answer.put("token_type", (key != null) ? "DPoP" : "Bearer");
		if (this.expiresIn != null) {
			answer.put("expires_in", this.expiresIn);
		}
		if (this.givesRefreshTokens && (this.rotates || login.current == null)) {
			login.current = "refresh-" + login.user + "-" + n;
			this.logins.put(login.current, login);
			answer.put("refresh_token", login.current);
		}
		if (form.containsKey("scope")) {
			answer.put("scope", form.get("scope").get(0));
		}
		if (this.givesIdTokens) {
			long now = this.clock.instant().getEpochSecond();
			answer.put("id_token", JwtMint.sign(this.signsWith, "RS256", Map.of("iss", issuer(), "sub", login.user,
					"aud", AuthorizationServerRig.CLIENT_ID, "iat", now, "exp", now + 300)));
		}
		return new Reply(200, JSONObjectUtils.toJSONString(answer));
	}

	/**
	 * Ends all logins of a user, as an administrator may.
	 */
	public synchronized void end(String user) {
		this.logins.values().stream().filter((login) -> login.user.equals(user)).forEach((login) -> login.ended = true);
	}

	/**
	 * {@return whether the server would take a refresh token}
	 */
	public synchronized boolean takes(String refreshToken) {
		Login login = this.logins.get(refreshToken);
		return login != null && !login.ended && refreshToken.equals(login.current);
	}

	private static @Nullable String key(@Nullable String proof) {
		if (proof == null) {
			return null;
		}
		try {
			return SignedJWT.parse(proof).getHeader().getJWK().computeThumbprint().toString();
		}
		catch (ParseException | JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Map<String, List<String>> form(String body) {
		Map<String, List<String>> form = new LinkedHashMap<>();
		for (String pair : body.split("&", -1)) {
			int equals = pair.indexOf('=');
			form.computeIfAbsent(decode(pair.substring(0, equals)), (name) -> new ArrayList<>())
				.add(decode(pair.substring(equals + 1)));
		}
		return form;
	}

	private static String decode(String encoded) {
		return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
	}

	private static void answer(HttpExchange exchange, Reply reply) throws IOException {
		byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		reply.headers().forEach(exchange.getResponseHeaders()::set);
		exchange.sendResponseHeaders(reply.status(), body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	@Override
	public void close() {
		this.http.stop(0);
		this.threads.shutdownNow();
	}

	/**
	 * What becomes of one request.
	 */
	@FunctionalInterface
	public interface Twist {

		/**
		 * Answers.
		 * @param work does what the server does
		 * @return the answer, or {@code null} for a connection that breaks
		 */
		@Nullable Reply twist(Supplier<Reply> work) throws IOException;

	}

	/**
	 * An answer.
	 *
	 * @param status its status
	 * @param body its body
	 * @param headers its headers, other than the usual ones
	 */
	public record Reply(int status, String body, Map<String, String> headers) {

		public Reply(int status, String body) {
			this(status, body, Map.of());
		}

	}

	private static final class Login {

		private final String user;

		private final @Nullable String key;

		private @Nullable String current;

		private boolean ended;

		private Login(String user, @Nullable String key) {
			this.user = user;
			this.key = key;
		}

	}

}
