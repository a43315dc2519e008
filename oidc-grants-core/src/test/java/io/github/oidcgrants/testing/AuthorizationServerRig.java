package io.github.oidcgrants.testing;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.token.TokenEndpointResponse;

import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StringUtils;

/**
 * An authorization server that says what it is told to say, and a client of it.
 */
public final class AuthorizationServerRig implements AutoCloseable {

	public static final String CLIENT_ID = "client-1";

	public static final String ACCESS_TOKEN = "access-token-1";

	public static final String METADATA = "/.well-known/openid-configuration";

	public static final String JWKS = "/jwks";

	public static final String TOKEN = "/token";

	public final TestClock time = new TestClock();

	private final WireMockServer http = new WireMockServer(
			WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort().containerThreads(24));

	private final GrantClient client;

	private final Map<String, Object> metadata = new LinkedHashMap<>();

	public AuthorizationServerRig() {
		this.http.start();
		this.client = GrantClient.builder().clock(this.time).build();
		reset();
	}

	/**
	 * Forgets what was said and heard, so that the next test finds a server as new.
	 */
	public void reset() {
		this.http.resetAll();
		this.metadata.clear();
		this.metadata.put("issuer", issuer());
		this.metadata.put("token_endpoint", issuer() + TOKEN);
		this.metadata.put("jwks_uri", issuer() + JWKS);
		metadata(Map.of());
		keys(TestKeys.RSA);
		answer(Map.of());
	}

	public WireMockServer http() {
		return this.http;
	}

	public GrantClient client() {
		return this.client;
	}

	public String issuer() {
		return "http://127.0.0.1:" + this.http.port();
	}

	/**
	 * Adds members to the metadata, or replaces them.
	 * @param members the members
	 */
	public void metadata(Map<String, ?> members) {
		this.metadata.putAll(members);
		this.http.stubFor(WireMock.get(METADATA).willReturn(json(this.metadata)));
	}

	public void keys(JWK... keys) {
		jwks(json(Map.of("keys", Arrays.stream(keys).map((key) -> key.toPublicJWK().toJSONObject()).toList())));
	}

	public void jwks(ResponseDefinitionBuilder answer) {
		this.http.stubFor(WireMock.get(JWKS).willReturn(answer));
	}

	/**
	 * Lets the token endpoint succeed.
	 * @param members what the answer has beside access token and type, or instead of them
	 */
	public void answer(Map<String, ?> members) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("access_token", ACCESS_TOKEN);
		body.put("token_type", "Bearer");
		body.putAll(members);
		answer(json(body));
	}

	public void answer(ResponseDefinitionBuilder answer) {
		this.http.stubFor(WireMock.post(TOKEN).willReturn(answer));
	}

	public static ResponseDefinitionBuilder json(Map<String, ?> body) {
		return json(200, body);
	}

	public static ResponseDefinitionBuilder json(int status, Map<String, ?> body) {
		return WireMock.aResponse()
			.withStatus(status)
			.withHeader("Content-Type", "application/json")
			.withBody(JSONObjectUtils.toJSONString(body));
	}

	/**
	 * {@return a server whose metadata are discovered, with nothing fetched yet}
	 */
	public AuthorizationServer server() {
		return AuthorizationServer.builder().issuer(issuer()).nanoTime(this.time::nanoTime).build();
	}

	public Configuration.Builder configuration(AuthorizationServer server) {
		return Configuration.builder(server, CLIENT_ID).allowInsecureRequests(true);
	}

	public Configuration configuration(ClientAuthentication authentication) {
		return configuration(server()).authentication(authentication).build();
	}

	public Configuration configuration(IdTokenRules rules) {
		return configuration(server()).idTokenRules(rules).build();
	}

	public Configuration configuration() {
		return configuration(IdTokenRules.defaults());
	}

	/**
	 * {@return the time in seconds, as claims have it}
	 */
	public long now() {
		return this.time.instant().getEpochSecond();
	}

	/**
	 * {@return the claims of an ID token that breaks no rule; may be changed}
	 */
	public Map<String, Object> claims() {
		Map<String, Object> claims = new LinkedHashMap<>();
		claims.put("iss", issuer());
		claims.put("sub", "subject-1");
		claims.put("aud", CLIENT_ID);
		claims.put("iat", now());
		claims.put("exp", now() + 300);
		return claims;
	}

	public Map<String, Object> claims(String name, Object value) {
		Map<String, Object> claims = claims();
		claims.put(name, value);
		return claims;
	}

	/**
	 * Runs a grant that the server answers with an ID token.
	 * @param idToken the ID token
	 * @param configuration the client
	 * @return the answer
	 */
	public TokenEndpointResponse receive(String idToken, Configuration configuration) {
		answer(Map.of("id_token", idToken));
		return this.client.clientCredentialsGrant(configuration);
	}

	public TokenEndpointResponse receive(String idToken) {
		return receive(idToken, configuration());
	}

	public TokenEndpointResponse receive(Map<String, Object> claims) {
		return receive(JwtMint.sign(TestKeys.RSA, "RS256", claims));
	}

	public int jwksRequests() {
		return this.http.findAll(WireMock.getRequestedFor(WireMock.urlPathEqualTo(JWKS))).size();
	}

	public List<LoggedRequest> tokenRequests() {
		return this.http.findAll(WireMock.postRequestedFor(WireMock.urlPathEqualTo(TOKEN)));
	}

	/**
	 * {@return the form of the only request to the token endpoint}
	 */
	public MultiValueMap<String, String> form() {
		List<LoggedRequest> requests = tokenRequests();
		if (requests.size() != 1) {
			throw new AssertionError("Expected one request, not " + requests.size());
		}
		return form(requests.get(0));
	}

	public static MultiValueMap<String, String> form(LoggedRequest request) {
		MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
		for (String pair : StringUtils.tokenizeToStringArray(request.getBodyAsString(), "&")) {
			int equals = pair.indexOf('=');
			form.add(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
		}
		return form;
	}

	private static String decode(String encoded) {
		return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.client.close();
		this.http.stop();
	}

}
