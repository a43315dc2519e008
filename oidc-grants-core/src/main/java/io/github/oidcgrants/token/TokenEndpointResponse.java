package io.github.oidcgrants.token;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.util.StringUtils;

/**
 * The answer of a token endpoint to a grant that succeeded (RFC 6749 section 5.1).
 * Immutable. {@link #toString()} shows neither the tokens nor any member that the
 * specification does not know.
 */
public final class TokenEndpointResponse {

	private static final String ISSUED_TOKEN_TYPE = "issued_token_type";

	private final Map<String, @Nullable Object> members;

	private final String accessToken;

	private final String tokenType;

	private final @Nullable Instant expiresAt;

	private final @Nullable String refreshToken;

	private final @Nullable String scope;

	private final @Nullable String idToken;

	private final @Nullable OidcIdToken claims;

	private final @Nullable String dpopThumbprint;

	private final @Nullable String issuedTokenType;

	private final Instant issuedAt;

	private final InstantSource clock;

	private TokenEndpointResponse(Map<String, @Nullable Object> body, boolean tokenExchange, Instant sentAt,
			InstantSource clock, Function<String, GrantException> malformed) {
		Members read = new Members(body, malformed);
		this.members = Collections.unmodifiableMap(new LinkedHashMap<>(body));
		this.accessToken = read.required(OAuth2ParameterNames.ACCESS_TOKEN);
		this.tokenType = read.tokenType(tokenExchange);
		this.issuedTokenType = tokenExchange ? read.required(ISSUED_TOKEN_TYPE) : read.optional(ISSUED_TOKEN_TYPE);
		this.refreshToken = read.optional(OAuth2ParameterNames.REFRESH_TOKEN);
		this.scope = read.optional(OAuth2ParameterNames.SCOPE);
		this.idToken = read.optional("id_token");
		Duration lifetime = read.seconds(OAuth2ParameterNames.EXPIRES_IN);
		this.expiresAt = (lifetime != null) ? sentAt.plus(lifetime) : null;
		this.claims = null;
		this.dpopThumbprint = null;
		this.issuedAt = sentAt;
		this.clock = clock;
	}

	private TokenEndpointResponse(TokenEndpointResponse other, @Nullable OidcIdToken claims,
			@Nullable String dpopThumbprint) {
		this.members = other.members;
		this.accessToken = other.accessToken;
		this.tokenType = other.tokenType;
		this.issuedTokenType = other.issuedTokenType;
		this.expiresAt = other.expiresAt;
		this.refreshToken = other.refreshToken;
		this.scope = other.scope;
		this.idToken = other.idToken;
		this.claims = claims;
		this.dpopThumbprint = dpopThumbprint;
		this.issuedAt = other.issuedAt;
		this.clock = other.clock;
	}

	// Without the refresh token.
	private TokenEndpointResponse(TokenEndpointResponse other) {
		Map<String, @Nullable Object> rest = new LinkedHashMap<>(other.members);
		rest.remove(OAuth2ParameterNames.REFRESH_TOKEN);
		this.members = Collections.unmodifiableMap(rest);
		this.accessToken = other.accessToken;
		this.tokenType = other.tokenType;
		this.issuedTokenType = other.issuedTokenType;
		this.expiresAt = other.expiresAt;
		this.refreshToken = null;
		this.scope = other.scope;
		this.idToken = other.idToken;
		this.claims = other.claims;
		this.dpopThumbprint = other.dpopThumbprint;
		this.issuedAt = other.issuedAt;
		this.clock = other.clock;
	}

	/**
	 * Reads an answer.
	 * @param body the members of the JSON object that the server sent
	 * @param tokenExchange whether it answers a token exchange, which may give a token
	 * that is no access token (RFC 8693 section 2.2.1)
	 * @param sentAt when the request was sent: from then on the lifetime counts
	 * @param clock tells the time left
	 * @param malformed creates the exception for an answer that breaks the specification,
	 * from the end of a sentence that says how
	 * @return the answer
	 * @throws GrantException if {@code access_token} or {@code token_type} is missing, a
	 * known member has a type or value that it cannot have, or the token type is one that
	 * this client cannot use
	 */
	public static TokenEndpointResponse of(Map<String, @Nullable Object> body, boolean tokenExchange, Instant sentAt,
			InstantSource clock, Function<String, GrantException> malformed) {
		return new TokenEndpointResponse(body, tokenExchange, sentAt, clock, malformed);
	}

