package io.github.oidcgrants.client;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.metadata.ServerMetadata;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * A client at an authorization server: the server, the client's identifier, its
 * authentication, and how it talks. Immutable and thread-safe.
 */
public final class Configuration {

	/**
	 * How long an exchange may take unless something else is set.
	 */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

	private final AuthorizationServer server;

	private final @Nullable String name;

	private final String clientId;

	private final ClientAuthentication authentication;

	private final @Nullable ClientHttpRequestFactory transport;

	private final Duration timeout;

	private final boolean allowInsecureRequests;

	private final boolean certificateBoundAccessTokens;

	private final @Nullable Supplier<String> certificateThumbprint;

	private final IdTokenRules idTokenRules;

	private final CibaOptions ciba;

	private Configuration(Builder builder) {
		this.server = builder.server;
		this.name = builder.name;
		this.clientId = builder.clientId;
		this.authentication = builder.authentication;
		this.transport = builder.transport;
		this.timeout = builder.timeout;
		this.allowInsecureRequests = builder.allowInsecureRequests;
		if (this.clientId.isBlank()) {
			throw GrantException.misconfigured("The client identifier (client-id) is blank: set it");
		}
		if (this.timeout.isNegative() || this.timeout.isZero()) {
			throw GrantException.misconfigured("The timeout must be longer than nothing, not " + this.timeout);
		}
		this.idTokenRules = builder.idTokenRules;
		this.ciba = builder.ciba;
		this.certificateBoundAccessTokens = builder.certificateBoundAccessTokens;
		this.certificateThumbprint = builder.certificateThumbprint;
		if (mutualTls() && this.transport == null) {
			throw GrantException.misconfigured("Client '" + this.clientId + "' presents a certificate, but has no"
					+ " transport of its own that does: give it one (ssl.bundle)");
		}
		requireSecure(ServerMetadata.ISSUER, this.server.issuer());
		for (String endpoint : List.of(ServerMetadata.TOKEN_ENDPOINT, ServerMetadata.DEVICE_AUTHORIZATION_ENDPOINT,
				ServerMetadata.BACKCHANNEL_AUTHENTICATION_ENDPOINT, ServerMetadata.JWKS_URI)) {
			requireSecure(endpoint, this.server.configured().get(endpoint));
		}
	}

	private void requireSecure(String member, @Nullable Object value) {
		if (!this.allowInsecureRequests && value instanceof String uri
				&& uri.toLowerCase(Locale.ROOT).startsWith("http:")) {
			throw GrantException.misconfigured("The " + member + " '"
					+ Redactor.describe(this.server.configured().endpoint(member)) + "' of client '" + this.clientId
					+ "' is not https: use https, or set allow-insecure-requests to true where nobody else can listen");
		}
	}

	/**
	 * Creates a client of a server whose metadata are discovered at the first use.
	 * @param issuer the server's issuer identifier, exactly as it writes it itself
	 * @param clientId the client's identifier
	 * @param authentication how the client proves who it is
	 * @return the configuration
	 * @throws GrantException {@link Kind#MISCONFIGURED} if one of them cannot work
	 */
	public static Configuration discover(String issuer, String clientId, ClientAuthentication authentication) {
		return builder(AuthorizationServer.discover(issuer), clientId).authentication(authentication).build();
	}

	/**
	 * Begins the configuration of a client.
	 * @param server the authorization server
	 * @param clientId the client's identifier there
	 * @return a builder
	 */
	public static Builder builder(AuthorizationServer server, String clientId) {
		return new Builder(server, clientId);
	}

	/**
	 * {@return the authorization server}
	 */
	public AuthorizationServer server() {
		return this.server;
	}

	/**
	 * {@return the client's identifier}
	 */
	public String clientId() {
		return this.clientId;
	}

	/**
	 * {@return who asks, in words for a message: the name if there is one, the client's
	 * identifier, and how it proves who it is}
	 */
	public String describe() {
		String registration = (this.name != null) ? "registration '" + this.name + "', " : "";
		return registration + "client '" + this.clientId + "', " + this.authentication.method().getValue();
	}

	/**
	 * {@return how the client proves who it is}
	 */
	public ClientAuthentication authentication() {
		return this.authentication;
	}

	/**
	 * {@return whether the client cannot prove who it is}
	 */
	public boolean isPublic() {
		return ClientAuthenticationMethod.NONE.equals(this.authentication.method());
	}

	/**
	 * {@return what was agreed on about ID tokens}
	 */
	public IdTokenRules idTokenRules() {
		return this.idTokenRules;
	}

	/**
	 * {@return what was agreed on about CIBA}
	 */
	public CibaOptions ciba() {
		return this.ciba;
	}

	/**
	 * {@return whether the client presents a certificate (RFC 8705): to authenticate, or
	 * to have its access tokens bound to it}
	 */
	public boolean mutualTls() {
		return this.authentication.isMutualTls() || this.certificateBoundAccessTokens;
	}

	/**
	 * {@return the thumbprint of the certificate that the client presents now;
	 * {@code null} if it presents none, or nobody said which}
	 */
	public @Nullable String certificateThumbprint() {
		return (this.certificateThumbprint != null && mutualTls()) ? this.certificateThumbprint.get() : null;
	}

