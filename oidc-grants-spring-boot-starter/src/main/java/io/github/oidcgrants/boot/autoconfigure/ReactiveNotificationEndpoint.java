package io.github.oidcgrants.boot.autoconfigure;

import io.github.oidcgrants.boot.ciba.CibaNotificationWebFilter;
import io.github.oidcgrants.grant.CibaNotifications;

/**
 * Puts the notification endpoint among the filters of a WebFlux application.
 */
final class ReactiveNotificationEndpoint extends NotificationEndpoint<CibaNotificationWebFilter> {

	ReactiveNotificationEndpoint() {
		super(CibaNotificationWebFilter.class,
				(context) -> new CibaNotificationWebFilter(context.bean(CibaNotifications.class), path(context)));
	}

}
