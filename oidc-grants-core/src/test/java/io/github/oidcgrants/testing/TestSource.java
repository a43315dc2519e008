package io.github.oidcgrants.testing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.oidcgrants.cache.TokenCacheKey;
import io.github.oidcgrants.cache.TokenCachePolicy;
import io.github.oidcgrants.cache.TokenSource;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;

/**
 * Gives what a test tells it to: {@code token-1}, {@code token-2} and so on unless told
 * otherwise.
 *
 * @param key what tells the token from others
 * @param loader asks for it
 * @param policy how it is kept
 * @param timeout how long to wait for others
 * @param isImpatient whether that is shorter than usual
 * @param isRepeatable whether it may be refreshed ahead
 */
public record TestSource(TokenCacheKey key, Supplier<TokenEndpointResponse> loader, TokenCachePolicy policy,
		Duration timeout, boolean isImpatient, boolean isRepeatable) implements TokenSource {

	public static final Duration TIMEOUT = Duration.ofSeconds(20);

	public static TestSource of(TokenCacheKey key, Supplier<TokenEndpointResponse> loader) {
		return new TestSource(key, loader, TokenCachePolicy.defaults(), TIMEOUT, false, true);
	}

	public static TestSource of(String registrationId, Supplier<TokenEndpointResponse> loader) {
		return of(key(registrationId), loader);
	}

	public static TokenCacheKey key(String registrationId) {
		return TokenCacheKey.builder(registrationId, "client_credentials").build();
	}

	/**
	 * {@return what gives a new token each time}
	 * @param clock tells when
	 * @param loads counts them
	 * @param lifetime the seconds, or less than zero for a token that does not say
	 */
	public static Supplier<TokenEndpointResponse> tokens(TestClock clock, AtomicInteger loads, long lifetime) {
		return () -> token("token-" + loads.incrementAndGet(), clock, lifetime);
	}

	public static TokenEndpointResponse token(String value, TestClock clock, long lifetime) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("access_token", value);
		body.put("token_type", "Bearer");
		if (lifetime >= 0) {
			body.put("expires_in", Math.toIntExact(lifetime));
		}
		Function<String, GrantException> malformed = GrantException::misconfigured;
		return TokenEndpointResponse.of(body, false, clock.instant(), clock, malformed);
	}

	public TestSource policy(TokenCachePolicy policy) {
		return new TestSource(this.key, this.loader, policy, this.timeout, this.isImpatient, this.isRepeatable);
	}

	public TestSource impatient(Duration timeout) {
		return new TestSource(this.key, this.loader, this.policy, timeout, true, this.isRepeatable);
	}

	public TestSource unrepeatable() {
		return new TestSource(this.key, this.loader, this.policy, this.timeout, this.isImpatient, false);
	}

	@Override
	public TokenEndpointResponse load() {
		return this.loader.get();
	}

}