	/**
	 * {@return how long an exchange with the server may take, body included}
	 */
	public Duration timeout() {
		return this.timeout;
	}

	/**
	 * {@return whether {@code http} is allowed}
	 */
	public boolean allowInsecureRequests() {
		return this.allowInsecureRequests;
	}

	/**
	 * {@return the transport of the client's own, or {@code null} if it has none}
	 */
	public @Nullable ClientHttpRequestFactory transport() {
		return this.transport;
	}

	/**
	 * Says how this client talks to its server.
	 * @param defaultTransport the transport to use if the client has none of its own
	 * @param timeout how long an exchange may take; {@code null} for the client's own
	 * @return what sends requests
	 */
	public JsonHttp http(ClientHttpRequestFactory defaultTransport, @Nullable Duration timeout) {
		return new JsonHttp((this.transport != null) ? this.transport : defaultTransport,
				(timeout != null) ? timeout : this.timeout, this.allowInsecureRequests);
	}

	@Override
	public String toString() {
		return "Configuration[clientId=" + this.clientId + ", server=" + this.server + ", authentication="
				+ this.authentication.method().getValue() + ", timeout=" + this.timeout + ", allowInsecureRequests="
				+ this.allowInsecureRequests + "]";
	}

	/**
	 * Says what a client is like.
	 */
	public static final class Builder {

		private final AuthorizationServer server;

		private final String clientId;

		private @Nullable String name;

		private ClientAuthentication authentication = ClientAuthentication.none();

		private @Nullable ClientHttpRequestFactory transport;

		private Duration timeout = DEFAULT_TIMEOUT;

		private boolean allowInsecureRequests;

		private boolean certificateBoundAccessTokens;

		private @Nullable Supplier<String> certificateThumbprint;

		private IdTokenRules idTokenRules = IdTokenRules.defaults();

		private CibaOptions ciba = CibaOptions.defaults();

		private Builder(AuthorizationServer server, String clientId) {
			this.server = server;
			this.clientId = clientId;
		}

		/**
		 * Sets what messages call the client, beside its identifier.
		 * @param name the id of its registration
		 * @return this
		 */
		public Builder name(String name) {
			this.name = name;
			return this;
		}

		/**
		 * Sets how the client proves who it is; a public client unless set.
		 * @param authentication the method, with what it needs
		 * @return this
		 */
		public Builder authentication(ClientAuthentication authentication) {
			this.authentication = authentication;
			return this;
		}

		/**
		 * Sets a transport of the client's own. It must not retry, redirect, keep cookies
		 * or authenticate by itself; whoever created it closes it.
		 * @param transport the transport
		 * @return this
		 */
		public Builder transport(ClientHttpRequestFactory transport) {
			this.transport = transport;
			return this;
		}

		/**
		 * Sets how long an exchange may take, body included; 30 seconds unless set.
		 * @param timeout the time, longer than nothing
		 * @return this
		 */
		public Builder timeout(Duration timeout) {
			this.timeout = timeout;
			return this;
		}

		/**
		 * Allows {@code http}, loopback included. What is sent can be read by whoever
		 * stands between.
		 * @param allow whether it is allowed
		 * @return this
		 */
		public Builder allowInsecureRequests(boolean allow) {
			this.allowInsecureRequests = allow;
			return this;
		}

		/**
		 * Says that access tokens are bound to the client's certificate (RFC 8705 section
		 * 3) although another method authenticates it: its transport presents the
		 * certificate, and the server's endpoints for that are used.
		 * @param bound whether they are bound
		 * @return this
		 */
		public Builder tlsClientCertificateBoundAccessTokens(boolean bound) {
			this.certificateBoundAccessTokens = bound;
			return this;
		}

		/**
		 * Says which certificate the client's transport presents, which cannot be seen
		 * from outside. A token that may be bound to one certificate is not kept for
		 * another. It is needed only where the certificate changes while the application
		 * runs: change the transport first, then what this gives.
		 * @param thumbprint gives the SHA-256 thumbprint (RFC 8705 section 3.1) as it is
		 * now; read on every look for a kept token, so it must be fast
		 * @return this
		 */
		public Builder certificateThumbprint(Supplier<String> thumbprint) {
			this.certificateThumbprint = thumbprint;
			return this;
		}

		/**
		 * Sets what was agreed on about ID tokens.
		 * @param rules the rules
		 * @return this
		 */
		public Builder idTokenRules(IdTokenRules rules) {
			this.idTokenRules = rules;
			return this;
		}

		/**
		 * Sets what was agreed on about CIBA; polling with requests that are not signed
		 * unless set.
		 * @param ciba what was agreed on
		 * @return this
		 */
		public Builder ciba(CibaOptions ciba) {
			this.ciba = ciba;
			return this;
		}

		/**
		 * Creates the configuration.
		 * @return the configuration
		 * @throws GrantException {@link Kind#MISCONFIGURED} if it cannot work
		 */
		public Configuration build() {
			return new Configuration(this);
		}

	}

}
