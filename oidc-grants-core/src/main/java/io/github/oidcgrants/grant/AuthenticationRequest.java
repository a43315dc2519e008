package io.github.oidcgrants.grant;

import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import io.github.oidcgrants.client.CibaOptions;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonObject;
import io.github.oidcgrants.jose.RandomText;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.metadata.ServerMetadata;
import org.jspecify.annotations.Nullable;

import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * What a backchannel authentication endpoint is sent: parameters, or all of them in one
 * signed JWT (OpenID Connect CIBA Core 1.0 sections 7.1 and 7.1.1).
 */
final class AuthenticationRequest {

	// What a signed request says of itself.
	private static final Set<String> OWN_CLAIMS = Set.of("iss", "aud", "iat", "nbf", "exp", "jti");

	static final String REQUESTED_EXPIRY = "requested_expiry";

	private final Configuration configuration;

	private final GrantParameters parameters;

	private final @Nullable CibaNotification notification;

	AuthenticationRequest(Configuration configuration, GrantParameters parameters,
			@Nullable CibaNotification notification) {
		this.configuration = configuration;
		this.parameters = parameters;
		this.notification = notification;
	}

	/**
	 * Fills in a form. A signed request is made anew each time.
	 */
	void fill(ServerMetadata server, HttpCall call, Instant now) {
		MultiValueMap<String, String> all = all(call);
		if (this.configuration.ciba().signsRequests()) {
			call.secretParameter("request", signed(server, all, now));
		}
		else {
			all.forEach((name, values) -> values.forEach((value) -> call.parameter(name, value)));
		}
	}

	private MultiValueMap<String, String> all(HttpCall call) {
		MultiValueMap<String, String> all = new LinkedMultiValueMap<>();
		this.parameters.forEach(all::add, (name, value) -> {
			call.secret(value);
			all.add(name, value);
		});
		all.getOrDefault(REQUESTED_EXPIRY, List.of()).forEach(AuthenticationRequest::requireExpiry);
		if (this.notification != null) {
			call.secret(this.notification.token());
			all.add("client_notification_token", this.notification.token());
		}
		return all;
	}

	static void requireExpiry(String seconds) {
		boolean positive = seconds.length() <= 9 && seconds.chars().allMatch((c) -> c >= '0' && c <= '9')
				&& !seconds.chars().allMatch((c) -> c == '0');
		if (!positive) {
			throw GrantException.misconfigured("The parameter 'requested_expiry' is no positive number of seconds:"
					+ " nothing was sent (OpenID Connect CIBA Core 1.0 section 7.1)");
		}
	}

	private String signed(ServerMetadata server, MultiValueMap<String, String> all, Instant now) {
		CibaOptions ciba = this.configuration.ciba();
		SigningKey key = ciba.requestSigningKey(this.configuration.clientId());
		JWSAlgorithm algorithm = key.algorithm(ciba.requestSigningAlgorithm(),
				server.list("backchannel_authentication_request_signing_alg_values_supported"));
		JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
		all.forEach((name, values) -> claims.claim(requireFree(name), claim(name, values)));
		return key.sign(header(key, algorithm),
				claims.issuer(this.configuration.clientId())
					.audience(audience(server))
					.issueTime(Date.from(now))
					.notBeforeTime(Date.from(now))
					.expirationTime(Date.from(now.plus(ciba.requestLifetime())))
					.jwtID(RandomText.bits128())
					.build());
	}

	private static String requireFree(String name) {
		if (OWN_CLAIMS.contains(name)) {
			throw GrantException
				.misconfigured("The parameter '" + name + "' cannot be set where authentication requests"
						+ " are signed: it is a claim of the request's own. Nothing was sent");
		}
		return name;
	}

	private static @Nullable Object claim(String name, List<String> values) {
		String value = values.get(0);
		return switch (name) {
			case GrantParameters.AUTHORIZATION_DETAILS -> JsonObject.parseArray(value);
			case REQUESTED_EXPIRY -> Long.parseLong(value);
			default -> (values.size() == 1) ? value : values;
		};
	}

	private String audience(ServerMetadata server) {
		String issuer = server.issuer();
		if (issuer == null || issuer.contains("{")) {
			throw GrantException.misconfigured("The authentication request of '" + this.configuration.clientId()
					+ "' needs an audience, and the server has no issuer to take it from: configure it (issuer-uri)");
		}
		return issuer;
	}

	private static JWSHeader header(SigningKey key, JWSAlgorithm algorithm) {
		Map<String, Object> members = new LinkedHashMap<>(key.headerMembers());
		members.put("alg", algorithm.getName());
		try {
			return JWSHeader.parse(members);
		}
		catch (ParseException ex) {
			throw new IllegalStateException("What keys say of themselves can be parsed", ex);
		}
	}

}
