package io.github.oidcgrants.boot.autoconfigure;

import java.util.List;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.boot.ciba.CibaNotificationFilter;

import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.web.servlet.FilterRegistrationBean;

/**
 * Maps the notification endpoint to its path in a servlet application.
 */
final class ServletNotificationEndpoint extends NotificationEndpoint<FilterRegistrationBean<CibaNotificationFilter>> {

	ServletNotificationEndpoint() {
		super(FilterRegistrationBean.class, ServletNotificationEndpoint::create);
	}

	private static FilterRegistrationBean<CibaNotificationFilter> create(BeanRegistry.SupplierContext context) {
		FilterRegistrationBean<CibaNotificationFilter> endpoint = new FilterRegistrationBean<>(
				new CibaNotificationFilter(context.bean(GrantClient.class).cibaNotifications()));
		endpoint.setUrlPatterns(List.of(path(context)));
		endpoint.setOrder(CibaNotificationFilter.ORDER);
		return endpoint;
	}

}
