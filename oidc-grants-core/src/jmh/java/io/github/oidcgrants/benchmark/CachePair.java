package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.http.Transports;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * A template and Spring Security's authorized client manager, both new, in front of one
 * server, with a count of the requests of each.
 */
final class CachePair implements AutoCloseable {

	private final TrivialTokenServer server;

	private final GrantClient client;

	private final AtomicInteger requests = new AtomicInteger();

	private final AtomicInteger springRequests = new AtomicInteger();

	private final Duration latency;

	private GrantTemplate template;

	private AuthorizedClientServiceOAuth2AuthorizedClientManager manager;

	private OAuth2AuthorizeRequest springRequest;

	/**
	 * Creates both.
	 * @param latency how far away the server is
	 */
	CachePair(Duration latency) throws IOException {
		this.latency = latency;
		this.server = TrivialTokenServer.start();
		ClientHttpRequestFactory transport = Transports.jdk(Transports.DEFAULT_CONNECT_TIMEOUT, null);
		this.client = GrantClient.builder().transport((uri, method) -> {
			this.requests.incrementAndGet();
			travel();
			return transport.createRequest(uri, method);
		}).build();
		reset();
	}

	private void travel() {
		LockSupport.parkNanos(this.latency.toNanos());
	}

	/**
	 * Empties both.
	 */
	void reset() {
		this.requests.set(0);
		this.springRequests.set(0);
		Configuration configuration = Configuration
			.builder(AuthorizationServer.builder().tokenEndpoint(this.server.tokenEndpoint()).build(), "client")
			.authentication(ClientAuthentication.clientSecretBasic("secret"))
			.allowInsecureRequests(true)
			.build();
		this.template = new GrantTemplate(this.client, TokenCache.create(),
				List.of(GrantRegistration.builder("id", configuration).build()));
		InMemoryClientRegistrationRepository registrations = new InMemoryClientRegistrationRepository(
				ClientRegistration.withRegistrationId("id")
					.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
					.tokenUri(this.server.tokenEndpoint().toString())
					.clientId("client")
					.clientSecret("secret")
					.scope("read")
					.build());
		RestClientClientCredentialsTokenResponseClient responses = new RestClientClientCredentialsTokenResponseClient();
		this.manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations,
				new InMemoryOAuth2AuthorizedClientService(registrations));
		this.manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
			.clientCredentials((configurer) -> configurer.accessTokenResponseClient((request) -> {
				this.springRequests.incrementAndGet();
				travel();
				return responses.getTokenResponse(request);
			}))
			.build());
		this.springRequest = OAuth2AuthorizeRequest.withClientRegistrationId("id")
			.principal(new TestingAuthenticationToken("client", "secret"))
			.build();
	}

	GrantTemplate template() {
		return this.template;
	}

	Object springToken() {
		return this.manager.authorize(this.springRequest);
	}

	int requests() {
		return this.requests.get();
	}

	int springRequests() {
		return this.springRequests.get();
	}

	@Override
	public void close() {
		this.client.close();
		this.server.close();
	}

}
