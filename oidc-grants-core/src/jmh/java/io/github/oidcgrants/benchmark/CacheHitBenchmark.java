package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.grant.GrantParameters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A token that is kept already, beside Spring Security, and beside the map and the clock
 * that neither can do without. Run it with {@code -prof gc} for bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class CacheHitBenchmark {

	private final GrantParameters parameters = GrantParameters.builder()
		.scope("read")
		.resource("https://a.example")
		.build();

	private final Map<String, Object> tokens = new ConcurrentHashMap<>(Map.of("id", new Object()));

	private CachePair pair;

	@Setup
	public void start() throws IOException {
		this.pair = new CachePair(Duration.ZERO);
	}

	@TearDown
	public void stop() {
		this.pair.close();
	}

	@Benchmark
	public Object hit() {
		return this.pair.template().token("id");
	}

	@Benchmark
	@Threads(2)
	public Object hitBy2() {
		return this.pair.template().token("id");
	}

	@Benchmark
	public Object hitWithParameters() {
		return this.pair.template().clientCredentialsGrant("id", this.parameters);
	}

	@Benchmark
	public Object hitWithNewParameters() {
		return this.pair.template()
			.clientCredentialsGrant("id", (ask) -> ask.scope("read").resource("https://a.example"));
	}

	@Benchmark
	public Object springHit() {
		return this.pair.springToken();
	}

	@Benchmark
	@Threads(2)
	public Object springHitBy2() {
		return this.pair.springToken();
	}

	// The least that a hit can be.
	@Benchmark
	public Object lookupAndClock() {
		return (System.nanoTime() != 0) ? this.tokens.get("id") : null;
	}

	@Benchmark
	public long clock() {
		return System.nanoTime();
	}

	@Benchmark
	@Threads(2)
	public long clockBy2() {
		return System.nanoTime();
	}

}
