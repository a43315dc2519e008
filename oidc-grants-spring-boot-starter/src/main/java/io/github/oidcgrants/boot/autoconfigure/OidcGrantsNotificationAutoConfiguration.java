package io.github.oidcgrants.boot.autoconfigure;

import jakarta.servlet.Filter;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.server.WebFilter;

/**
 * Takes the notifications of CIBA's ping mode at
 * {@code oidc-grants.ciba.notification-path} in an application that has a web server, if
 * a registration uses it.
 */
@AutoConfiguration(after = OidcGrantsAutoConfiguration.class)
public final class OidcGrantsNotificationAutoConfiguration {

	OidcGrantsNotificationAutoConfiguration() {
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(Filter.class)
	@Import(ServletNotificationEndpoint.class)
	static class Servlet {

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass({ WebFilter.class, Mono.class })
	@Import(ReactiveNotificationEndpoint.class)
	static class Reactive {

	}

}
