package io.github.oidcgrants.keycloak;

import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.JWKGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.github.oidcgrants.jose.SigningKey;

/**
 * The realm that the tests talk to, with a client for each way to authenticate and each
 * grant, and two small ones for what Keycloak has no setting of a client for.
 */
final class Realm {

	static final String NAME = "oidc-grants";

	/**
	 * A realm in which CIBA expires as soon as Keycloak allows it.
	 */
	static final String SHORT = "oidc-grants-short";

	/**
	 * A realm in which CIBA is by ping, and polls are so far apart that no test sees two.
	 */
	static final String PING = "oidc-grants-ping";

	static final String USER = "alice";

	static final String PASSWORD = "alice's p%40ssword & more";

	static final String CLIENT = "service";

	static final String SECRET_JWT_CLIENT = "service-secret-jwt";

	static final String JWT_BEARER_CLIENT = "jwt-bearer";

	static final String TOKEN_EXCHANGE_CLIENT = "token-exchange";

	static final String API_CLIENT = "api";

	static final String DPOP_CLIENT = "dpop";

	static final String PUBLIC_DPOP_CLIENT = "dpop-public";

	static final String DEVICE_CLIENT = "device";

	static final String PUBLIC_DEVICE_CLIENT = "device-public";

	static final String PUBLIC_DPOP_DEVICE_CLIENT = "device-public-dpop";

	/**
	 * A client whose device codes expire after three seconds.
	 */
	static final String SHORT_DEVICE_CLIENT = "device-short";

	static final String SHORT_DPOP_DEVICE_CLIENT = "device-short-dpop";

	static final String CIBA_CLIENT = "ciba";

	static final String PING_CIBA_CLIENT = "ciba-ping";

	static final String DPOP_CIBA_CLIENT = "ciba-dpop";

	static final String PING_DPOP_CIBA_CLIENT = "ciba-ping-dpop";

	static final String ASSERTION_ISSUER = "https://issuer.example.com";

	static final String ASSERTION_SUBJECT = "alice-elsewhere";

	private static final List<String> SIGNED_REQUESTS = List.of("PS256", "ES256");

	private static final List<String> SIGNED = List.of("RS256", "ES256", "ES384");

	private final Map<String, SigningKey> clientKeys = Stream.of("RS256", "PS256", "ES256")
		.collect(Collectors.toMap(Function.identity(), (alg) -> SigningKey.generate(alg).withKeyId("key-" + alg)));

	private final Map<String, JWK> decryptionKeys = Map.of("RSA-OAEP-256",
			generate("RSA-OAEP-256", new RSAKeyGenerator(2048)), "ECDH-ES",
			generate("ECDH-ES", new ECKeyGenerator(Curve.P_256)));

	private final SigningKey assertionKey = SigningKey.generate("ES256").withKeyId("issuer-key");

	/**
	 * {@return the secret of a client: with what forms, headers and character sets
	 * stumble over, and long enough for HS256}
	 */
	static String secret(String clientId) {
		return "p%40ss: +&=?/\"wörd€😀-of-" + clientId;
	}

	/**
	 * {@return the client that authenticates with a key}
	 * @param algorithm the algorithm it signs with
	 */
	static String keyClient(String algorithm) {
		return "service-" + algorithm;
	}

	/**
	 * {@return the client that users log in to}
	 * @param algorithm what ID tokens are signed or encrypted with
	 */
	static String userClient(String algorithm) {
		return "users-" + algorithm;
	}

	/**
	 * {@return the client whose CIBA requests are signed}
	 * @param algorithm what they are signed with
	 */
	static String signingCibaClient(String algorithm) {
		return "ciba-" + algorithm;
	}

	SigningKey clientKey(String algorithm) {
		return this.clientKeys.get(algorithm);
	}

	JWK decryptionKey(String algorithm) {
		return this.decryptionKeys.get(algorithm);
	}

	/**
	 * {@return the key of the issuer whose assertions the realm takes}
	 */
	SigningKey assertionKey() {
		return this.assertionKey;
	}

	/**
	 * {@return the realms, as Keycloak imports them}
	 * @param notifications where pings go
	 */
	List<String> documents(URI notifications) {
		return List.of(new RealmDocument(NAME, 60, 1).json(clients(), assertionIssuer()),
				new RealmDocument(SHORT, 10, 1).json(List.of(new Client(CIBA_CLIENT).withCiba(),
						new Client(DPOP_CIBA_CLIENT).withCiba().boundByDPoP(),
						notified(PING_CIBA_CLIENT, notifications),
						notified(PING_DPOP_CIBA_CLIENT, notifications).boundByDPoP())),
				new RealmDocument(PING, 120, 60).json(List.of(notified(PING_CIBA_CLIENT, notifications),
						notified(PING_DPOP_CIBA_CLIENT, notifications).boundByDPoP())));
	}

