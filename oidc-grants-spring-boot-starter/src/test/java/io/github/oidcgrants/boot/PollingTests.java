package io.github.oidcgrants.boot;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * On which threads, and how many at a time, users' decisions are asked for.
 */
class PollingTests {

	private final UserServer server = UserServer.start();

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ApplicationContextRunner runner(String... more) {
		String prefix = "oidc-grants.registration.tv.";
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class))
			.withPropertyValues("oidc-grants.http.allow-insecure-requests=true",
					"oidc-grants.provider.main.issuer-uri=" + this.server.address(),
					"oidc-grants.provider.main.device-authorization-uri=" + this.server.address() + "/device",
					prefix + "provider=main", prefix + "client-id=tv",
					prefix + "authorization-grant-type=urn:ietf:params:oauth:grant-type:device_code")
			.withPropertyValues(more);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void a_poll_runs_on_virtual_threads_where_there_are_and_they_are_enabled(boolean enabled) {
		boolean virtual = enabled && Runtime.version().feature() >= 21;
		runner("spring.threads.virtual.enabled=" + enabled).run((context) -> {
			Thread thread = poll(context.getBean(GrantTemplate.class)).thenApply((token) -> Thread.currentThread())
				.join();
			assertThat(isVirtual(thread)).isEqualTo(virtual);
			assertThat(thread.getName()).startsWith("oidc-grants-poll-");
			assertThat(context).doesNotHaveBean(Executor.class);
		});
	}

	@Test
	void closing_the_context_ends_the_polls() {
		this.server.interval(60);
		for (boolean virtual : List.of(true, false)) {
			runner("spring.threads.virtual.enabled=" + virtual).run((context) -> {
				CompletableFuture<TokenEndpointResponse> future = poll(context.getBean(GrantTemplate.class));
				assertThat(future).isNotDone();
				context.getSourceApplicationContext().close();
				assertThatExceptionOfType(CancellationException.class).isThrownBy(future::join);
			});
		}
	}

	@Test
	void one_server_is_asked_by_half_of_the_polls_that_may_ask_at_a_time() {
		runner("oidc-grants.polling.max-concurrent-requests=2").run((context) -> {
			pollAll(context.getBean(GrantTemplate.class));
			assertThat(this.server.mostAsking()).isEqualTo(1);
		});
		runner().run((context) -> {
			pollAll(context.getBean(GrantTemplate.class));
			assertThat(this.server.mostAsking()).isGreaterThan(1);
		});
	}

	private static void pollAll(GrantTemplate template) {
		DeviceAuthorizationResponse device = template.initiateDeviceAuthorization("tv");
		CompletableFuture
			.allOf(Stream.generate(() -> template.pollDeviceAuthorizationGrant("tv", device))
				.limit(4)
				.toArray(CompletableFuture<?>[]::new))
			.join();
	}

	private static CompletableFuture<TokenEndpointResponse> poll(GrantTemplate template) {
		return template.pollDeviceAuthorizationGrant("tv", template.initiateDeviceAuthorization("tv"));
	}

	private static boolean isVirtual(Thread thread) {
		try {
			// Not on Java 17.
			return Runtime.version().feature() >= 21 && (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
