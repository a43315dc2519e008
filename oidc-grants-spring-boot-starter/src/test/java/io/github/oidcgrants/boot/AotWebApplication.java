package io.github.oidcgrants.boot;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What {@link AotTests} processes ahead of time to see whether it can be notified.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class AotWebApplication {

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(AotWebApplication.class)
			.web(WebApplicationType.SERVLET)
			.properties("server.address=127.0.0.1", "server.port=0")
			.run(args)) {
			String address = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
			HttpResponse<Void> notification = send(HttpRequest.newBuilder(URI.create(address + "/oidc-grants/ciba"))
				.POST(HttpRequest.BodyPublishers.ofString("{}")));
			HttpResponse<Void> other = send(HttpRequest.newBuilder(URI.create(address + "/other")));
			System.out.println("notification: " + notification.statusCode() + " "
					+ notification.headers().allValues("WWW-Authenticate") + ", other: " + other.statusCode());
		}
	}

	private static HttpResponse<Void> send(HttpRequest.Builder request) throws Exception {
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding());
	}

}
