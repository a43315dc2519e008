package io.github.oidcgrants.sample.server;

import java.util.Map;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts the authorization server before the sample and stops it after. What the sample
 * needs to know of it, it finds in the properties
 * {@code sample.authorization-server.issuer-uri} and
 * {@code sample.authorization-server.client-secret}.
 * <p>
 * An initializer, not a bean: those properties have to be there when beans are created.
 */
class AuthorizationServerInitializer implements ApplicationContextInitializer<GenericApplicationContext> {

	private static final String PREFIX = "sample.authorization-server.";

	@Override
	public void initialize(GenericApplicationContext sample) {
		DemoClient client = DemoClient.of(sample.getEnvironment().getRequiredProperty(PREFIX + "port", Integer.class),
				sample.getEnvironment().getProperty(PREFIX + "client-secret"));
		DemoPerson person = new DemoPerson(sample.getEnvironment().getRequiredProperty("sample.user.name"),
				sample.getEnvironment().getRequiredProperty("sample.user.password"));
		int port = isBuild() ? client.serverPort() : start(client, person, sample.getDefaultListableBeanFactory());
		sample.getEnvironment()
			.getPropertySources()
			.addLast(new MapPropertySource("authorizationServer", Map.of(PREFIX + "issuer-uri",
					"http://127.0.0.1:" + port, PREFIX + "client-secret", client.secret())));
	}

	private static int start(DemoClient client, DemoPerson person, DefaultListableBeanFactory sample) {
		EmbeddedAuthorizationServer server = EmbeddedAuthorizationServer.start(client, person);
		// Destroyed when the sample is closed, and also when its start fails.
		sample.registerDisposableBean("authorizationServer", server);
		return server.port();
	}

	// Ahead-of-time processing runs initializers too, but starts nothing.
	private static boolean isBuild() {
		return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
	}

}
