package io.github.oidcgrants.token;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TokenEndpointResponseTests {

	private final TestClock clock = new TestClock();

	@Test
	void tellsTheTimeLeftAndNeverLessThanNone() {
		TokenEndpointResponse response = response(60);
		assertThat(response.expiresIn()).isEqualTo(Duration.ofMinutes(1));
		this.clock.advance(Duration.ofSeconds(59));
		assertThat(response.expiresIn()).isEqualTo(Duration.ofSeconds(1));
		this.clock.advance(Duration.ofDays(1));
		assertThat(response.expiresIn()).isZero();
		assertThat(response.expiresAt()).isEqualTo(TestClock.START.plusSeconds(60));
		assertThat(response.issuedAt()).isEqualTo(TestClock.START);
	}

	@Test
	void countsTheLifetimeFromWhenTheRequestWasSent() {
		this.clock.advance(Duration.ofSeconds(20));
		assertThat(response(60).expiresIn()).isEqualTo(Duration.ofSeconds(40));
	}

	@Test
	void doesNotChangeWithTheMapItWasMadeFrom() {
		Map<String, Object> body = body(60);
		TokenEndpointResponse response = response(body);
		body.clear();
		assertThat(response.members()).containsEntry("access_token", "secret");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> response.members().clear());
	}

	@Test
	void hasNoScopesIfTheServerDidNotSay() {
		assertThat(response(60).scopes()).isEmpty();
	}

	private TokenEndpointResponse response(int lifetime) {
		return response(body(lifetime));
	}

	private TokenEndpointResponse response(Map<String, Object> body) {
		Function<String, GrantException> malformed = GrantException::misconfigured;
		return TokenEndpointResponse.of(body, false, TestClock.START, this.clock, malformed);
	}

	private static Map<String, Object> body(int lifetime) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("access_token", "secret");
		body.put("token_type", "Bearer");
		body.put("expires_in", lifetime);
		return body;
	}

}