	private static Client notified(String clientId, URI notifications) {
		return new Client(clientId).withCiba()
			.attribute("ciba.backchannel.token.delivery.mode", "ping")
			.attribute("ciba.backchannel.client.notification.endpoint", notifications.toString());
	}

	private String assertionIssuer() {
		return """
				{
					"alias": "issuer",
					"providerId": "jwt-authorization-grant",
					"enabled": true,
					"config": {
						"issuer": "%s",
						"jwtAuthorizationGrantEnabled": "true",
						"jwtAuthorizationGrantAssertionSignatureAlg": "ES256",
						"useJwksUrl": "false",
						"publicKeySignatureVerifierKeyId": "%s",
						"publicKeySignatureVerifier": "%s"
					}
				}
				""".formatted(ASSERTION_ISSUER, this.assertionKey.keyId(), der(this.assertionKey));
	}

	private List<Client> clients() {
		List<Client> clients = new ArrayList<>();
		clients.add(new Client(CLIENT).withServiceAccount());
		clients.add(new Client(SECRET_JWT_CLIENT).withServiceAccount()
			.authenticatedBy("client-secret-jwt")
			.attribute("token.endpoint.auth.signing.alg", "HS256"));
		this.clientKeys.keySet().forEach((algorithm) -> clients.add(keyClientOf(algorithm)));
		SIGNED.forEach((algorithm) -> clients.add(userClientOf(algorithm)));
		this.decryptionKeys.keySet().forEach((algorithm) -> clients.add(encryptingClientOf(algorithm)));
		clients.add(new Client(JWT_BEARER_CLIENT).attribute("oauth2.jwt.authorization.grant.enabled", "true")
			.attribute("oauth2.jwt.authorization.grant.idp", "issuer"));
		clients.add(new Client(TOKEN_EXCHANGE_CLIENT).attribute("standard.token.exchange.enabled", "true")
			.audience(API_CLIENT));
		clients.add(new Client(API_CLIENT));
		clients.add(new Client(DPOP_CLIENT).withServiceAccount().boundByDPoP());
		clients.add(new Client(PUBLIC_DPOP_CLIENT).isPublic().withPasswordGrant().boundByDPoP());
		clients.add(new Client(DEVICE_CLIENT).withDeviceGrant(60));
		clients.add(new Client(PUBLIC_DEVICE_CLIENT).isPublic().withDeviceGrant(60));
		clients.add(new Client(PUBLIC_DPOP_DEVICE_CLIENT).isPublic().withDeviceGrant(60).boundByDPoP());
		clients.add(new Client(SHORT_DEVICE_CLIENT).withDeviceGrant(3));
		clients.add(new Client(SHORT_DPOP_DEVICE_CLIENT).withDeviceGrant(3).boundByDPoP());
		clients.add(new Client(CIBA_CLIENT).withCiba());
		clients.add(new Client(DPOP_CIBA_CLIENT).withCiba().boundByDPoP());
		SIGNED_REQUESTS.forEach((algorithm) -> clients.add(signingCibaClientOf(algorithm)));
		return clients;
	}

	private Client keyClientOf(String algorithm) {
		return new Client(keyClient(algorithm)).withServiceAccount()
			.authenticatedBy("client-jwt")
			.key(clientKey(algorithm).publicJwk(), KeyUse.SIGNATURE)
			.attribute("token.endpoint.auth.signing.alg", algorithm);
	}

	private Client signingCibaClientOf(String algorithm) {
		return new Client(signingCibaClient(algorithm)).withCiba()
			.key(clientKey(algorithm).publicJwk(), KeyUse.SIGNATURE)
			.attribute("ciba.backchannel.auth.request.signing.alg", algorithm);
	}

	private static Client userClientOf(String algorithm) {
		return new Client(userClient(algorithm)).withPasswordGrant()
			.withDeviceGrant(60)
			.withCiba()
			.audience(TOKEN_EXCHANGE_CLIENT)
			.attribute("id.token.signed.response.alg", algorithm);
	}

	private Client encryptingClientOf(String algorithm) {
		return new Client(userClient(algorithm)).withPasswordGrant()
			.key(decryptionKey(algorithm), KeyUse.ENCRYPTION)
			.attribute("id.token.encrypted.response.alg", algorithm)
			.attribute("id.token.encrypted.response.enc", "A256GCM");
	}

	private static JWK generate(String algorithm, JWKGenerator<? extends JWK> generator) {
		try {
			return generator.keyID("key-" + algorithm).algorithm(JWEAlgorithm.parse(algorithm)).generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String der(SigningKey key) {
		try {
			return Base64.getEncoder().encodeToString(key.publicJwk().toECKey().toECPublicKey().getEncoded());
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
