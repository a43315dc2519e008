package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;

/**
 * What can be configured. Keys that are not here are refused at start.
 *
 * @param registration Clients that ask for tokens, each by an id of the application's
 * own.
 * @param provider Authorization servers, each by a name of the application's own.
 * @param http How authorization servers are called, unless a provider or registration
 * says otherwise.
 * @param polling How servers are asked whether a user has decided.
 * @param ciba What servers tell this application about backchannel authentications.
 * @param cryptoProvider Which JCA provider signs and verifies: auto, jdk, corretto,
 * conscrypt, or the name of an installed one; auto unless set, which uses Corretto or
 * Conscrypt where one is on the class path.
 */
@ConfigurationProperties(value = OidcGrantsProperties.PREFIX, ignoreUnknownFields = false)
record OidcGrantsProperties(@DefaultValue Map<String, Registration> registration,
		@DefaultValue Map<String, Provider> provider, @DefaultValue Http http, @DefaultValue Polling polling,
		@DefaultValue Notifications ciba, @Nullable String cryptoProvider) {

	static final String PREFIX = "oidc-grants";

	/**
	 * A client that asks for tokens.
	 *
	 * @param provider Name of the provider that it asks; the registration's id unless
	 * set.
	 * @param clientId Identifier of the client at the authorization server.
	 * @param clientSecret Secret of the client.
	 * @param clientSecretLocation File that holds the secret of the client, instead of
	 * client-secret. It is read at each use, without the line break at its end.
	 * @param clientAuthenticationMethod How the client proves who it is. One of
	 * client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt,
	 * tls_client_auth, self_signed_tls_client_auth and none; client_secret_basic unless
	 * set if there is a secret, else none.
	 * @param clientAssertion The JWT of client_secret_jwt and private_key_jwt.
	 * @param tlsClientCertificateBoundAccessTokens Whether access tokens are bound to the
	 * certificate of ssl.bundle, although another method authenticates the client.
	 * @param authorizationGrantType Grant that a token is got by when only the
	 * registration is named: any that is one request. Or the device grant or that of
	 * CIBA, which need a user and begin with a method of their own.
	 * @param keepLoginsAs Name under which the tokens of device and CIBA logins are kept
	 * and refreshed, the newest login in the place of the one before; they are not kept
	 * unless set.
	 * @param scope Scopes to ask for, separated by commas or spaces.
	 * @param resource Absolute URIs of the APIs that the token is for.
	 * @param audience Logical names of the services that the token is for.
	 * @param parameters Any other parameters of the token request, by name.
	 * @param allowedOrigins Origins that the token may be sent to; those of the https
	 * resources unless set.
	 * @param dpop The key that tokens are bound to.
	 * @param cache How tokens are kept.
	 * @param idToken What was agreed on with the server about ID tokens.
	 * @param ciba What was agreed on with the server about backchannel authentication.
	 * @param ssl TLS for the connections of this registration.
	 * @param connectTimeout How long making a connection may take; what the provider says
	 * unless set.
	 * @param timeout How long an exchange may take, body included; what the provider says
	 * unless set.
	 * @param allowInsecureRequests Whether http is allowed besides https; what the
	 * provider says unless set.
	 */
	@ConfigurationPropertiesSource
	record Registration(@Nullable String provider, @Nullable String clientId, @Nullable String clientSecret,
			@Nullable Resource clientSecretLocation, @Nullable String clientAuthenticationMethod,
			@Nullable ClientAssertion clientAssertion,
			@DefaultValue("false") boolean tlsClientCertificateBoundAccessTokens,
			@DefaultValue("client_credentials") String authorizationGrantType, @Nullable String keepLoginsAs,
			@DefaultValue List<String> scope, @DefaultValue List<String> resource, @DefaultValue List<String> audience,
			@DefaultValue Map<String, String> parameters, @DefaultValue List<String> allowedOrigins,
			@DefaultValue Dpop dpop, @DefaultValue Cache cache, @DefaultValue IdToken idToken, @DefaultValue Ciba ciba,
			@Nullable Ssl ssl, @Nullable Duration connectTimeout, @Nullable Duration timeout,
			@Nullable Boolean allowInsecureRequests) {

		@Override
		public String toString() {
			return "Registration[provider=" + this.provider + ", clientId=" + this.clientId + ", clientSecret="
					+ ((this.clientSecret != null) ? Redactor.MASK : null) + ", clientSecretLocation="
					+ this.clientSecretLocation + ", clientAuthenticationMethod=" + this.clientAuthenticationMethod
					+ ", clientAssertion=" + this.clientAssertion + ", authorizationGrantType="
					+ this.authorizationGrantType + ", keepLoginsAs=" + this.keepLoginsAs + ", scope=" + this.scope
					+ ", resource=" + this.resource + ", audience=" + this.audience + ", parameters="
					+ this.parameters.keySet() + ", allowedOrigins=" + this.allowedOrigins + ", dpop=" + this.dpop
					+ ", cache=" + this.cache + ", idToken=" + this.idToken + ", ciba=" + this.ciba + ", ssl="
					+ this.ssl + "]";
		}

	}

	/**
	 * The JWT by which a client proves who it is.
	 *
	 * @param algorithm Signature algorithm. Unless set HS256 for a secret; for a key the
	 * one that it is bound to, else the one of its curve, else PS256 if the server lists
	 * it, else RS256.
	 * @param audience Whom the JWT is for: issuer, endpoint (the address that is called)
	 * or any other text as it is.
	 * @param lifetime How long the JWT is valid.
	 * @param header Header parameters to add, by name, such as typ.
	 * @param claims Claims to add, by name.
	 * @param key The key of private_key_jwt.
	 * @param location File that holds a JWT that someone else has signed for this client,
	 * such as a Kubernetes service account token. It is read at each use.
	 */
	record ClientAssertion(@Nullable String algorithm, @DefaultValue("issuer") String audience,
			@DefaultValue("60s") Duration lifetime, @DefaultValue Map<String, String> header,
			@DefaultValue Map<String, String> claims, @Nullable Key key, @Nullable Resource location) {

		@Override
		public String toString() {
			return "ClientAssertion[algorithm=" + this.algorithm + ", audience=" + this.audience + ", lifetime="
					+ this.lifetime + ", header=" + this.header.keySet() + ", claims=" + this.claims.keySet() + ", key="
					+ this.key + ", location=" + this.location + "]";
		}

	}

	/**
	 * A private key.
	 *
	 * @param location File that holds the key: a JWK, or PEM without password. A
	 * certificate beside the key gives it its thumbprint.
	 * @param keyId Identifier of the key at the authorization server; the one in the JWK
	 * unless set.
	 * @param sslBundle SSL bundle that holds the key and its certificate, instead of
	 * location.
	 */
	record Key(@Nullable Resource location, @Nullable String keyId, @Nullable String sslBundle) {
	}

	/**
	 * The key that tokens are bound to.
	 *
	 * @param mode Whether tokens are bound to a key: off; preferred, which takes a Bearer
	 * token too; or required, which does not. Off unless set.
	 * @param algorithm Signature algorithm of proofs; unless set ES256 for a generated
	 * key, else one of the key's. Retired keys that cannot use it use one of their own.
	 * @param key The key; one is generated at each start unless set. It is read at the
	 * start and stays in use until the next one, whatever becomes of its file: tokens are
	 * bound to it.
	 * @param retiredKeys Keys that were the key before: no new login is bound to them,
	 * but those that are kept live on with theirs.
	 */
	record Dpop(@Nullable DPoPMode mode, @Nullable String algorithm, @Nullable Key key,
			@DefaultValue List<Key> retiredKeys) {
	}

	/**
	 * How tokens are kept, and how long they and managed ones are served.
	 *
	 * @param genericGrants Whether the tokens of other grants than client credentials are
	 * kept too. Those of refresh_token, device and CIBA grants never are.
	 * @param refreshAhead Whether a token is replaced in the background once four fifths
	 * of its lifetime are over, so that no call waits for the next one.
	 * @param skew How long before its expiry a token is no longer used; at most a tenth
	 * of its lifetime counts.
	 * @param lifetimeIfUnknown How long a token is used whose lifetime the server does
	 * not say.
	 */
	record Cache(@DefaultValue("false") boolean genericGrants, @DefaultValue("true") boolean refreshAhead,
			@DefaultValue("60s") Duration skew, @DefaultValue("5m") Duration lifetimeIfUnknown) {
	}

	/**
	 * What was agreed on with the server about ID tokens.
	 *
	 * @param signatureAlgorithm The one algorithm that ID tokens are signed with; any
	 * asymmetric one that the server lists unless set. HS256, HS384 and HS512 are
	 * verified with the client's secret.
	 * @param maxAge How long ago an ID token may have been issued.
	 * @param clockSkew How far the server's clock may be off.
	 * @param verifySignature Whether signatures are verified.
	 * @param decryptionKey Private key for encrypted ID tokens; those that are not
	 * encrypted are refused once it is set.
	 */
	record IdToken(@Nullable String signatureAlgorithm, @DefaultValue("1h") Duration maxAge,
			@DefaultValue("30s") Duration clockSkew, @DefaultValue("true") boolean verifySignature,
			@Nullable Key decryptionKey) {
	}

	/**
	 * What was agreed on with the server about backchannel authentication.
	 *
	 * @param tokenDeliveryMode How the client learns that the user has decided: poll, by
	 * asking; or ping, by asking and a notification.
	 * @param request How authentication requests are signed.
	 */
	record Ciba(@DefaultValue("poll") String tokenDeliveryMode, @DefaultValue SignedRequest request) {
	}

	/**
	 * How authentication requests are signed.
	 *
	 * @param algorithm Signature algorithm, none that signs with a secret; one of the
	 * key's unless set.
	 * @param key The key that signs authentication requests; they are not signed unless
	 * set.
	 * @param lifetime How long a signed request is valid, at most 60 minutes.
	 */
	record SignedRequest(@Nullable String algorithm, @Nullable Key key, @DefaultValue("5m") Duration lifetime) {
	}

	/**
	 * TLS.
	 *
	 * @param bundle SSL bundle whose trust, and for mutual TLS key and certificate, are
	 * used. New connections follow its updates.
	 */
	record Ssl(@Nullable String bundle) {
	}

	/**
	 * An authorization server.
	 *
	 * @param issuerUri Issuer identifier, exactly as the server writes it; its metadata
	 * are discovered at the first use.
	 * @param tokenUri Address of the token endpoint; the one in the server's metadata
	 * unless set.
	 * @param jwkSetUri Address of the server's keys; the one in the server's metadata
	 * unless set.
	 * @param deviceAuthorizationUri Address of the device authorization endpoint; the one
	 * in the server's metadata unless set.
	 * @param backchannelAuthenticationUri Address of the backchannel authentication
	 * endpoint; the one in the server's metadata unless set.
	 * @param tenants Tenants whose ID tokens are accepted, of a server that names itself
	 * with a tenantid template as Microsoft Entra does.
	 * @param ssl TLS for the connections to this server; what oidc-grants.http says
	 * unless set.
	 * @param connectTimeout How long making a connection may take; what oidc-grants.http
	 * says unless set.
	 * @param timeout How long an exchange may take, body included; what oidc-grants.http
	 * says unless set.
	 * @param allowInsecureRequests Whether http is allowed besides https; what
	 * oidc-grants.http says unless set.
	 */
	@ConfigurationPropertiesSource
	record Provider(@Nullable String issuerUri, @Nullable String tokenUri, @Nullable String jwkSetUri,
			@Nullable String deviceAuthorizationUri, @Nullable String backchannelAuthenticationUri,
			@DefaultValue List<String> tenants, @Nullable Ssl ssl, @Nullable Duration connectTimeout,
			@Nullable Duration timeout, @Nullable Boolean allowInsecureRequests) {
	}

	/**
	 * How authorization servers are called.
	 *
	 * @param connectTimeout How long making a connection may take.
	 * @param timeout How long an exchange may take, body included.
	 * @param allowInsecureRequests Whether http is allowed besides https.
	 * @param ssl TLS for the connections; the JDK's trust unless set.
	 */
	record Http(@DefaultValue("5s") Duration connectTimeout, @DefaultValue("30s") Duration timeout,
			@DefaultValue("false") boolean allowInsecureRequests, @Nullable Ssl ssl) {
	}

	/**
	 * How servers are asked whether a user has decided.
	 *
	 * @param maxConcurrentRequests How many requests may be under way at a time. Of two
	 * or more, servers at one address get at most half. An executor of your own needs no
	 * fewer threads.
	 */
	record Polling(@DefaultValue("64") int maxConcurrentRequests) {

		int checkedMaximum() {
			return Property.ROOT.child("polling.max-concurrent-requests").positive(this.maxConcurrentRequests);
		}

	}

	/**
	 * What servers tell this application about backchannel authentications.
	 *
	 * @param notificationPath Path at which notifications are taken, below the context
	 * path. There is none unless a registration has the delivery mode ping or this is
	 * set.
	 */
	record Notifications(@DefaultValue("/oidc-grants/ciba") String notificationPath) {

		// Unreserved characters (RFC 3986 section 2.3), and no segment of dots.
		private static final Pattern PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+");

		String checkedPath() {
			Property at = Property.ROOT.child("ciba.notification-path");
			String path = String.valueOf(at.notBlank(this.notificationPath));
			if (!PATH.matcher(path).matches()) {
				throw at.invalid("'" + path + "' is not one path",
						"Set it to a path of letters, digits and any of - . _ ~ that begins with a slash and does not"
								+ " end with one, such as /oidc-grants/ciba");
			}
			return path;
		}

	}

}
