package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.testing.LocalServer;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * A running Keycloak with the project's {@link Realm}, and what its tests do with it
 * again and again.
 */
final class Keycloak implements AutoCloseable {

	private static final Path LOG = Path.of("target/keycloak.log").toAbsolutePath();

	private static final Path BUILD_LOG = LOG.resolveSibling("keycloak-build.log");

	private static final String AUTHENTICATION_CHANNEL = "--spi-ciba-auth-channel--ciba-http-auth-channel"
			+ "--http-authentication-channel-uri";

	private final Realm realm = new Realm();

	private final LocalServer local;

	private final AuthenticationChannel authenticationChannel;

	private final NotificationEndpoint notificationEndpoint;

	private final KeycloakServer server;

	private final Map<String, AuthorizationServer> authorizationServers = new ConcurrentHashMap<>();

	private final GrantClient grants = GrantClient.create();

	private Keycloak(KeycloakInstallation installation, LocalServer local) throws IOException, InterruptedException {
		this.local = local;
		this.authenticationChannel = new AuthenticationChannel(local);
		this.notificationEndpoint = new NotificationEndpoint(local);
		this.server = KeycloakServer.start(installation,
				Duration.ofSeconds(Long.parseLong(property("keycloak.patience"))), LOG,
				AUTHENTICATION_CHANNEL + "=" + this.authenticationChannel.uri());
		try {
			for (String document : this.realm.documents(this.notificationEndpoint.uri())) {
				this.server.importRealm(document);
			}
		}
		catch (IOException | RuntimeException ex) {
			this.server.close();
			throw ex;
		}
	}

	static Keycloak start() throws IOException, InterruptedException {
		KeycloakInstallation installation = KeycloakInstallation.at(Path.of(property("keycloak.home")),
				Path.of(property("keycloak.distribution")), BUILD_LOG);
		LocalServer local = LocalServer.start();
		try {
			return new Keycloak(installation, local);
		}
		catch (IOException | RuntimeException ex) {
			local.close();
			throw ex;
		}
	}

	/**
	 * Adds a realm of another test's.
	 */
	void importRealm(String document) throws IOException, InterruptedException {
		this.server.importRealm(document);
	}

	private static String property(String name) {
		String value = System.getProperty(name);
		if (value == null) {
			throw new IllegalStateException("The system property " + name
					+ " is missing: run these tests with Maven and its profile keycloak (-Pkeycloak)");
		}
		return value;
	}

	String issuer() {
		return issuer(Realm.NAME);
	}

	String issuer(String realm) {
		return this.server.issuer(realm);
	}

	Realm realm() {
		return this.realm;
	}

	AuthenticationChannel authenticationChannel() {
		return this.authenticationChannel;
	}

	NotificationEndpoint notificationEndpoint() {
		return this.notificationEndpoint;
	}

	GrantClient grants() {
		return this.grants;
	}

	/**
	 * {@return the beginning of a configuration, all of which share the server's metadata
	 * and keys}
	 */
	Configuration.Builder client(String clientId) {
		return client(Realm.NAME, clientId);
	}

	private Configuration.Builder client(String realm, String clientId) {
		AuthorizationServer server = this.authorizationServers.computeIfAbsent(issuer(realm),
				AuthorizationServer::discover);
		return Configuration.builder(server, clientId).allowInsecureRequests(true);
	}

	/**
	 * {@return the configuration of a client that authenticates with its secret}
	 */
	Configuration clientWithSecret(String clientId) {
		return withSecret(Realm.NAME, clientId).build();
	}

	/**
	 * {@return the beginning of the configuration of a client that authenticates with its
	 * secret}
	 */
	Configuration.Builder withSecret(String realm, String clientId) {
		return client(realm, clientId).authentication(ClientAuthentication.clientSecretBasic(Realm.secret(clientId)));
	}

	/**
	 * {@return the configuration of a client that users log in to}
	 * @param signed what Keycloak signs its ID tokens with
	 * @param registered what the client takes for that
	 */
	Configuration userClient(String signed, String registered) {
		return withSecret(Realm.NAME, Realm.userClient(signed))
			.idTokenRules(IdTokenRules.builder().signatureAlgorithm(registered).build())
			.build();
	}

	/**
	 * Gets tokens for the realm's user, an ID token and a refresh token among them, by
	 * the password grant.
	 */
	TokenEndpointResponse logIn(Configuration configuration, GrantOptions options) {
		return this.grants.genericGrantRequest(configuration, "password",
				GrantParameters.builder()
					.parameter("username", Realm.USER)
					.parameter("password", Realm.PASSWORD)
					.scope("openid")
					.build(),
				options);
	}

	@Override
	public void close() {
		this.grants.close();
		this.server.close();
		this.local.close();
	}

}
