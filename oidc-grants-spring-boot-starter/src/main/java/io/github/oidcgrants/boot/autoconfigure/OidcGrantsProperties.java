package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be configured. Keys that are not here are refused at start.
 *
 * @param registration Clients that ask for tokens, each by an id of the application's
 * own.
 * @param provider Authorization servers, each by a name of the application's own.
 * @param http How authorization servers are called, unless a provider or registration
 * says otherwise.
 */
@ConfigurationProperties(value = OidcGrantsProperties.PREFIX, ignoreUnknownFields = false)
record OidcGrantsProperties(@DefaultValue Map<String, Registration> registration,
		@DefaultValue Map<String, Provider> provider, @DefaultValue Http http) {

	static final String PREFIX = "oidc-grants";

	/**
	 * A client that asks for tokens.
	 *
	 * @param provider Name of the provider that it asks; the registration's id unless
	 * set.
	 * @param clientId Identifier of the client at the authorization server.
	 * @param clientSecret Secret of the client.
	 * @param clientAuthenticationMethod How the client proves who it is. One of
	 * client_secret_basic, client_secret_post and none; client_secret_basic unless set if
	 * there is a client-secret, else none.
	 * @param authorizationGrantType Grant that a token is got by when only the
	 * registration is named.
	 * @param scope Scopes to ask for, separated by commas or spaces.
	 * @param resource Absolute URIs of the APIs that the token is for.
	 * @param audience Logical names of the services that the token is for.
	 * @param parameters Any other parameters of the token request, by name.
	 * @param connectTimeout How long making a connection may take; what the provider says
	 * unless set.
	 * @param timeout How long an exchange may take, body included; what the provider says
	 * unless set.
	 * @param allowInsecureRequests Whether http is allowed besides https; what the
	 * provider says unless set.
	 */
	@ConfigurationPropertiesSource
	record Registration(@Nullable String provider, @Nullable String clientId, @Nullable String clientSecret,
			@Nullable String clientAuthenticationMethod,
			@DefaultValue("client_credentials") String authorizationGrantType, @DefaultValue List<String> scope,
			@DefaultValue List<String> resource, @DefaultValue List<String> audience,
			@DefaultValue Map<String, String> parameters, @Nullable Duration connectTimeout, @Nullable Duration timeout,
			@Nullable Boolean allowInsecureRequests) {

		@Override
		public String toString() {
			return "Registration[provider=" + this.provider + ", clientId=" + this.clientId + ", clientSecret="
					+ ((this.clientSecret != null) ? Redactor.MASK : null) + ", clientAuthenticationMethod="
					+ this.clientAuthenticationMethod + ", authorizationGrantType=" + this.authorizationGrantType
					+ ", scope=" + this.scope + ", resource=" + this.resource + ", audience=" + this.audience
					+ ", parameters=" + this.parameters.keySet() + "]";
		}

	}

	/**
	 * An authorization server.
	 *
	 * @param issuerUri Issuer identifier, exactly as the server writes it; its metadata
	 * are discovered at the first use.
	 * @param tokenUri Address of the token endpoint; the one in the server's metadata
	 * unless set.
	 * @param connectTimeout How long making a connection may take; what oidc-grants.http
	 * says unless set.
	 * @param timeout How long an exchange may take, body included; what oidc-grants.http
	 * says unless set.
	 * @param allowInsecureRequests Whether http is allowed besides https; what
	 * oidc-grants.http says unless set.
	 */
	@ConfigurationPropertiesSource
	record Provider(@Nullable String issuerUri, @Nullable String tokenUri, @Nullable Duration connectTimeout,
			@Nullable Duration timeout, @Nullable Boolean allowInsecureRequests) {
	}

	/**
	 * How authorization servers are called.
	 *
	 * @param connectTimeout How long making a connection may take.
	 * @param timeout How long an exchange may take, body included.
	 * @param allowInsecureRequests Whether http is allowed besides https.
	 */
	record Http(@DefaultValue("5s") Duration connectTimeout, @DefaultValue("30s") Duration timeout,
			@DefaultValue("false") boolean allowInsecureRequests) {
	}

}
