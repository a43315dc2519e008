package io.github.oidcgrants.client;

import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.jose.RandomText;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The JWT by which a client proves who it is, and how it is sent (RFC 7523 sections 2.2
 * and 3).
 */
final class ClientAssertion {

	private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

	private ClientAssertion() {
	}

	static List<String> listedAlgorithms(ServerMetadata server) {
		return server.list("token_endpoint_auth_signing_alg_values_supported");
	}

	static JWSHeader header(JWSAlgorithm algorithm, Map<String, Object> fromKey, ClientAssertionOptions options) {
		Map<String, Object> members = new LinkedHashMap<>(fromKey);
		members.putAll(options.header());
		members.put("alg", algorithm.getName());
		try {
			return JWSHeader.parse(members);
		}
		catch (ParseException | IllegalArgumentException ex) {
			throw GrantException.misconfigured("The header of the client assertion cannot be built: "
					+ options.header().keySet() + " has a value of the wrong type");
		}
	}

	static JWTClaimsSet claims(String clientId, HttpCall call, ServerMetadata server, Instant now,
			ClientAssertionOptions options) {
		JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
		options.claims().forEach(claims::claim);
		return claims.issuer(clientId)
			.subject(clientId)
			.audience(audience(clientId, call, server, options))
			.jwtID(RandomText.bits128())
			.issueTime(Date.from(now))
			.expirationTime(Date.from(now.plus(options.lifetime())))
			.build();
	}

	private static String audience(String clientId, HttpCall call, ServerMetadata server,
			ClientAssertionOptions options) {
		if (options.audience() != null) {
			return options.audience();
		}
		if (options.endpointAsAudience()) {
			return call.uri().toString();
		}
		String issuer = server.issuer();
		if (issuer == null || issuer.contains("{")) {
			throw GrantException.misconfigured("The client assertion of '" + clientId + "' needs an audience, and the"
					+ " server has no issuer to take it from: configure it (client-assertion.audience)");
		}
		return issuer;
	}

	static void send(HttpCall call, String clientId, String assertion) {
		call.parameter(OAuth2ParameterNames.CLIENT_ID, clientId)
			.parameter(OAuth2ParameterNames.CLIENT_ASSERTION_TYPE, TYPE)
			.secretParameter(OAuth2ParameterNames.CLIENT_ASSERTION, assertion);
	}

}
