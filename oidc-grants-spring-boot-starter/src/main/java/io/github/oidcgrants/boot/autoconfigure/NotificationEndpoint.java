package io.github.oidcgrants.boot.autoconfigure;

import java.util.function.Function;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Registers the place where servers tell of users' decisions, where a registration has
 * them tell or its path is set. Like {@link ConfigurationBeans} it looks at each start,
 * also where the context was processed ahead of time.
 *
 * @param <T> the bean's type
 */
abstract class NotificationEndpoint<T> implements BeanRegistrar {

	private static final String NAME = "oidcGrantsCibaNotificationEndpoint";

	private final Class<? super T> type;

	private final Function<BeanRegistry.SupplierContext, T> supplier;

	NotificationEndpoint(Class<? super T> type, Function<BeanRegistry.SupplierContext, T> supplier) {
		this.type = type;
		this.supplier = supplier;
	}

	@Override
	public final void register(BeanRegistry registry, Environment env) {
		if (isWanted(env)) {
			registry.registerBean(NAME, this.type,
					(bean) -> bean.description("Takes the notifications of CIBA's ping mode")
						.supplier(this.supplier::apply));
		}
	}

	static boolean isWanted(Environment env) {
		return Binder.get(env).bind(OidcGrantsProperties.PREFIX + ".ciba.notification-path", String.class).isBound()
				|| ConfigurationBeans.registrations(env)
					.values()
					.stream()
					.anyMatch((registration) -> CibaClients.PING.equals(registration.ciba().tokenDeliveryMode()));
	}

	static String path(BeanRegistry.SupplierContext context) {
		return context.bean(OidcGrantsProperties.class).ciba().checkedPath();
	}

}
