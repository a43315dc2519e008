package io.github.oidcgrants.boot.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import io.github.oidcgrants.boot.Failures;
import io.github.oidcgrants.boot.TestKeys;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.resource.GrantInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Each mistake ends the start with a message that names the property and the fix.
 */
class BadPropertiesTests {

	private static final String R = "oidc-grants.registration.payments.";

	private static final String P = "oidc-grants.provider.main.";

	private static final String SECRET = "s3cr3t-that-nobody-sees";

	private static final List<String> GOOD = List.of(R + "provider=main", R + "client-id=app",
			R + "client-secret=" + SECRET, P + "issuer-uri=https://idp.example.com");

	private static final String A = R + "client-assertion.";

	private static final String I = R + "id-token.";

	private static final String PATH = "oidc-grants.ciba.notification-path=";

	private static final String C = R + "ciba.";

	private static final String KEY = A + "key.location=";

	private static final String METHOD = R + "client-authentication-method=";

	private static final String EC = file("ec.pem", TestKeys.pem(TestKeys.ec()));

	private static final String SECRET_FILE = file("secret.txt", SECRET + "\n");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OidcGrantsAutoConfiguration.class, SslAutoConfiguration.class));

	static Stream<Arguments> mistakes() {
		return Stream.of(
				argumentSet("no client-id", without("client-id"), R + "client-id", "it is not set",
						"Set it to the client's identifier"),
				argumentSet("blank client-id", with(R + "client-id= "), R + "client-id", "it is blank",
						"Set it to the client's identifier"),
				argumentSet("client-secret of an unset variable", with(R + "client-secret=${NOBODY_SET_THIS}"),
						R + "client-secret", "nothing gives the placeholder ${NOBODY_SET_THIS} a value",
						"Set the property or environment variable NOBODY_SET_THIS"),
				argumentSet("client-id of an unset variable", with(R + "client-id=${NOBODY_SET_THIS}"), R + "client-id",
						"nothing gives the placeholder ${NOBODY_SET_THIS} a value",
						"Set the property or environment variable NOBODY_SET_THIS"),
				argumentSet("no provider", without("provider="), R + "provider",
						"it is not set, and there is no provider 'payments'",
						"Set it to one of [main], or add oidc-grants.provider.payments"),
				argumentSet("no provider anywhere", List.of(R + "client-id=app"), R + "provider",
						"there is no provider 'payments'", "Add oidc-grants.provider.payments.issuer-uri"),
				argumentSet("unknown provider", with(R + "provider=mian"), R + "provider",
						"there is no provider 'mian'", "Set it to one of [main]"),
				argumentSet("provider without address", with(P + "issuer-uri=", P + "timeout=1s"), P + "issuer-uri",
						"it is blank", "Set it"),
				argumentSet("provider with timeout only", with("oidc-grants.provider.spare.timeout=1s"),
						"oidc-grants.provider.spare.issuer-uri", "neither it nor token-uri is set",
						"set oidc-grants.provider.spare.token-uri"),
				argumentSet("unknown method", with(R + "client-authentication-method=basic"),
						R + "client-authentication-method", "there is no method 'basic'",
						"client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth,"
								+ " self_signed_tls_client_auth, none"),
				argumentSet("unknown grant", with(R + "authorization-grant-type=password"),
						R + "authorization-grant-type", "there is no grant 'password'", "client_credentials"),
				argumentSet("basic without secret",
						without("client-secret", R + "client-authentication-method=client_secret_basic"),
						R + "client-secret", "it is not set, but the method client_secret_basic needs it",
						R + "client-authentication-method"),
				argumentSet("post without secret",
						without("client-secret", R + "client-authentication-method=client_secret_post"),
						R + "client-secret", "it is not set, but the method client_secret_post needs it",
						R + "client-authentication-method"),
				argumentSet("blank secret", with(R + "client-secret="), R + "client-secret", "it is blank",
						"leave it out"),
				argumentSet("none with secret", with(R + "client-authentication-method=none"),
						R + "client-authentication-method", "but there is a client-secret",
						"remove " + R + "client-secret"),
				argumentSet("http issuer", with(P + "issuer-uri=http://127.0.0.1:9000"), P + "issuer-uri",
						"'http://127.0.0.1:9000' is not https", R + "allow-insecure-requests"),
				argumentSet("http token endpoint", with(P + "token-uri=http://127.0.0.1:9000/token"), P + "token-uri",
						"is not https", P + "allow-insecure-requests"),
				argumentSet("issuer with query", with(P + "issuer-uri=https://idp.example.com?a=b"), P + "issuer-uri",
						"is not an issuer identifier", "exactly what the authorization server calls itself"),
				argumentSet("issuer that is where its metadata are",
						with(P + "issuer-uri=https://idp.example.com/.well-known/openid-configuration"),
						P + "issuer-uri", "leave out /.well-known/",
						"exactly what the authorization server calls itself"),
				argumentSet("issuer that is no address", with(P + "issuer-uri=idp.example.com"), P + "issuer-uri",
						"is not an issuer identifier", "https://idp.example.com/realms/main"),
				argumentSet("token endpoint that is no address", with(P + "token-uri=/oauth2/token"), P + "token-uri",
						"it is not an absolute address", "https://idp.example.com/oauth2/token"),
				argumentSet("negative skew", with(R + "cache.skew=-1s"), R + "cache.skew", "must not be negative",
						"Set it to 0s or more"),
				argumentSet("no lifetime", with(R + "cache.lifetime-if-unknown=0s"), R + "cache.lifetime-if-unknown",
						"longer than nothing", "such as 5m"),
				argumentSet("endless lifetime", with(R + "cache.lifetime-if-unknown=3651d"),
						R + "cache.lifetime-if-unknown", "at most 3650 days", "such as 5m"),
				argumentSet("zero timeout", with(R + "timeout=0s"), R + "timeout", "longer than nothing", "such as 5s"),
				argumentSet("negative connect timeout", with(R + "connect-timeout=-1s"), R + "connect-timeout",
						"longer than nothing", "such as 5s"),
				argumentSet("zero timeout of a provider", with(P + "timeout=0s"), P + "timeout", "longer than nothing",
						"such as 5s"),
				argumentSet("zero timeout of all", with("oidc-grants.http.timeout=0s"), "oidc-grants.http.timeout",
						"longer than nothing", "such as 5s"),
				argumentSet("bad scope", with(R + "scope=read\"all"), R + "scope", "has characters that a scope",
						"scopes that are separated by commas"),
				argumentSet("relative resource", with(R + "resource=/api"), R + "resource", "not an absolute URI",
						"https://api.example.com"),
				argumentSet("reserved parameter", with(R + "parameters.client_secret=" + SECRET),
						R + "parameters.client_secret", "cannot be set", "Remove it"),
				argumentSet("unknown key", with(R + "client-secrett=" + SECRET), R + "client-secrett", "is unknown",
						"'oidc-grants.registration.payments': provider, client-id, client-secret,"),
				argumentSet("unknown key of a provider", with(P + "issuer=https://idp.example.com"), P + "issuer",
						"is unknown",
						"issuer-uri, token-uri, jwk-set-uri, device-authorization-uri, backchannel-authentication-uri,"),
				argumentSet("unknown key of http", with("oidc-grants.http.proxy=p"), "oidc-grants.http.proxy",
						"is unknown", "connect-timeout, timeout, allow-insecure-requests"),
				argumentSet("unknown key at the top", with("oidc-grants.registrations.a.client-id=a"),
						"oidc-grants.registrations.a.client-id", "is unknown", "registration, provider, http"),
				argumentSet("timeout that is no duration", with(R + "timeout=soon"), R + "timeout",
						"has a value that cannot be read", "Set it to a duration, such as 30s"),
				argumentSet("answer that is neither yes nor no", with(R + "cache.refresh-ahead=maybe"),
						R + "cache.refresh-ahead", "has a value that cannot be read", "Set it to true or false"),
				argumentSet("number that is none", with("oidc-grants.polling.max-concurrent-requests=many"),
						"oidc-grants.polling.max-concurrent-requests", "has a value that cannot be read",
						"Set it to a number"),
				argumentSet("names and values that are none", with(R + "parameters=requested_token_type"),
						R + "parameters", "has a value that cannot be read", "write them under '" + R + "parameters'"));
	}

	static Stream<Arguments> mistakesWithSecrets() {
		return Stream.of(
				argumentSet("two secrets", with(R + "client-secret-location=" + SECRET_FILE),
						R + "client-secret-location", "both it and client-secret are set", "Remove one of the two"),
				argumentSet("missing secret file",
						without("client-secret", R + "client-secret-location=file:/no/such/file"),
						R + "client-secret-location", "[file:/no/such/file] does not exist",
						"a file that this application can read"),
				argumentSet("unreadable secret file", without("client-secret", R + "client-secret-location=file:/"),
						R + "client-secret-location", "[file:/] cannot be read",
						"a file that this application can read"),
				argumentSet("empty secret file",
						without("client-secret", R + "client-secret-location=" + file("empty", "\n")),
						R + "client-secret-location", "is empty", "a file that this application can read"),
				argumentSet("short secret", with(METHOD + "client_secret_jwt"), R + "client-secret",
						"has 23 bytes, but HS256 needs at least 32", "Use a longer secret"),
				argumentSet("short secret in a file",
						without("client-secret", METHOD + "client_secret_jwt",
								R + "client-secret-location=" + SECRET_FILE),
						R + "client-secret-location", "has 23 bytes, but HS256 needs at least 32",
						"Use a longer secret"),
				argumentSet("JWT of a secret without secret", without("client-secret", METHOD + "client_secret_jwt"),
						R + "client-secret", "the method client_secret_jwt needs it",
						R + "client-authentication-method"),
				argumentSet("asymmetric algorithm for a secret",
						with(METHOD + "client_secret_jwt", A + "algorithm=RS256"), A + "algorithm",
						"'RS256' does not sign with a secret", "HS256, HS384 or HS512"),
				argumentSet("key for a secret", with(METHOD + "client_secret_jwt", KEY + EC), R + "client-assertion",
						"client_secret_jwt is made of the secret", "private_key_jwt"));
	}

	static Stream<Arguments> mistakesWithAssertions() {
		return Stream.of(
				argumentSet("assertion that is not sent", with(A + "audience=endpoint"), R + "client-assertion",
						"the method client_secret_basic sends no assertion", "private_key_jwt"),
				argumentSet("no key", with(METHOD + "private_key_jwt"), A + "key",
						"it is not set, but the method private_key_jwt needs it", A + "key.ssl-bundle"),
				argumentSet("key without place", with(METHOD + "private_key_jwt", A + "key.key-id=k"),
						A + "key.location", "neither it nor ssl-bundle is set", "Set one of the two"),
				argumentSet("key in two places", key(EC, A + "key.ssl-bundle=client"), A + "key.location",
						"both it and ssl-bundle are set", "Set one of the two"),
				argumentSet("key and JWT", key(EC, A + "location=" + SECRET_FILE), A + "key",
						"both it and location are set", "Set one of"),
				argumentSet("missing JWT", with(METHOD + "private_key_jwt", A + "location=file:/no/such/file"),
						A + "location", "does not exist", "a file that this application can read"),
				argumentSet("JWT that is to be changed",
						with(METHOD + "private_key_jwt", A + "location=" + SECRET_FILE, A + "claims.a=b"),
						A + "location", "is sent as it is", "Remove algorithm, header and claims"),
				argumentSet("blank audience", key(EC, A + "audience="), A + "audience", "it is blank", "leave it out"),
				argumentSet("no issuer to be the audience",
						List.of(R + "provider=main", R + "client-id=app", P + "token-uri=https://idp.example.com/token",
								METHOD + "private_key_jwt", KEY + EC),
						A + "audience", "does not say which one that is", "Set it to endpoint"),
				argumentSet("lifetime of nothing", key(EC, A + "lifetime=0s"), A + "lifetime", "at least a second",
						"such as 60s"),
				argumentSet("header of our own", key(EC, A + "header.alg=none"), A + "header.alg", "cannot be set",
						"Remove it"),
				argumentSet("claim of our own", key(EC, A + "claims.iss=" + SECRET), A + "claims.iss", "cannot be set",
						"Remove it"),
				argumentSet("header of another type", key(EC, A + "header.x5c=" + SECRET), R + "client-assertion",
						"has a value of the wrong type", "that are not text"),
				argumentSet("algorithm of another key", key(EC, A + "algorithm=RS256"), A + "algorithm",
						"'RS256' is not one for the key: use one of [ES256]", "Set it to one of those"));
	}

	static Stream<Arguments> mistakesWithKeys() {
		return Stream.of(
				argumentSet("missing", "file:/no/such/file", "[file:/no/such/file] does not exist",
						"a file that this application can read"),
				argumentSet("unreadable", "file:/", "[file:/] cannot be read", "a file that this application can read"),
				argumentSet("no key", SECRET_FILE, "is neither a JSON Web Key nor a PEM", "Give a private key"),
				argumentSet("no JWK", file("no.jwk", "{\"kty\":\"" + SECRET + "\"}"), "is not a JSON Web Key",
						"Give a private key"),
				argumentSet("encrypted", file("encrypted.pem", TestKeys.pem("ENCRYPTED PRIVATE KEY", new byte[9])),
						"is encrypted: decrypt it first", "Give a private key"),
				argumentSet("certificate without key",
						file("certificate.pem", TestKeys.pem(TestKeys.certificate("client"))),
						"has a certificate, but no private key", "Give a private key"),
				argumentSet("key of another certificate",
						file("other.pem", TestKeys.pem(TestKeys.ec()) + TestKeys.pem(TestKeys.certificate("client"))),
						"does not belong to the certificate", "Give a private key"),
				argumentSet("short", file("short.pem", TestKeys.pem(TestKeys.rsa(1024))),
						"cannot be used to sign: use an RSA key of at least 2048 bits", "Give a private key"),
				argumentSet("public alone", file("public.jwk", DPoPKeyPair.random().publicJwk().toJSONString()),
						"has no private part", "Give a private key"),
				argumentSet("symmetric",
						file("symmetric.jwk",
								"{\"kty\":\"oct\",\"k\":\"c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2gtZm9yLWl0\"}"),
						"cannot be used to sign", "Give a private key"));
	}

	@ParameterizedTest
	@MethodSource("mistakesWithKeys")
	void a_key_that_cannot_sign_ends_the_start(String location, String problem, String fix) {
		a_mistake_ends_the_start_and_names_the_property_and_the_fix(key(location), A + "key.location", problem, fix);
		a_mistake_ends_the_start_and_names_the_property_and_the_fix(
				with(R + "dpop.mode=required", R + "dpop.key.location=" + location), R + "dpop.key.location", problem,
				fix);
		a_mistake_ends_the_start_and_names_the_property_and_the_fix(with(C + "request.key.location=" + location),
				C + "request.key.location", problem, fix);
	}

	static Stream<Arguments> mistakesWithBundles() {
		return Stream.of(
				argumentSet("no bundle", with(METHOD + "tls_client_auth"), R + "ssl.bundle",
						"the method tls_client_auth needs a certificate", "the name of an SSL bundle"),
				argumentSet("no bundle for a self-signed certificate", with(METHOD + "self_signed_tls_client_auth"),
						R + "ssl.bundle", "the method self_signed_tls_client_auth needs a certificate",
						"the name of an SSL bundle"),
				argumentSet("no bundle to bind to", with(R + "tls-client-certificate-bound-access-tokens=true"),
						R + "ssl.bundle", "tls-client-certificate-bound-access-tokens needs a certificate",
						"the name of an SSL bundle"),
				argumentSet("blank bundle", with(R + "ssl.bundle="), R + "ssl.bundle", "it is blank", "leave it out"),
				argumentSet("unknown bundle", bundled(R + "ssl.bundle=clinet"), R + "ssl.bundle",
						"there is no SSL bundle 'clinet'", "Set it to one of [client, trust]"),
				argumentSet("unknown bundle of a provider", bundled(P + "ssl.bundle=clinet"), P + "ssl.bundle",
						"there is no SSL bundle 'clinet'", "Set it to one of [client, trust]"),
				argumentSet("unknown bundle of all", with("oidc-grants.http.ssl.bundle=clinet"),
						"oidc-grants.http.ssl.bundle", "there is no SSL bundle 'clinet'",
						"Add spring.ssl.bundle.pem.clinet or spring.ssl.bundle.jks.clinet"),
				argumentSet("bundle that cannot be read",
						with(R + "ssl.bundle=gone", "spring.ssl.bundle.jks.gone.keystore.location=file:/no/such/file"),
						R + "ssl.bundle", "the SSL bundle 'gone' cannot be used", "Correct spring.ssl.bundle.*.gone"),
				argumentSet("bundle without key", bundled(METHOD + "tls_client_auth", R + "ssl.bundle=trust"),
						R + "ssl.bundle", "has no private key", "to the bundle 'trust'"),
				argumentSet("bundle without key to sign with",
						bundled(METHOD + "private_key_jwt", A + "key.ssl-bundle=trust"), A + "key.ssl-bundle",
						"has no private key", "Give a private key"),
				argumentSet("unknown bundle to sign with",
						bundled(METHOD + "private_key_jwt", A + "key.ssl-bundle=clinet"), A + "key.ssl-bundle",
						"there is no SSL bundle 'clinet'", "Set it to one of"),
				argumentSet("unknown bundle for DPoP",
						bundled(R + "dpop.mode=preferred", R + "dpop.key.ssl-bundle=clinet"), R + "dpop.key.ssl-bundle",
						"there is no SSL bundle 'clinet'", "Set it to one of"));
	}

	static Stream<Arguments> mistakesWithTokens() {
		return Stream.of(argumentSet("refresh", with(R + "authorization-grant-type=refresh_token"),
				R + "authorization-grant-type", "comes from another grant", "call GrantTemplate.refreshTokenGrant"),
				argumentSet("logins kept of a grant without logins", with(R + "keep-logins-as=main"),
						R + "keep-logins-as", "nobody logs in by the grant 'client_credentials'",
						R + "authorization-grant-type to urn:ietf:params:oauth:grant-type:device_code or"
								+ " urn:openid:params:grant-type:ciba"),
				argumentSet("logins kept under a blank name",
						with(R + "authorization-grant-type=urn:openid:params:grant-type:ciba", R + "keep-logins-as= "),
						R + "keep-logins-as", "it is blank", "leave it out"),
				argumentSet("short name of a grant", with(R + "authorization-grant-type=token-exchange"),
						R + "authorization-grant-type", "there is no grant 'token-exchange'",
						"urn:ietf:params:oauth:grant-type:token-exchange"),
				argumentSet("DPoP key without mode", with(R + "dpop.key.location=" + EC), R + "dpop.mode",
						"it is not set, but there is a key", "required, preferred or off"),
				argumentSet("retired DPoP key without mode", with(R + "dpop.retired-keys[0].location=" + EC),
						R + "dpop.mode", "it is not set, but there is a key", "required, preferred or off"),
				argumentSet("retired DPoP key that is none",
						with(R + "dpop.mode=required", R + "dpop.retired-keys[0].location=" + EC,
								R + "dpop.retired-keys[1].key-id=k1"),
						R + "dpop.retired-keys[1].location", "neither it nor ssl-bundle is set", "Set one of the two"),
				argumentSet("DPoP algorithm without mode", with(R + "dpop.algorithm=ES256"), R + "dpop.mode",
						"it is not set, but there is a key or algorithm", "required, preferred or off"),
				argumentSet("DPoP mode that is none", with(R + "dpop.mode=always"), R + "dpop.mode",
						"has a value that cannot be read", "Set it to off or preferred or required"),
				argumentSet("DPoP mode in the wrong place", with(R + "dpop=required"), R + "dpop",
						"has a value that cannot be read",
						"write one of these under '" + R.substring(0, R.length() - 1)
								+ ".dpop': mode, algorithm, key,"),
				argumentSet("DPoP with a secret", with(R + "dpop.mode=required", R + "dpop.algorithm=HS256"),
						R + "dpop.algorithm", "no key to generate for the algorithm 'HS256'", "Set it to one of those"),
				argumentSet("DPoP algorithm of another key",
						with(R + "dpop.mode=required", R + "dpop.algorithm=ES384", R + "dpop.key.location=" + EC),
						R + "dpop.algorithm", "'ES384' is not one for the key: use one of [ES256]",
						"Set it to one of those"),
				argumentSet("unsigned ID tokens", with(I + "signature-algorithm=none"), I + "signature-algorithm",
						"'none' is not a signature algorithm", "that the client is registered with"),
				argumentSet("symmetric ID tokens without secret",
						without("client-secret", I + "signature-algorithm=HS256"), I + "signature-algorithm",
						"there is none", "that the client is registered with"),
				argumentSet("symmetric ID tokens with a short secret", with(I + "signature-algorithm=HS256"),
						I + "signature-algorithm", "has 23 bytes, but HS256 needs at least 32",
						"that the client is registered with"),
				argumentSet("age of nothing", with(I + "max-age=0s"), I + "max-age", "longer than nothing",
						"such as 5s"),
				argumentSet("negative tolerance", with(I + "clock-skew=-1s"), I + "clock-skew", "it is negative",
						"0s or more"),
				argumentSet("missing decryption key", with(I + "decryption-key.location=file:/no/such/file"),
						I + "decryption-key.location", "does not exist", "a file that this application can read"),
				argumentSet("short decryption key",
						with(I + "decryption-key.location=" + file("short.pem", TestKeys.pem(TestKeys.rsa(1024)))),
						I + "decryption-key", "cannot decrypt ID tokens", "Give a private key that decrypts"),
				argumentSet("origin that is none", with(R + "allowed-origins=api.example.com"), R + "allowed-origins",
						"'api.example.com' is none", "https://api.example.com"),
				argumentSet("origin with a path", with(R + "allowed-origins=https://api.example.com/v1"),
						R + "allowed-origins", "'https://api.example.com/v1' is none", "without a path"),
				argumentSet("http origin", with(R + "allowed-origins=http://api.example.com"), R + "allowed-origins",
						"is not https", "allow-insecure-requests"),
				argumentSet("unknown crypto provider", with("oidc-grants.crypto-provider=bouncy"),
						"oidc-grants.crypto-provider", "'bouncy' is not there", "auto or jdk"),
				argumentSet("key set that is no address", with(P + "jwk-set-uri=/jwks"), P + "jwk-set-uri",
						"not an absolute address", "https://idp.example.com/oauth2/jwks"),
				argumentSet("http key set", with(P + "jwk-set-uri=http://idp.example.com/jwks"), P + "jwk-set-uri",
						"is not https", P + "allow-insecure-requests"),
				argumentSet("tenants without issuer",
						List.of(P + "token-uri=https://idp.example.com/token", P + "tenants=a"), P + "tenants",
						"there is none", P + "issuer-uri"),
				argumentSet("unknown key of an assertion", with(A + "algoritm=ES256"), A + "algoritm", "is unknown",
						"'oidc-grants.registration.payments.client-assertion': algorithm, audience, lifetime,"),
				argumentSet("unknown key of a key", with(R + "dpop.key.path=" + EC), R + "dpop.key.path", "is unknown",
						"'oidc-grants.registration.payments.dpop.key': location, key-id, ssl-bundle."),
				argumentSet("unknown key of ssl", with(P + "ssl.bundel=a"), P + "ssl.bundel", "is unknown",
						"'oidc-grants.provider.main.ssl': bundle."));
	}

	static Stream<Arguments> mistakesWithUsers() {
		return Stream.of(
				argumentSet("push", with(C + "token-delivery-mode=push"), C + "token-delivery-mode",
						"push is not offered: tokens would come to an address", "Set it to ping or poll"),
				argumentSet("mode that is none", with(C + "token-delivery-mode=PING"), C + "token-delivery-mode",
						"there is no mode 'PING'", "Set it to poll or ping"),
				argumentSet("blank mode", with(C + "token-delivery-mode="), C + "token-delivery-mode", "it is blank",
						"leave it out"),
				argumentSet("request signed with a secret",
						with(C + "request.algorithm=HS256", C + "request.key.location=" + EC), C + "request.algorithm",
						"cannot be signed with 'HS256'", "Set it to an asymmetric one"),
				argumentSet("request that is not signed", with(C + "request.algorithm=none"), C + "request.algorithm",
						"cannot be signed with 'none'", "Set it to an asymmetric one"),
				argumentSet("request algorithm without key", with(C + "request.algorithm=ES256"), C + "request.key",
						"it is not set, but there is an algorithm", C + "request.key.location"),
				argumentSet("request algorithm of another key",
						with(C + "request.algorithm=RS256", C + "request.key.location=" + EC), C + "request.algorithm",
						"'RS256' is not one for the key: use one of [ES256]", "Set it to one of those"),
				argumentSet("request of nothing", with(C + "request.lifetime=0s"), C + "request.lifetime",
						"must be at least", "60m or less"),
				argumentSet("request for longer than an hour", with(C + "request.lifetime=61m"), C + "request.lifetime",
						"at most PT1H", "60m or less"),
				argumentSet("request for nobody",
						List.of(R + "provider=main", R + "client-id=app", P + "token-uri=https://idp.example.com/token",
								C + "request.key.location=" + EC),
						C + "request.key", "does not say which one that is", "issuer-uri"),
				argumentSet("unknown bundle for requests", bundled(C + "request.key.ssl-bundle=clinet"),
						C + "request.key.ssl-bundle", "there is no SSL bundle 'clinet'", "Set it to one of"),
				argumentSet("unknown key of a request", with(C + "request.alg=ES256"), C + "request.alg", "is unknown",
						"'oidc-grants.registration.payments.ciba.request': algorithm, key, lifetime."),
				argumentSet("short name of the device grant", with(R + "authorization-grant-type=device_code"),
						R + "authorization-grant-type", "there is no grant 'device_code'",
						"urn:ietf:params:oauth:grant-type:device_code, urn:openid:params:grant-type:ciba"),
				argumentSet("device endpoint that is no address", with(P + "device-authorization-uri=/device"),
						P + "device-authorization-uri", "not an absolute address", "/oauth2/device_authorization"),
				argumentSet("http device endpoint", with(P + "device-authorization-uri=http://idp.example.com/device"),
						P + "device-authorization-uri", "is not https", P + "allow-insecure-requests"),
				argumentSet("backchannel endpoint that is no address",
						with(P + "backchannel-authentication-uri=idp.example.com"),
						P + "backchannel-authentication-uri", "not an absolute address", "/oauth2/bc-authorize"),
				argumentSet("http backchannel endpoint",
						with(P + "backchannel-authentication-uri=http://idp.example.com/bc"),
						P + "backchannel-authentication-uri", "is not https", P + "allow-insecure-requests"),
				path("told"), path("/"), path("/told/"), path("/a//b"), path("/a/../b"), path("/."), path("/told/*"),
				path("/told/{id}"), path("/told?a=b"), path("/told;a=b"), path("/told%2F"), path("https://example.com"),
				argumentSet("blank path", with(PATH), "oidc-grants.ciba.notification-path", "it is blank",
						"leave it out"),
				argumentSet("no polls", with("oidc-grants.polling.max-concurrent-requests=0"),
						"oidc-grants.polling.max-concurrent-requests", "at least 1, not 0", "a positive number"),
				argumentSet("unknown key of polling", with("oidc-grants.polling.interval=1s"),
						"oidc-grants.polling.interval", "is unknown",
						"'oidc-grants.polling': max-concurrent-requests."));
	}

	@ParameterizedTest
	@MethodSource({ "mistakes", "mistakesWithSecrets", "mistakesWithAssertions", "mistakesWithBundles",
			"mistakesWithTokens", "mistakesWithUsers" })
	void a_mistake_ends_the_start_and_names_the_property_and_the_fix(List<String> properties, String property,
			String problem, String fix) {
		this.runner.withPropertyValues(properties.toArray(String[]::new)).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = Failures.analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains(property).contains(problem).doesNotContain(SECRET);
			assertThat(analysis.getAction()).contains(fix).doesNotContain(SECRET);
			assertThat(context.getStartupFailure()).hasStackTraceContaining(property);
			for (Throwable cause = context.getStartupFailure(); cause != null; cause = cause.getCause()) {
				assertThat(cause.toString()).doesNotContain(SECRET);
			}
		});
	}

	@Test
	void a_secret_in_the_wrong_line_is_not_printed() {
		this.runner.withPropertyValues(with(R + "timeout=" + SECRET).toArray(String[]::new)).run((context) -> {
			FailureAnalysis analysis = Failures.analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains(R + "timeout").doesNotContain(SECRET);
			assertThat(analysis.getAction()).doesNotContain(SECRET);
		});
	}

	@Test
	void what_the_application_itself_gets_wrong_is_explained_too() {
		this.runner.withPropertyValues(GOOD.toArray(String[]::new))
			.withBean(GrantInterceptor.class)
			.withBean("registrationId", String.class, () -> "nobody")
			.run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = Failures.analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains("There is no registration 'nobody', only [payments]");
			});
	}

	@Test
	void without_a_mistake_it_starts() {
		this.runner.withPropertyValues(GOOD.toArray(String[]::new))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void lazy_initialization_does_not_put_the_checks_off() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues(with(R + "timeout=0s").toArray(String[]::new))
			.run((context) -> assertThat(context).hasFailed());
	}

	private static Arguments path(String path) {
		return argumentSet("path " + path, with(PATH + path), "oidc-grants.ciba.notification-path",
				"'" + path + "' is not one path", "such as /oidc-grants/ciba");
	}

	private static String file(String name, String content) {
		return TestKeys.file("bad-properties-" + name, content);
	}

	private static List<String> key(String location, String... more) {
		return Stream.concat(with(METHOD + "private_key_jwt", KEY + location).stream(), Stream.of(more)).toList();
	}

	private static List<String> bundled(String... more) {
		return Stream
			.of(with(more).stream(), Stream.of(TestKeys.bundle("client", "client")),
					Stream.of(TestKeys.trustBundle("trust")))
			.flatMap((properties) -> properties)
			.toList();
	}

	private static List<String> with(String... more) {
		return Stream.concat(GOOD.stream(), Stream.of(more)).toList();
	}

	private static List<String> without(String part, String... more) {
		return Stream.concat(GOOD.stream().filter((property) -> !property.contains(part)), Stream.of(more)).toList();
	}

}
