package io.github.oidcgrants.sample.server;

import java.util.Objects;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;

/**
 * A running authorization server on {@code 127.0.0.1}: an application context of its own,
 * apart from the sample's.
 */
final class EmbeddedAuthorizationServer implements DisposableBean {

	private final AnnotationConfigServletWebServerApplicationContext context;

	private final int port;

	private EmbeddedAuthorizationServer(AnnotationConfigServletWebServerApplicationContext context, WebServer server) {
		this.context = context;
		this.port = server.getPort();
	}

	static EmbeddedAuthorizationServer start(DemoClient client, DemoPerson person) {
		// Created by hand: a second SpringApplication would read the sample's
		// application.yml and, once that is processed ahead of time, start its beans.
		AnnotationConfigServletWebServerApplicationContext context = new AnnotationConfigServletWebServerApplicationContext();
		context.setDisplayName("authorization server");
		context.registerBean(DemoClient.class, () -> client);
		context.registerBean(DemoPerson.class, () -> person);
		context.register(AuthorizationServerConfiguration.class, DeviceVerificationConfiguration.class,
				DpopApiConfiguration.class);
		context.refresh();
		return new EmbeddedAuthorizationServer(context, Objects.requireNonNull(context.getWebServer()));
	}

	int port() {
		return this.port;
	}

	@Override
	public void destroy() {
		this.context.close();
	}

}
