package io.github.oidcgrants.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.cache.TokenStore;
import io.github.oidcgrants.client.TokenDeliveryMode;
import io.github.oidcgrants.grant.CibaNotifications;
import io.github.oidcgrants.managed.ManagedTokenStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Makes a {@link GrantTemplate} of {@code oidc-grants.registration.*} and of the
 * {@link GrantRegistration} beans of the application, and for each registration in the
 * properties a {@link io.github.oidcgrants.client.Configuration} that is injected with
 * the id as qualifier. An application's own {@link GrantTemplate}, {@link GrantClient},
 * {@link TokenCache} or {@link ManagedTokenStore} is used instead, and a
 * {@link TokenStore} as the second level of the cache. Nothing is asked of any server at
 * start.
 */
@AutoConfiguration
@EnableConfigurationProperties(OidcGrantsProperties.class)
@Import(ConfigurationBeans.class)
public final class OidcGrantsAutoConfiguration {

	private static final Log logger = LogFactory.getLog(OidcGrantsAutoConfiguration.class);

	OidcGrantsAutoConfiguration() {
	}

	@Bean
	static ConfigurationQualifiers oidcGrantsConfigurationQualifiers() {
		return new ConfigurationQualifiers();
	}

	@Bean
	Bundles oidcGrantsBundles(ObjectProvider<SslBundles> bundles) {
		return new Bundles(bundles.getIfAvailable());
	}

	@Bean
	Connections oidcGrantsConnections(Bundles bundles) {
		return new Connections(bundles);
	}

	@Bean
	PollThreads oidcGrantsPollThreads(Environment environment) {
		return new PollThreads(environment);
	}

	// Not even lazy initialization puts the checks off.
	@Bean
	@Lazy(false)
	Registrations oidcGrantsRegistrations(OidcGrantsProperties properties, Connections connections, Bundles bundles,
			ManagedTokenStore store) {
		return new Registrations(properties, connections, bundles, store.isPersistent());
	}

	@Bean
	@ConditionalOnMissingBean
	GrantClient grantClient(OidcGrantsProperties properties, Connections connections, PollThreads threads) {
		GrantClient.Builder client = GrantClient.builder()
			.transport(connections.transport(HttpSettings.of(properties.http())))
			.maxConcurrentPolls(properties.polling().checkedMaximum());
		threads.configure(client);
		return client.build();
	}

	// No other one replaces it: what that is told wakes no poll of the client.
	@Bean
	CibaNotifications cibaNotifications(GrantClient client) {
		return client.cibaNotifications();
	}

	@Bean
	@ConditionalOnMissingBean
	TokenCache tokenCache(ObjectProvider<TokenStore> store) {
		TokenCache.Builder cache = TokenCache.builder();
		store.ifAvailable(cache::store);
		return cache.build();
	}

	@Bean
	@ConditionalOnMissingBean
	ManagedTokenStore managedTokenStore() {
		return ManagedTokenStore.inMemory();
	}

	@Bean
	@ConditionalOnMissingBean
	GrantTemplate grantTemplate(GrantClient client, TokenCache cache, Registrations configured, ManagedTokenStore store,
			ObjectProvider<GrantRegistration> declared, Environment environment) {
		List<GrantRegistration> all = new ArrayList<>(configured.all());
		declared.orderedStream().forEach((registration) -> {
			if (configured.all().stream().anyMatch((other) -> other.id().equals(registration.id()))) {
				throw Property.ROOT.child("registration")
					.child(registration.id())
					.invalid("there is a GrantRegistration bean of the same id", "Rename one of them");
			}
			warnIfNotToldOf(registration, environment);
			all.add(registration);
		});
		return new GrantTemplate(client, cache, all, store);
	}

	// That there are such beans is known too late for an endpoint.
	private static void warnIfNotToldOf(GrantRegistration registration, Environment environment) {
		if (registration.configuration().ciba().tokenDeliveryMode() == TokenDeliveryMode.PING
				&& !NotificationEndpoint.isWanted(environment)) {
			logger.warn("The registration '" + registration.id() + "' is to be notified (ping), but there is no"
					+ " endpoint for that: set " + Property.ROOT.child("ciba.notification-path").name()
					+ ", or hand over what arrives to the bean of CibaNotifications");
		}
	}

}
