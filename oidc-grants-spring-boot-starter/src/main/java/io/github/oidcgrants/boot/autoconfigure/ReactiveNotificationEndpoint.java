package io.github.oidcgrants.boot.autoconfigure;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.boot.ciba.CibaNotificationWebFilter;

/**
 * Puts the notification endpoint among the filters of a WebFlux application.
 */
final class ReactiveNotificationEndpoint extends NotificationEndpoint<CibaNotificationWebFilter> {

	ReactiveNotificationEndpoint() {
		super(CibaNotificationWebFilter.class,
				(context) -> new CibaNotificationWebFilter(context.bean(GrantClient.class).cibaNotifications(),
						path(context)));
	}

}
