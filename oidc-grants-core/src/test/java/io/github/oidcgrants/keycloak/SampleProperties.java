package io.github.oidcgrants.keycloak;

import java.util.List;
import java.util.Map;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantParameters;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.env.PropertySourcesPropertyResolver;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

/**
 * What the sample application has in its files for the profile {@code keycloak}.
 */
final class SampleProperties {

	private static final String RESOURCES = "../oidc-grants-sample-app/src/main/resources/";

	private final PropertyResolver properties;

	/**
	 * Reads the files.
	 * @param issuer what somebody who tries the sample sets, if Keycloak is elsewhere
	 */
	SampleProperties(String issuer) {
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(file("application.yml"), file("application-keycloak.yml"));
		MutablePropertySources sources = new MutablePropertySources();
		sources.addLast(new MapPropertySource("issuer", Map.of("sample.keycloak.issuer-uri", issuer)));
		sources.addLast(new PropertiesPropertySource("files", yaml.getObject()));
		this.properties = new PropertySourcesPropertyResolver(sources);
	}

	private static Resource file(String name) {
		return new FileSystemResource(RESOURCES + name);
	}

	String user() {
		return this.properties.getRequiredProperty("sample.user.name");
	}

	String password() {
		return this.properties.getRequiredProperty("sample.user.password");
	}

	/**
	 * {@return what the starter makes of a registration in the files}
	 * @param id the registration's
	 */
	GrantRegistration registration(String id) {
		String prefix = "oidc-grants.registration." + id + ".";
		String provider = this.properties.getRequiredProperty(prefix + "provider");
		String issuer = this.properties.getRequiredProperty("oidc-grants.provider." + provider + ".issuer-uri");
		Configuration configuration = Configuration
			.builder(AuthorizationServer.discover(issuer), this.properties.getRequiredProperty(prefix + "client-id"))
			.authentication(ClientAuthentication
				.clientSecretBasic(this.properties.getRequiredProperty(prefix + "client-secret")))
			.allowInsecureRequests(
					this.properties.getRequiredProperty("oidc-grants.http.allow-insecure-requests", Boolean.class))
			.build();
		List<String> scopes = List.of(this.properties.getRequiredProperty(prefix + "scope", String[].class));
		return GrantRegistration.builder(id, configuration)
			.grantType(new AuthorizationGrantType(
					this.properties.getRequiredProperty(prefix + "authorization-grant-type")))
			.parameters(GrantParameters.builder().scope(scopes).build())
			.build();
	}

}
