package io.github.oidcgrants.boot.autoconfigure;

import java.time.InstantSource;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.boot.ciba.CibaNotificationFilter;
import io.github.oidcgrants.boot.ciba.CibaNotificationWebFilter;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.grant.CibaNotifications;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which applications have a notification endpoint.
 */
@ExtendWith(OutputCaptureExtension.class)
class NotificationBeansTests {

	private static final Configuration CLIENT = Configuration
		.builder(AuthorizationServer.discover("https://idp.example.com"), "desk")
		.authentication(ClientAuthentication.none())
		.ciba(CibaOptions.builder().tokenDeliveryMode(TokenDeliveryMode.PING).build())
		.build();

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations
		.of(OidcGrantsAutoConfiguration.class, OidcGrantsNotificationAutoConfiguration.class);

	private static final String[] POLL = { "oidc-grants.registration.till.client-id=till",
			"oidc-grants.registration.till.provider=main",
			"oidc-grants.provider.main.issuer-uri=https://idp.example.com" };

	private static final String PING = "oidc-grants.registration.till.ciba.token-delivery-mode=ping";

	private static final String PATH = "oidc-grants.ciba.notification-path=";

	private final WebApplicationContextRunner servlet = configure(new WebApplicationContextRunner());

	private final ReactiveWebApplicationContextRunner reactive = configure(new ReactiveWebApplicationContextRunner());

	private final ApplicationContextRunner none = configure(new ApplicationContextRunner());

	private static <T extends AbstractApplicationContextRunner<T, ?, ?>> T configure(T runner) {
		return runner.withConfiguration(AUTO_CONFIGURATIONS).withPropertyValues(POLL);
	}

	@Test
	void there_is_none_unless_a_registration_uses_ping() {
		this.servlet.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FilterRegistrationBean.class));
		this.reactive.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(WebFilter.class));
	}

	@Test
	void there_is_one_if_a_registration_uses_ping() {
		this.servlet.withPropertyValues(PING).run((context) -> {
			FilterRegistrationBean<?> endpoint = context.getBean(FilterRegistrationBean.class);
			assertThat(endpoint.getFilter()).isInstanceOf(CibaNotificationFilter.class);
			assertThat(endpoint.getUrlPatterns()).containsExactly("/oidc-grants/ciba");
			assertThat(endpoint.getOrder()).isLessThan(-100);
		});
		this.reactive.withPropertyValues(PING)
			.run((context) -> assertThat(context.getBean(CibaNotificationWebFilter.class).getOrder()).isLessThan(-100));
	}

	/**
	 * For registrations that are beans: nothing else tells early enough that there is
	 * one.
	 */
	@Test
	void there_is_one_if_its_path_is_set() {
		this.servlet.withPropertyValues(PATH + "/told")
			.run((context) -> assertThat(context.getBean(FilterRegistrationBean.class).getUrlPatterns().toString())
				.isEqualTo("[/told]"));
		this.reactive.withPropertyValues(PATH + "/told")
			.run((context) -> assertThat(context.getBean(CibaNotificationWebFilter.class)).asString()
				.contains("path=/told"));
	}

	@Test
	void a_registration_that_is_a_bean_and_waits_for_notifications_in_vain_is_warned_of(CapturedOutput output) {
		WebApplicationContextRunner declared = this.servlet.withBean(GrantRegistration.class,
				() -> GrantRegistration.builder("desk", CLIENT).build());
		declared.withPropertyValues(PATH + "/told").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("'desk'");
		declared.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FilterRegistrationBean.class));
		assertThat(output).contains("The registration 'desk' is to be notified (ping)")
			.contains("set oidc-grants.ciba.notification-path");
	}

	@Test
	void there_is_none_without_a_web_server() {
		this.none.withPropertyValues(PING, PATH + "/told")
			.withClassLoader(new FilteredClassLoader(Filter.class, Mono.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(GrantClient.class)
				.doesNotHaveBean("oidcGrantsCibaNotificationEndpoint"));
	}

	@Test
	void what_takes_notifications_is_a_bean_everywhere() {
		this.none.run((context) -> assertThat(context.getBean(CibaNotifications.class))
			.isSameAs(context.getBean(GrantClient.class).cibaNotifications()));
		GrantClient own = GrantClient.create();
		this.none.withBean(GrantClient.class, () -> own)
			.run((context) -> assertThat(context.getBean(CibaNotifications.class)).isSameAs(own.cibaNotifications()));
	}

	@Test
	void one_of_the_applications_own_is_no_replacement() {
		CibaNotifications unheard = new CibaNotifications(InstantSource.system());
		this.servlet.withPropertyValues(PING)
			.withBean("own", CibaNotifications.class, () -> unheard)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(FilterRegistrationBean.class));
		this.reactive.withPropertyValues(PING)
			.withBean("own", CibaNotifications.class, () -> unheard)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(CibaNotificationWebFilter.class));
		this.none.withBean("own", CibaNotifications.class, () -> unheard)
			.run((context) -> assertThat(context.getBean("cibaNotifications"))
				.isSameAs(context.getBean(GrantClient.class).cibaNotifications()));
	}

}
