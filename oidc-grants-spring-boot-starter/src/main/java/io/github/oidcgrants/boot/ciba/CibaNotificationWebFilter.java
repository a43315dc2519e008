package io.github.oidcgrants.boot.ciba;

import io.github.oidcgrants.grant.CibaNotifications;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * The notification endpoint of CIBA's ping mode in a WebFlux application (OpenID Connect
 * CIBA Core 1.0 section 10.2). It answers every request to its path, with a status and no
 * body.
 * <p>
 * A filter, because a server that notifies has neither a session nor a CSRF token: in
 * front of Spring Security's filter it needs none, and leaves the application's own rules
 * as they are. A filter chain for its path alone would not: Spring Security protects the
 * other paths by itself only where there is no chain at all.
 */
public final class CibaNotificationWebFilter implements WebFilter, Ordered {

	/**
	 * Where it belongs among the filters: in front of Spring Security's, which is at
	 * -100.
	 */
	public static final int ORDER = -110;

	private final CibaNotifications notifications;

	private final String path;

	/**
	 * Creates the endpoint.
	 * @param notifications takes the notifications
	 * @param path the path, within the application
	 */
	public CibaNotificationWebFilter(CibaNotifications notifications, String path) {
		this.notifications = notifications;
		this.path = path;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!this.path.equals(exchange.getRequest().getPath().pathWithinApplication().value())) {
			return chain.filter(exchange);
		}
		return status(exchange.getRequest()).flatMap((status) -> answer(exchange.getResponse(), status));
	}

	private Mono<HttpStatus> status(ServerHttpRequest notification) {
		if (!HttpMethod.POST.equals(notification.getMethod())) {
			return Mono.just(HttpStatus.METHOD_NOT_ALLOWED);
		}
		String authorization = notification.getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
		if (!this.notifications.isExpected(authorization)) {
			return Mono.just(HttpStatus.UNAUTHORIZED);
		}
		return BoundedBody.read(notification.getBody(), CibaNotifications.MAX_BODY)
			.map((body) -> this.notifications.handle(authorization, body));
	}

	private static Mono<Void> answer(ServerHttpResponse answer, HttpStatus status) {
		AnswerHeaders.set(status, answer.getHeaders()::set);
		answer.setStatusCode(status);
		return answer.setComplete();
	}

	@Override
	public String toString() {
		return "CibaNotificationWebFilter[path=" + this.path + ", " + this.notifications + "]";
	}

}
