package io.github.oidcgrants.boot.actuate.autoconfigure;

import java.util.Locale;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.boot.actuate.OidcGrantsEndpoint;
import io.github.oidcgrants.boot.autoconfigure.OidcGrantsAutoConfiguration;
import io.github.oidcgrants.cache.TokenCache;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Adds the endpoint {@code oidcgrants} where it is exposed, and keeps secrets out of the
 * endpoints that show properties.
 */
@AutoConfiguration(after = OidcGrantsAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
public final class OidcGrantsEndpointAutoConfiguration {

	OidcGrantsEndpointAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	OidcGrantsEndpoint oidcGrantsEndpoint(TokenCache cache, GrantTemplate template) {
		return new OidcGrantsEndpoint(cache, template);
	}

	// The environment may be shown with values; these never are.
	@Bean
	SanitizingFunction oidcGrantsSanitizingFunction() {
		return SanitizingFunction.sanitizeValue().ifKeyMatches(OidcGrantsEndpointAutoConfiguration::isSecret);
	}

	private static boolean isSecret(String key) {
		String letters = key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
		return letters.startsWith("oidcgrantsregistration")
				&& (letters.contains("clientsecret") || letters.contains("parameters"));
	}

}
