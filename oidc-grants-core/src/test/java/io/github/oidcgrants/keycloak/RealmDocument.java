package io.github.oidcgrants.keycloak;

import java.util.List;

import tools.jackson.databind.json.JsonMapper;

/**
 * A realm as Keycloak imports it: one user, clients, and keys that Keycloak makes. It has
 * one for RS256 and one for ES256; for other algorithms it makes one at the first use.
 * Refresh tokens can be used once.
 *
 * @param name its name
 * @param cibaExpiry after how many seconds requests of CIBA expire; Keycloak takes no
 * less than 10
 * @param cibaInterval how many seconds apart CIBA may be polled
 */
record RealmDocument(String name, int cibaExpiry, int cibaInterval) {

	String json(List<Client> clients, String... identityProviders) {
		return """
				{
					"realm": "%s",
					"enabled": true,
					"sslRequired": "none",
					"revokeRefreshToken": true,
					"refreshTokenMaxReuse": 0,
					"attributes": {"cibaExpiresIn": "%d", "cibaInterval": "%d"},
					"users": [%s],
					"identityProviders": [%s],
					"components": {"org.keycloak.keys.KeyProvider": [
						{"name": "rsa", "providerId": "rsa-generated", "config": {}},
						{"name": "ecdsa", "providerId": "ecdsa-generated", "config": {}}
					]},
					"clients": %s
				}
				""".formatted(this.name, this.cibaExpiry, this.cibaInterval, user(identityProviders.length > 0),
				String.join(",", identityProviders),
				JsonMapper.shared().writeValueAsString(clients.stream().map(Client::members).toList()));
	}

	private static String user(boolean knownElsewhere) {
		String elsewhere = """
				{"identityProvider": "issuer", "userId": "%s", "userName": "elsewhere"}
				""".formatted(Realm.ASSERTION_SUBJECT);
		return """
				{
					"username": "%s",
					"enabled": true,
					"email": "alice@example.com",
					"emailVerified": true,
					"firstName": "Alice",
					"lastName": "Example",
					"credentials": [{"type": "password", "value": "%s"}],
					"federatedIdentities": [%s]
				}
				""".formatted(Realm.USER, Realm.PASSWORD, knownElsewhere ? elsewhere : "");
	}

}
