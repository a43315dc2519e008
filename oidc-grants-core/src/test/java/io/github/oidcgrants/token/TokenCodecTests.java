package io.github.oidcgrants.token;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TokenCodecTests {

	private static final Instant ISSUED = Instant.parse("2026-01-01T00:00:00.123456789Z");

	private final TestClock clock = new TestClock();

	@Test
	void givesBackWhatItWasGiven() {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("refresh_token", "refresh");
		members.put("expires_in", "3600.5");
		members.put("scope", "a b");
		members.put("big", new BigInteger("123456789012345678901234567890"));
		members.put("long", 12345678901L);
		members.put("exact", new BigDecimal("1.10"));
		members.put("nothing", null);
		members.put("nested", Map.of("list", List.of(1, true, "ü", Map.of())));
		TokenEndpointResponse token = token("DPoP", members).boundTo("thumbprint");
		TokenEndpointResponse back = TokenCodec.decode(encode(token), this.clock);
		assertThat(back.members()).isEqualTo(token.members());
		assertThat(back.accessToken()).isEqualTo("access");
		assertThat(back.tokenType()).isEqualTo("dpop");
		assertThat(back.dpopThumbprint()).isEqualTo("thumbprint");
		assertThat(back.refreshToken()).isEqualTo("refresh");
		assertThat(back.issuedAt()).isEqualTo(ISSUED);
		assertThat(back.expiresAt()).isEqualTo(ISSUED.plusSeconds(3600));
		this.clock.advance(Duration.ofSeconds(100));
		assertThat(back.expiresIn()).isEqualTo(Duration.between(this.clock.instant(), back.expiresAt()));
	}

	@Test
	void givesBackTheValidatedClaims() {
		OidcIdToken claims = new OidcIdToken("id", ISSUED.minusSeconds(1), ISSUED.plusSeconds(300),
				Map.of("sub", "user", "aud", List.of("client"), "auth_time", Instant.ofEpochSecond(5), "iat",
						ISSUED.minusSeconds(1), "level", 3, "address", Map.of("city", "x")));
		TokenEndpointResponse back = TokenCodec
			.decode(encode(token("Bearer", Map.of("id_token", "id")).withClaims(claims)), this.clock);
		OidcIdToken read = Objects.requireNonNull(back.claims());
		assertThat(read.getClaims()).isEqualTo(claims.getClaims());
		assertThat(read.getTokenValue()).isEqualTo("id");
		assertThat(read.getIssuedAt()).isEqualTo(claims.getIssuedAt());
		assertThat(read.getExpiresAt()).isEqualTo(claims.getExpiresAt());
	}

	@Test
	void givesBackTheTokenOfATokenExchange() {
		TokenEndpointResponse token = TokenEndpointResponse.of(Map.of("access_token", "access", "token_type", "N_A",
				"issued_token_type", "urn:ietf:params:oauth:token-type:saml2"), true, ISSUED, this.clock, malformed());
		TokenEndpointResponse back = TokenCodec.decode(encode(token), this.clock);
		assertThat(back.tokenType()).isEqualTo("n_a");
		assertThat(back.issuedTokenType()).isEqualTo("urn:ietf:params:oauth:token-type:saml2");
	}

	@Test
	void doesNotEncodeWhatWouldNotComeBack() throws Exception {
		for (Object claim : List.of(URI.create("https://idp.example").toURL(), 1.5d,
				Map.of("$instant", "2026-01-01T00:00:00Z"))) {
			OidcIdToken claims = new OidcIdToken("id", ISSUED, ISSUED.plusSeconds(300), Map.of("claim", claim));
			assertThat(TokenCodec.encode(token("Bearer", Map.of("id_token", "id")).withClaims(claims))).isNull();
		}
		// An ID token that nobody validated, and a bound token whose key is not known.
		assertThat(TokenCodec.encode(token("Bearer", Map.of("id_token", "id")))).isNull();
		assertThat(TokenCodec.encode(token("DPoP", Map.of()))).isNull();
	}

	@Test
	void beginsWithTheVersion() {
		byte[] bytes = encode(token("Bearer", Map.of()));
		assertThat(bytes[0]).isEqualTo((byte) 1);
		bytes[0] = 2;
		assertThatIllegalArgumentException().isThrownBy(() -> TokenCodec.decode(bytes, this.clock))
			.withMessage("It is not of version 1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "null", "[]", "{}", "\"secret\"", "{\"members\": {}}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"Bearer\"}}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"Bearer\"}, \"issued_at\": \"now\"}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"Bearer\"}, \"issued_at\": 5}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"DPoP\"}, \"issued_at\": \"2026-01-01T00:00:00Z\"}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"Bearer\"}, \"issued_at\": \"2026-01-01T00:00:00Z\", \"dpop_jkt\": \"t\"}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"Bearer\", \"id_token\": \"i\"}, \"issued_at\": \"2026-01-01T00:00:00Z\"}",
			"{\"members\": {\"access_token\": \"secret\", \"token_type\": \"Bearer\"}, \"issued_at\": \"2026-01-01T00:00:00Z\"} secret" })
	void refusesGarbageAndRepeatsNothingOfIt(String json) {
		byte[] text = json.getBytes(StandardCharsets.UTF_8);
		byte[] bytes = new byte[text.length + 1];
		bytes[0] = 1;
		System.arraycopy(text, 0, bytes, 1, text.length);
		assertThatIllegalArgumentException().isThrownBy(() -> TokenCodec.decode(bytes, this.clock))
			.withNoCause()
			.withMessageNotContaining("secret");
	}

	@Test
	void refusesEveryBeginningOfWhatItMade() {
		byte[] whole = encode(token("Bearer", Map.of("scope", "a")));
		for (int length = 0; length < whole.length; length++) {
			byte[] part = Arrays.copyOf(whole, length);
			assertThatIllegalArgumentException().isThrownBy(() -> TokenCodec.decode(part, this.clock));
		}
	}

	private static byte[] encode(TokenEndpointResponse token) {
		return Objects.requireNonNull(TokenCodec.encode(token));
	}

	private TokenEndpointResponse token(String type, Map<String, Object> more) {
		Map<String, Object> body = new LinkedHashMap<>(Map.of("access_token", "access", "token_type", type));
		body.putAll(more);
		return TokenEndpointResponse.of(body, false, ISSUED, this.clock, malformed());
	}

	private static Function<String, GrantException> malformed() {
		return GrantException::misconfigured;
	}

}
