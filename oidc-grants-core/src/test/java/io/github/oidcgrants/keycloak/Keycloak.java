package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * A running Keycloak with the project's {@link Realm}, and what its tests do with it
 * again and again.
 */
final class Keycloak implements AutoCloseable {

	private static final Path LOG = Path.of("target/keycloak.log").toAbsolutePath();

	private static final Path BUILD_LOG = LOG.resolveSibling("keycloak-build.log");

	private final KeycloakServer server;

	private final Realm realm;

	private final AuthorizationServer authorizationServer;

	private final GrantClient grants = GrantClient.create();

	private Keycloak(KeycloakServer server, Realm realm) {
		this.server = server;
		this.realm = realm;
		this.authorizationServer = AuthorizationServer.discover(issuer());
	}

	static Keycloak start() throws IOException, InterruptedException {
		KeycloakInstallation installation = KeycloakInstallation.at(Path.of(property("keycloak.home")),
				Path.of(property("keycloak.distribution")), BUILD_LOG);
		KeycloakServer server = KeycloakServer.start(installation,
				Duration.ofSeconds(Long.parseLong(property("keycloak.patience"))), LOG);
		Realm realm = new Realm();
		try {
			server.importRealm(realm.json());
		}
		catch (IOException | RuntimeException ex) {
			server.close();
			throw ex;
		}
		return new Keycloak(server, realm);
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
		return this.server.issuer(Realm.NAME);
	}

	Realm realm() {
		return this.realm;
	}

	GrantClient grants() {
		return this.grants;
	}

	/**
	 * {@return the beginning of a configuration, all of which share the server's metadata
	 * and keys}
	 */
	Configuration.Builder client(String clientId) {
		return Configuration.builder(this.authorizationServer, clientId).allowInsecureRequests(true);
	}

	/**
	 * {@return the configuration of a client that authenticates with its secret}
	 */
	Configuration clientWithSecret(String clientId) {
		return client(clientId).authentication(ClientAuthentication.clientSecretBasic(Realm.secret(clientId))).build();
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
	}

}