	/**
	 * Adds the claims of the ID token.
	 * @param claims the claims, after they were validated
	 * @return the same answer with claims
	 */
	public TokenEndpointResponse withClaims(OidcIdToken claims) {
		return new TokenEndpointResponse(this, claims, this.dpopThumbprint);
	}

	/**
	 * Says which DPoP key the access token is bound to.
	 * @param dpopThumbprint the thumbprint of the key that the proof was made with
	 * @return the same answer, bound
	 */
	public TokenEndpointResponse boundTo(String dpopThumbprint) {
		return new TokenEndpointResponse(this, this.claims, dpopThumbprint);
	}

	/**
	 * {@return the same answer without its refresh token, for those who use tokens that
	 * somebody else refreshes}
	 */
	public TokenEndpointResponse withoutRefreshToken() {
		return (this.refreshToken != null) ? new TokenEndpointResponse(this) : this;
	}

	/**
	 * {@return the access token: a secret}
	 */
	public String accessToken() {
		return this.accessToken;
	}

	/**
	 * {@return the type of the access token in lower case: {@code bearer} or
	 * {@code dpop}}
	 */
	public String tokenType() {
		return this.tokenType;
	}

	/**
	 * {@return when the access token expires, or {@code null} if the server did not say}
	 */
	public @Nullable Instant expiresAt() {
		return this.expiresAt;
	}

	/**
	 * {@return how long the access token is valid from now on, never negative;
	 * {@code null} if the server did not say}
	 */
	public @Nullable Duration expiresIn() {
		if (this.expiresAt == null) {
			return null;
		}
		Duration left = Duration.between(this.clock.instant(), this.expiresAt);
		return left.isNegative() ? Duration.ZERO : left;
	}

	/**
	 * {@return when the request for this token was sent}
	 */
	public Instant issuedAt() {
		return this.issuedAt;
	}

	/**
	 * {@return the refresh token, a secret; {@code null} if the server sent none}
	 */
	public @Nullable String refreshToken() {
		return this.refreshToken;
	}

	/**
	 * {@return the scope that was granted, as the server wrote it; {@code null} if it did
	 * not say, which means: the one that was asked for}
	 */
	public @Nullable String scope() {
		return this.scope;
	}

	/**
	 * {@return the scopes that were granted; empty if the server did not say}
	 */
	public Set<String> scopes() {
		if (this.scope == null) {
			return Set.of();
		}
		return Collections
			.unmodifiableSet(new LinkedHashSet<>(List.of(StringUtils.tokenizeToStringArray(this.scope, " "))));
	}

	/**
	 * {@return the ID token as it was sent, a secret; {@code null} if the server sent
	 * none}
	 */
	public @Nullable String idToken() {
		return this.idToken;
	}

	/**
	 * {@return the validated claims of the ID token; {@code null} if the server sent
	 * none}
	 */
	public @Nullable OidcIdToken claims() {
		return this.claims;
	}

	/**
	 * {@return the thumbprint of the DPoP key that the access token is bound to (RFC
	 * 7638); {@code null} for a token that is not bound}
	 */
	public @Nullable String dpopThumbprint() {
		return this.dpopThumbprint;
	}

	/**
	 * {@return what kind of token a token exchange gave (RFC 8693 section 3);
	 * {@code null} for other grants}
	 */
	public @Nullable String issuedTokenType() {
		return this.issuedTokenType;
	}

	/**
	 * {@return any member of the answer, as JSON's types are in Java; {@code null} if it
	 * is absent}
	 * @param name the member's name
	 */
	public @Nullable Object get(String name) {
		return this.members.get(name);
	}

	/**
	 * {@return all members of the answer by name, as they were sent: the tokens too}
	 */
	public Map<String, @Nullable Object> members() {
		return this.members;
	}

	@Override
	public String toString() {
		return "TokenEndpointResponse[tokenType=" + this.tokenType + ", expiresAt=" + this.expiresAt + ", scope="
				+ this.scope + ", accessToken=" + Redactor.MASK + ", refreshToken=" + masked(this.refreshToken)
				+ ", idToken=" + masked(this.idToken) + ", members=" + this.members.size() + "]";
	}

	private static @Nullable String masked(@Nullable String token) {
		return (token != null) ? Redactor.MASK : null;
	}

}
