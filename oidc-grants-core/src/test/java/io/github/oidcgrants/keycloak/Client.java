package io.github.oidcgrants.keycloak;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.util.JSONObjectUtils;

/**
 * A client of the {@link Realm}, as Keycloak has it in JSON: confidential with a secret,
 * and without any grant, unless something else is said.
 */
final class Client {

	private final Map<String, Object> members = new LinkedHashMap<>();

	private final Map<String, String> attributes = new LinkedHashMap<>();

	private final List<Map<String, Object>> mappers = new ArrayList<>();

	Client(String id) {
		this.members.put("clientId", id);
		this.members.put("secret", Realm.secret(id));
		this.members.put("standardFlowEnabled", false);
		this.members.put("attributes", this.attributes);
		this.members.put("protocolMappers", this.mappers);
	}

	Client isPublic() {
		this.members.remove("secret");
		return member("publicClient", true);
	}

	Client withServiceAccount() {
		return member("serviceAccountsEnabled", true);
	}

	Client withPasswordGrant() {
		return member("directAccessGrantsEnabled", true);
	}

	/**
	 * Lets users log in on another device.
	 * @param seconds how long they have
	 */
	Client withDeviceGrant(int seconds) {
		return attribute("oauth2.device.authorization.grant.enabled", "true")
			.attribute("oauth2.device.code.lifespan", Integer.toString(seconds))
			.attribute("oauth2.device.polling.interval", "1");
	}

	Client withCiba() {
		return attribute("oidc.ciba.grant.enabled", "true");
	}

	/**
	 * Lets it have no tokens but those that are bound to a key of its own.
	 */
	Client boundByDPoP() {
		return attribute("dpop.bound.access.tokens", "true");
	}

	Client authenticatedBy(String authenticator) {
		return member("clientAuthenticatorType", authenticator);
	}

	/**
	 * Registers a public key.
	 * @param key the key
	 * @param use what Keycloak may use it for; it passes over a key that does not say
	 */
	Client key(JWK key, KeyUse use) {
		Map<String, Object> jwk = key.toPublicJWK().toJSONObject();
		jwk.put("use", use.identifier());
		String jwks = JSONObjectUtils.toJSONString(Map.of("keys", List.of(jwk)));
		return attribute("use.jwks.string", "true").attribute("jwks.string", jwks);
	}

	Client attribute(String name, String value) {
		this.attributes.put(name, value);
		return this;
	}

	/**
	 * Puts another client into the audience of access tokens.
	 */
	Client audience(String clientId) {
		this.mappers.add(Map.of("name", "audience-" + clientId, "protocol", "openid-connect", "protocolMapper",
				"oidc-audience-mapper", "config",
				Map.of("included.client.audience", clientId, "access.token.claim", "true")));
		return this;
	}

	private Client member(String name, Object value) {
		this.members.put(name, value);
		return this;
	}

	Map<String, Object> members() {
		return this.members;
	}

}
