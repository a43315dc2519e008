package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 256 threads that meet an empty cache at the same time, 200 ms away from the server: how
 * many requests that costs, and how long it takes until all have their token.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class StampedeBenchmark {

	private static final int THREADS = 256;

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

	private CachePair pair;

	@Setup
	public void start() throws IOException {
		this.pair = new CachePair(Duration.ofMillis(200));
	}

	@Setup(Level.Invocation)
	public void empty() {
		this.pair.reset();
	}

	@TearDown
	public void stop() {
		this.threads.shutdownNow();
		this.pair.close();
	}

	@Benchmark
	public void stampede(Requests requests) throws Exception {
		together(() -> this.pair.template().token("id"));
		requests.requests = this.pair.requests();
	}

	@Benchmark
	public void springStampede(Requests requests) throws Exception {
		together(this.pair::springToken);
		requests.requests = this.pair.springRequests();
	}

	private void together(Callable<Object> call) throws Exception {
		CyclicBarrier start = new CyclicBarrier(THREADS);
		List<Future<Object>> all = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			all.add(this.threads.submit(() -> {
				start.await();
				return call.call();
			}));
		}
		for (Future<Object> one : all) {
			one.get();
		}
	}

	/**
	 * The requests of one stampede.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.EVENTS)
	public static class Requests {

		/**
		 * How many there were.
		 */
		public int requests;

	}

}
