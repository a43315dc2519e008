package io.github.oidcgrants.boot;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.actuate.OidcGrantsEndpoint;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.CibaNotifications;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * With everything logged that can be, nothing shows a secret or a token.
 */
class RedactionTests {

	private static final String SECRET = "s3cr3t+&=/?%ürg, long enough to sign with";

	private static final String REFRESH_TOKEN = "r3fresh-token-that-nobody-sees";

	private static final List<ECKey> KEYS = List.of(key(), key());

	private static final String HINT = "h1nt-that-nobody-sees";

	private static final String TICKET = "t1cket+&=/?%ürg";

	private static final String TOKEN = "t0ken-that-nobody-sees";

	private static final List<String> SECRETS = Stream
		.of(KEYS.get(0).getD().toString(), KEYS.get(1).getD().toString(), REFRESH_TOKEN, SECRET, TICKET, TOKEN,
				encoded(SECRET), encoded(TICKET),
				Base64.getEncoder().encodeToString(("app:" + encoded(SECRET)).getBytes(StandardCharsets.US_ASCII)))
		.toList();

	private final List<String> seen = new ArrayList<>();

	static Stream<Arguments> clients() {
		return Stream.of("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt")
			.flatMap((method) -> Stream.of(
					argumentSet(method + " over HttpClient 5", method,
							(Supplier<ClientHttpRequestFactory>) () -> Transports.httpComponents(Duration.ofSeconds(5),
									null)),
					argumentSet(method + " over java.net.http", method,
							(Supplier<ClientHttpRequestFactory>) () -> Transports.jdk(Duration.ofSeconds(5), null))));
	}

	@ParameterizedTest
	@MethodSource("clients")
	void nothing_shows_a_secret_or_token(String method, Supplier<ClientHttpRequestFactory> transport) {
		StubServer server = StubServer.start();
		try (Recorder recorder = new Recorder();
				ConfigurableApplicationContext context = start(server, method, transport.get(), recorder)) {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			server.answer(200, "{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"Bearer\",\"expires_in\":300,"
					+ "\"refresh_token\":\"" + TOKEN + "\",\"x\":\"" + TOKEN + "\"}");
			TokenEndpointResponse token = template.token("payments");
			assertThat(token.accessToken()).isEqualTo(TOKEN);
			assertThat(server.forms()).singleElement().asString().contains(encoded(TICKET));
			template.token("payments");
			see(template.refreshTokenGrant("payments", REFRESH_TOKEN));
			see(token, template, template.configuration("payments"),
					template.configuration("payments").authentication(), template.configuration("payments").server(),
					context.getBean(GrantClient.class), context.getBean(TokenCache.class),
					context.getBean(TokenCache.class).status(),
					GrantParameters.builder().parameter("ticket", TICKET).build(),
					context.getBean(OidcGrantsEndpoint.class).tokens(),
					JsonMapper.shared().writeValueAsString(context.getBean(OidcGrantsEndpoint.class).tokens()));
			ConfigurationPropertiesBean.getAll(context).values().forEach((bean) -> see(bean.getInstance()));
			template.evict("payments");
			// What was not sent, no message can be cleaned of.
			String carried = method.equals("private_key_jwt") ? TICKET
					: SECRET + " " + TICKET + " " + encoded(SECRET) + " " + server.authorizations().get(0);
			server.answerWithRequest(401);
			fail(template);
			fail(() -> template.refreshTokenGrant("payments", REFRESH_TOKEN));
			server.answer(401, "{\"error\":\"invalid_client\",\"error_description\":\"not " + carried + "\"}");
			fail(template);
			server.answer(200, "{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"mac\"}");
			fail(template);
			server.answer(200,
					"{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"Bearer\",\"id_token\":\"" + TOKEN + "\"}");
			fail(template);
			server.answer(200, "\"" + TOKEN);
			fail(template);
			server.answer(500, "<html>" + SECRET + TOKEN);
			fail(template);
			server.close();
			fail(template);
			this.seen.addAll(recorder.lines);
		}
		finally {
			server.close();
		}
		assertThat(this.seen).anyMatch((text) -> text.contains("invalid_client"));
		Stream<String> assertions = server.forms().stream().map(RedactionTests::assertion).filter(Objects::nonNull);
		List<String> secrets = Stream.concat(SECRETS.stream(), assertions).toList();
		assertThat(server.proofs()).isNotEmpty().doesNotContain("null");
		assertThat(secrets.size() > SECRETS.size()).isEqualTo(method.endsWith("_jwt"));
		assertThat(this.seen).filteredOn((text) -> secrets.stream().anyMatch(text::contains)).isEmpty();
	}

