package io.github.oidcgrants.boot;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.client.Configuration;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What {@link AotTests} processes ahead of time. It has a bean that is named like a
 * registration, and wants a registration that is not configured before it runs.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(AotApplication.Clients.class)
class AotApplication {

	@Bean
	String payments() {
		return "mine";
	}

	@Bean
	PersistentStore store() {
		return new PersistentStore();
	}

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(AotApplication.class)
			.web(WebApplicationType.NONE)
			.run(args)) {
			Clients clients = context.getBean(Clients.class);
			GrantTemplate template = context.getBean(GrantTemplate.class);
			template.managed("tv").put("main", PersistentStore.login("managed-1", "refresh-1"));
			System.out.println("managed: " + template.token("tv").accessToken() + ", written "
					+ context.getBean(PersistentStore.class).writes);
			System.out.println("bean: " + context.getBean("payments"));
			System.out.println("clients: " + clients.payments.clientId() + " " + clients.late.clientId());
			System.out.println(
					"tokens: " + template.token("payments").accessToken() + " " + template.token("late").accessToken());
		}
	}

	static class Clients {

		private final Configuration payments;

		private final Configuration late;

		Clients(@Qualifier("payments") Configuration payments, @Qualifier("late") Configuration late) {
			this.payments = payments;
			this.late = late;
		}

	}

}
