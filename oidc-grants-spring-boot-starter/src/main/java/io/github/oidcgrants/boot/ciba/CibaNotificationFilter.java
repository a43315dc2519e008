package io.github.oidcgrants.boot.ciba;

import java.io.IOException;

import io.github.oidcgrants.grant.CibaNotifications;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/**
 * The notification endpoint of CIBA's ping mode in a servlet application (OpenID Connect
 * CIBA Core 1.0 section 10.2). It answers every request that it gets, with a status and
 * no body, so it is to be mapped to one path.
 * <p>
 * A filter, because a server that notifies has neither a session nor a CSRF token: in
 * front of Spring Security's filter it needs none, and leaves the application's own rules
 * as they are.
 */
public final class CibaNotificationFilter implements Filter {

	/**
	 * Where it belongs among the filters: in front of Spring Security's, which is at
	 * -100.
	 */
	public static final int ORDER = -110;

	private final CibaNotifications notifications;

	/**
	 * Creates the endpoint.
	 * @param notifications takes the notifications
	 */
	public CibaNotificationFilter(CibaNotifications notifications) {
		this.notifications = notifications;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest notification && response instanceof HttpServletResponse answer) {
			answer(notification, answer);
		}
		else {
			chain.doFilter(request, response);
		}
	}

	private void answer(HttpServletRequest notification, HttpServletResponse answer) throws IOException {
		HttpStatus status = status(notification);
		AnswerHeaders.set(status, answer::setHeader);
		answer.setStatus(status.value());
	}

	private HttpStatus status(HttpServletRequest notification) throws IOException {
		if (!HttpMethod.POST.matches(notification.getMethod())) {
			return HttpStatus.METHOD_NOT_ALLOWED;
		}
		String authorization = notification.getHeader(HttpHeaders.AUTHORIZATION);
		if (!this.notifications.isExpected(authorization)) {
			return HttpStatus.UNAUTHORIZED;
		}
		// A byte more than is allowed tells that there are more: the rest is not read.
		byte[] body = notification.getInputStream().readNBytes(CibaNotifications.MAX_BODY + 1);
		return this.notifications.handle(authorization, body);
	}

	@Override
	public String toString() {
		return "CibaNotificationFilter[" + this.notifications + "]";
	}

}
