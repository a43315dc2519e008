package io.github.oidcgrants.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.github.oidcgrants.http.JsonObject;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

/**
 * From the bytes of a token response to its value, beside Nimbus and the bare reading of
 * the JSON.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TokenResponseBenchmark {

	private final byte[] body = ("""
			{"access_token":"%s","token_type":"Bearer","expires_in":300,"refresh_token":"%s",\
			"scope":"read:users write:users","session_state":"a1b2c3","not-before-policy":0}"""
		.formatted("a".repeat(900), "b".repeat(700))).getBytes(StandardCharsets.UTF_8);

	private final JsonMapper mapper = JsonMapper.shared();

	@Benchmark
	public Object oidcGrants() throws Exception {
		return TokenEndpointResponse.of(JsonObject.parse(this.body), false, Instant.EPOCH, InstantSource.system(),
				io.github.oidcgrants.error.GrantException::misconfigured);
	}

	@Benchmark
	public Object nimbusTokenResponse() throws Exception {
		HTTPResponse response = new HTTPResponse(200);
		response.setHeader("Content-Type", "application/json");
		response.setBody(new String(this.body, StandardCharsets.UTF_8));
		return TokenResponse.parse(response);
	}

	@Benchmark
	public Object jacksonReadTree() {
		return this.mapper.readTree(this.body);
	}

}
