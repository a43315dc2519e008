package io.github.oidcgrants.idtoken;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/**
 * What an ID token must say to be the one that was asked for.
 *
 * @param issuer the server's issuer identifier; with {@code {tenantid}} in it, a template
 * that the token's {@code tid} fills in
 * @param tenants the tenants whose tokens are accepted where the issuer is a template
 * @param clientId the client, which must be in {@code aud}
 * @param algorithms the signature algorithms that the server lists; may be empty
 * @param accessToken the access token beside it, which {@code at_hash} is about
 * @param authReqId the authentication request that it answers, or {@code null} (OpenID
 * Connect CIBA Core 1.0 section 10.3.1)
 * @param nonce the nonce that was sent, or {@code null}: then the token may have any
 * @param previous the ID token that was there before a refresh, or {@code null} (OpenID
 * Connect Core 1.0 section 12.2)
 */
public record IdTokenExpectation(String issuer, Set<String> tenants, String clientId, List<String> algorithms,
		String accessToken, @Nullable String authReqId, @Nullable String nonce, @Nullable OidcIdToken previous) {

	/**
	 * What stands for the tenant in an issuer that is a template.
	 */
	public static final String TENANT = "{tenantid}";

	@Override
	public String toString() {
		return "IdTokenExpectation[issuer=" + this.issuer + ", clientId=" + this.clientId + "]";
	}

}
