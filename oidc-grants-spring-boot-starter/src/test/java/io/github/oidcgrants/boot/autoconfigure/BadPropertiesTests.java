package io.github.oidcgrants.boot.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import io.github.oidcgrants.boot.Failures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Each mistake ends the start with a message that names the property and the fix.
 */
class BadPropertiesTests {

	private static final String R = "oidc-grants.registration.payments.";

	private static final String P = "oidc-grants.provider.main.";

	private static final String SECRET = "s3cr3t-that-nobody-sees";

	private static final List<String> GOOD = List.of(R + "provider=main", R + "client-id=app",
			R + "client-secret=" + SECRET, P + "issuer-uri=https://idp.example.com");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class));

	static Stream<Arguments> mistakes() {
		return Stream.of(
				argumentSet("no client-id", without("client-id"), R + "client-id", "it is not set",
						"Set it to the client's identifier"),
				argumentSet("blank client-id", with(R + "client-id= "), R + "client-id", "it is blank",
						"Set it to the client's identifier"),
				argumentSet("no provider", without("provider="), R + "provider",
						"it is not set, and there is no provider 'payments'",
						"Set it to one of [main], or add oidc-grants.provider.payments"),
				argumentSet("no provider anywhere", List.of(R + "client-id=app"), R + "provider",
						"there is no provider 'payments'", "Add oidc-grants.provider.payments.issuer-uri"),
				argumentSet("unknown provider", with(R + "provider=mian"), R + "provider",
						"there is no provider 'mian'", "Set it to one of [main]"),
				argumentSet("provider without address", with(P + "issuer-uri=", P + "timeout=1s"), P + "issuer-uri",
						"it is blank", "Set it"),
				argumentSet("provider with timeout only", with("oidc-grants.provider.spare.timeout=1s"),
						"oidc-grants.provider.spare.issuer-uri", "neither it nor token-uri is set",
						"set oidc-grants.provider.spare.token-uri"),
				argumentSet("unknown method", with(R + "client-authentication-method=basic"),
						R + "client-authentication-method", "there is no method 'basic'",
						"client_secret_basic, client_secret_post, none"),
				argumentSet("unknown grant", with(R + "authorization-grant-type=password"),
						R + "authorization-grant-type", "there is no grant 'password'", "client_credentials"),
				argumentSet("basic without secret",
						without("client-secret", R + "client-authentication-method=client_secret_basic"),
						R + "client-secret", "it is not set, but the method client_secret_basic needs it",
						R + "client-authentication-method"),
				argumentSet("post without secret",
						without("client-secret", R + "client-authentication-method=client_secret_post"),
						R + "client-secret", "it is not set, but the method client_secret_post needs it",
						R + "client-authentication-method"),
				argumentSet("blank secret", with(R + "client-secret="), R + "client-secret", "it is blank",
						"leave it out"),
				argumentSet("none with secret", with(R + "client-authentication-method=none"),
						R + "client-authentication-method", "but there is a client-secret",
						"remove " + R + "client-secret"),
				argumentSet("http issuer", with(P + "issuer-uri=http://127.0.0.1:9000"), P + "issuer-uri",
						"'http://127.0.0.1:9000' is not https", R + "allow-insecure-requests"),
				argumentSet("http token endpoint", with(P + "token-uri=http://127.0.0.1:9000/token"), P + "token-uri",
						"is not https", P + "allow-insecure-requests"),
				argumentSet("issuer with query", with(P + "issuer-uri=https://idp.example.com?a=b"), P + "issuer-uri",
						"is not an issuer identifier", "exactly what the authorization server calls itself"),
				argumentSet("issuer that is no address", with(P + "issuer-uri=idp.example.com"), P + "issuer-uri",
						"is not an issuer identifier", "https://idp.example.com/realms/main"),
				argumentSet("token endpoint that is no address", with(P + "token-uri=/oauth2/token"), P + "token-uri",
						"it is not an absolute address", "https://idp.example.com/oauth2/token"),
				argumentSet("zero timeout", with(R + "timeout=0s"), R + "timeout", "longer than nothing", "such as 5s"),
				argumentSet("negative connect timeout", with(R + "connect-timeout=-1s"), R + "connect-timeout",
						"longer than nothing", "such as 5s"),
				argumentSet("zero timeout of a provider", with(P + "timeout=0s"), P + "timeout", "longer than nothing",
						"such as 5s"),
				argumentSet("zero timeout of all", with("oidc-grants.http.timeout=0s"), "oidc-grants.http.timeout",
						"longer than nothing", "such as 5s"),
				argumentSet("bad scope", with(R + "scope=read\"all"), R + "scope", "has characters that a scope",
						"scopes that are separated by commas"),
				argumentSet("relative resource", with(R + "resource=/api"), R + "resource", "not an absolute URI",
						"https://api.example.com"),
				argumentSet("reserved parameter", with(R + "parameters.client_secret=" + SECRET),
						R + "parameters.client_secret", "cannot be set", "Remove it"),
				argumentSet("unknown key", with(R + "client-secrett=" + SECRET), R + "client-secrett", "is unknown",
						"'oidc-grants.registration.payments': provider, client-id, client-secret,"),
				argumentSet("unknown key of a provider", with(P + "issuer=https://idp.example.com"), P + "issuer",
						"is unknown", "issuer-uri, token-uri"),
				argumentSet("unknown key of http", with("oidc-grants.http.proxy=p"), "oidc-grants.http.proxy",
						"is unknown", "connect-timeout, timeout, allow-insecure-requests"),
				argumentSet("unknown key at the top", with("oidc-grants.registrations.a.client-id=a"),
						"oidc-grants.registrations.a.client-id", "is unknown", "registration, provider, http"),
				argumentSet("timeout that is no duration", with(R + "timeout=soon"), R + "timeout", "failed to convert",
						"Update your application's configuration"));
	}

	@ParameterizedTest
	@MethodSource("mistakes")
	void a_mistake_ends_the_start_and_names_the_property_and_the_fix(List<String> properties, String property,
			String problem, String fix) {
		this.runner.withPropertyValues(properties.toArray(String[]::new)).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = Failures.analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains(property).contains(problem).doesNotContain(SECRET);
			assertThat(analysis.getAction()).contains(fix).doesNotContain(SECRET);
			assertThat(context.getStartupFailure()).hasStackTraceContaining(property);
			for (Throwable cause = context.getStartupFailure(); cause != null; cause = cause.getCause()) {
				assertThat(cause.toString()).doesNotContain(SECRET);
			}
		});
	}

	@Test
	void without_a_mistake_it_starts() {
		this.runner.withPropertyValues(GOOD.toArray(String[]::new))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void lazy_initialization_does_not_put_the_checks_off() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues(with(R + "timeout=0s").toArray(String[]::new))
			.run((context) -> assertThat(context).hasFailed());
	}

	private static List<String> with(String... more) {
		return Stream.concat(GOOD.stream(), Stream.of(more)).toList();
	}

	private static List<String> without(String part, String... more) {
		return Stream.concat(GOOD.stream().filter((property) -> !property.contains(part)), Stream.of(more)).toList();
	}

}
