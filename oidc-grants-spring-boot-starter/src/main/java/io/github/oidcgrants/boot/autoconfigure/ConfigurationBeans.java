package io.github.oidcgrants.boot.autoconfigure;

import java.util.Map;

import io.github.oidcgrants.client.Configuration;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Registers a {@link Configuration} bean for each registration in the environment.
 * <p>
 * A registrar runs at start also where the context was processed ahead of time: so
 * registrations that were added since are there too. Its beans have names of their own,
 * not the bare ids, so that no bean of the application clashes with them;
 * {@link ConfigurationQualifiers} lets them be injected by id.
 */
final class ConfigurationBeans implements BeanRegistrar {

	static final String PREFIX = "oidcGrantsConfiguration-";

	private static final Bindable<Map<String, OidcGrantsProperties.Registration>> REGISTRATIONS = Bindable
		.mapOf(String.class, OidcGrantsProperties.Registration.class);

	@Override
	public void register(BeanRegistry registry, Environment env) {
		registrations(env).keySet()
			.forEach((id) -> registry.registerBean(PREFIX + id, Configuration.class,
					(bean) -> bean.description("The client of oidc-grants.registration." + id)
						.supplier((context) -> context.bean(Registrations.class).configuration(id))));
	}

	static Map<String, OidcGrantsProperties.Registration> registrations(Environment env) {
		return Binder.get(env).bind(OidcGrantsProperties.PREFIX + ".registration", REGISTRATIONS).orElseGet(Map::of);
	}

}
