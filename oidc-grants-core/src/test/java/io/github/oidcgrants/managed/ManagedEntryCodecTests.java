package io.github.oidcgrants.managed;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.oidc.OidcIdToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ManagedEntryCodecTests {

	private final TestClock clock = new TestClock();

	private final ManagedClockwork clockwork = ManagedClockwork.system(this.clock, TokenServing.DEFAULTS);

	private TokenEndpointResponse token(String accessToken) {
		Map<String, Object> members = new LinkedHashMap<>();
		members.put("access_token", accessToken);
		members.put("token_type", "Bearer");
		members.put("expires_in", 300);
		members.put("refresh_token", "s3cret-refresh");
		members.put("id_token", "s3cret-id-token");
		return TokenEndpointResponse.of(members, false, TestClock.START, this.clock, GrantException::misconfigured)
			.withClaims(new OidcIdToken("s3cret-id-token", TestClock.START, TestClock.START.plusSeconds(300),
					Map.of("iss", "https://idp.example", "sub", "ada", "aud", List.of("client"), "iat", TestClock.START,
							"exp", TestClock.START.plusSeconds(300))));
	}

	private ManagedEntry entry() {
		return ManagedEntry.of("s3cret-refresh", token("s3cret-1"), this.clockwork)
			.with("v2", token("s3cret-2"), this.clockwork)
			.with("v3", token("s3cret-3"), this.clockwork);
	}

	private byte[] bytes() {
		return ManagedEntryCodec.encode(entry());
	}

	@Test
	void anEntryComesBackAsItWas() {
		ManagedEntry read = ManagedEntryCodec.decode(bytes(), this.clockwork);
		assertThat(read.refreshToken()).isEqualTo("s3cret-refresh");
		assertThat(read.dpopThumbprint()).isNull();
		assertThat(read.identity()).isEqualTo(entry().identity()).containsEntry("sub", "ada");
		assertThat(read.since()).isEqualTo(TestClock.START);
		assertThat(read.isLost()).isFalse();
		assertThat(read.tokens().keySet()).as("the oldest first").containsExactly("", "v2", "v3");
		assertThat(read.tokens().get("v2").token().accessToken()).isEqualTo("s3cret-2");
		assertThat(read.tokens().get("v2").token().refreshToken()).isNull();
		assertThat(read.previous().getAudience()).containsExactly("client");
		assertThat(ManagedEntryCodec.decode(ManagedEntryCodec.encode(entry().lost()), this.clockwork).isLost())
			.isTrue();
	}

	@Test
	void theFirstByteIsTheVersion() {
		byte[] bytes = bytes();
		assertThat(bytes[0]).isEqualTo((byte) 1);
		bytes[0] = 2;
		assertThatIllegalArgumentException().isThrownBy(() -> ManagedEntryCodec.decode(bytes, this.clockwork))
			.withMessage("it is not of version 1");
	}

	@Test
	void whatIsCutOffAnywhereIsNoEntry() {
		byte[] bytes = bytes();
		for (int length = 0; length < bytes.length; length++) {
			byte[] part = Arrays.copyOf(bytes, length);
			assertThatIllegalArgumentException().isThrownBy(() -> ManagedEntryCodec.decode(part, this.clockwork))
				.withMessageNotContaining("s3cret")
				.withNoCause();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "[]", "5", "{}", "{\"refresh_token\": 5}",
			"{\"refresh_token\": \" \", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {}, \"lost\": false}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"now\", \"tokens\": {}, \"lost\": false}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": [], \"lost\": false}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {\"\": 5}, \"lost\": false}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {}, \"lost\": \"no\"}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {}, \"lost\": false, \"dpop_jkt\": 5}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {}, \"lost\": false, \"identity\": {}}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {}, \"lost\": false, \"identity\": {\"aud\": [5]}}",
			"{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {}, \"lost\": false} {}" })
	void garbageIsNoEntry(String json) {
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> ManagedEntryCodec.decode(("\u0001" + json).getBytes(StandardCharsets.UTF_8), this.clockwork))
			.withMessageNotContaining("s3cret")
			.withNoCause();
	}

	@ParameterizedTest
	@ValueSource(strings = { "no Base64!", "", "AgAA", "AXt9" })
	void anAccessTokenThatCannotBeReadIsLeftOut(String token) {
		String json = "\u0001{\"refresh_token\": \"s3cret\", \"since\": \"2026-01-01T00:00:00Z\", \"tokens\": {\"\": \""
				+ token + "\"}, \"lost\": false}";
		ManagedEntry entry = ManagedEntryCodec.decode(json.getBytes(StandardCharsets.UTF_8), this.clockwork);
		assertThat(entry.refreshToken()).isEqualTo("s3cret");
		assertThat(entry.since()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
		assertThat(entry.tokens()).isEmpty();
	}

	@Test
	void nothingOfAnEntryIsShown() {
		assertThat(entry().toString() + new ManagedTokenStore.Entry("r", bytes())).doesNotContain("s3cret");
	}

}