	private static @Nullable String assertion(String form) {
		return Stream.of(form.split("&"))
			.filter((field) -> field.startsWith("client_assertion="))
			.map((field) -> field.substring("client_assertion=".length()))
			.findFirst()
			.orElse(null);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nothing_shows_what_waiting_for_users_is_secret_about(boolean signed) throws Exception {
		String prefix = "oidc-grants.registration.payments.";
		String token;
		UserServer server = UserServer.start().interval(600).answer(400, "{\"error\":\"access_denied\"}");
		try (Recorder recorder = new Recorder();
				ConfigurableApplicationContext context = application(WebApplicationType.SERVLET, server.address(),
						"client_secret_basic", Transports.jdk(Duration.ofSeconds(5), null), recorder)
					.properties("server.address=127.0.0.1", "server.port=0", prefix + "scope=openid",
							prefix + "ciba.token-delivery-mode=ping")
					.properties(signed ? new String[] { prefix + "ciba.request.key.location="
							+ TestKeys.file("redacted-ciba.jwk", KEYS.get(1).toJSONString()) } : new String[0])
					.run()) {
			GrantTemplate template = context.getBean(GrantTemplate.class);
			BackchannelAuthenticationResponse pending = template.initiateBackchannelAuthentication("payments",
					(ask) -> ask.parameter("login_hint", HINT));
			token = notificationToken(server.authentications().get(0), signed);
			CompletableFuture<TokenEndpointResponse> future = template.pollBackchannelAuthenticationGrant("payments",
					pending);
			URI endpoint = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port")
					+ "/oidc-grants/ciba");
			for (String body : List.of("{", "{\"auth_req_id\":\"" + pending.authReqId() + "\"}")) {
				HttpClient.newHttpClient()
					.send(HttpRequest.newBuilder(endpoint)
						.header("Authorization", "Bearer " + token)
						.POST(HttpRequest.BodyPublishers.ofString(body))
						.build(), HttpResponse.BodyHandlers.discarding());
			}
			fail(() -> {
				throw catchThrowableOfType(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS)).getCause();
			});
			see(pending, future, template.configuration("payments").ciba(), context.getBean(CibaNotifications.class),
					context.getBean("oidcGrantsCibaNotificationEndpoint", FilterRegistrationBean.class),
					context.getBean("oidcGrantsCibaNotificationEndpoint", FilterRegistrationBean.class).getFilter());
			ConfigurationPropertiesBean.getAll(context).values().forEach((bean) -> see(bean.getInstance()));
			// A container shows what it receives when it is told to, and so does the
			// JDK's client.
			recorder.lines.stream()
				.filter((line) -> !line.startsWith("org.apache.coyote") && !line.startsWith("org.apache.tomcat"))
				.filter((line) -> !line.startsWith("jdk.internal") && !line.startsWith("jdk.httpclient"))
				.forEach(this.seen::add);
		}
		finally {
			server.close();
		}
		List<String> secrets = Stream.concat(SECRETS.stream(), Stream.of(HINT, token, "request-1")).toList();
		assertThat(this.seen).anyMatch((text) -> text.contains("access_denied"))
			.anyMatch((text) -> text.contains("CibaNotificationFilter"));
		assertThat(this.seen).filteredOn((text) -> secrets.stream().anyMatch(text::contains)).isEmpty();
	}

	private static String notificationToken(String form, boolean signed) throws Exception {
		String value = form.replaceFirst(".*" + (signed ? "request" : "client_notification_token") + "=([^&]+).*",
				"$1");
		return signed ? SignedJWT.parse(value).getJWTClaimsSet().getStringClaim("client_notification_token") : value;
	}

	/**
	 * Else the test above would see nothing whatever happened.
	 */
	@Test
	void the_recorder_sees_what_is_logged_at_the_lowest_level() {
		try (StubServer server = StubServer.start();
				Recorder recorder = new Recorder();
				ConfigurableApplicationContext context = start(server, "client_secret_basic",
						Transports.httpComponents(Duration.ofSeconds(5), null), recorder)) {
			context.getBean(GrantTemplate.class).token("payments");
			System.getLogger("jdk.httpclient.test").log(System.Logger.Level.TRACE, "traced " + TOKEN);
			assertThat(recorder.lines).anyMatch((line) -> line.contains(TOKEN))
				.anyMatch((line) -> line.startsWith("org.apache.hc"))
				.anyMatch((line) -> line.startsWith("org.springframework"));
		}
	}

	private void fail(GrantTemplate template) {
		fail(() -> template.token("payments"));
	}

	private void fail(ThrowingCallable call) {
		GrantException ex = catchThrowableOfType(GrantException.class, call);
		StringWriter trace = new StringWriter();
		ex.printStackTrace(new PrintWriter(trace));
		see(trace, ex.getError(), ex.getError().getDescription());
	}

	private void see(Object... objects) {
		Stream.of(objects).map(String::valueOf).forEach(this.seen::add);
	}

	private static ECKey key() {
		try {
			return new ECKeyGenerator(Curve.P_256).generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static ConfigurableApplicationContext start(StubServer server, String method,
			ClientHttpRequestFactory transport, Recorder recorder) {
		return application(WebApplicationType.NONE, server.address(), method, transport, recorder).run();
	}

	private static SpringApplicationBuilder application(WebApplicationType type, String issuer, String method,
			ClientHttpRequestFactory transport, Recorder recorder) {
		String prefix = "oidc-grants.registration.payments.";
		return new SpringApplicationBuilder(Application.class).web(type)
			.initializers((ApplicationContextInitializer<GenericApplicationContext>) (context) -> {
				recorder.begin();
				context.registerBean(GrantClient.class, () -> GrantClient.builder().transport(transport).build());
			})
			.properties("spring.main.banner-mode=off", "logging.level.root=TRACE", "debug=true",
					"management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*",
					"oidc-grants.http.allow-insecure-requests=true", "oidc-grants.provider.main.issuer-uri=" + issuer,
					prefix + "provider=main", prefix + "client-id=app", prefix + "client-secret=" + SECRET,
					prefix + "client-authentication-method=" + method, prefix + "parameters.ticket=" + TICKET,
					prefix + "dpop.mode=preferred",
					prefix + "dpop.key.location=" + TestKeys.file("redacted-dpop.jwk", KEYS.get(0).toJSONString()))
			.properties(assertionProperties(prefix + "client-assertion.", method));
	}

	private static String[] assertionProperties(String prefix, String method) {
		return switch (method) {
			case "client_secret_jwt" -> new String[] { prefix + "claims.ticket=" + TICKET };
			case "private_key_jwt" ->
				new String[] { prefix + "claims.ticket=" + TICKET, prefix + "header.ticket=" + TICKET,
						prefix + "key.location=" + TestKeys.file("redacted.jwk", KEYS.get(1).toJSONString()) };
			default -> new String[0];
		};
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	/**
	 * Keeps every line that is logged, whoever logs it and at whichever level.
	 */
	private static final class Recorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {

		private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

		private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

		void begin() {
			setContext(this.root.getLoggerContext());
			start();
			this.root.detachAndStopAllAppenders();
			this.root.addAppender(this);
		}

		@Override
		protected void append(ILoggingEvent event) {
			this.lines.add(event.getLoggerName() + " " + event.getFormattedMessage()
					+ ThrowableProxyUtil.asString(event.getThrowableProxy()));
		}

		@Override
		public void close() {
			this.root.detachAppender(this);
		}

	}

}
