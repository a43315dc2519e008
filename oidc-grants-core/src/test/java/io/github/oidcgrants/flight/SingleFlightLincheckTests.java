package io.github.oidcgrants.flight;

import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The flight as the cache uses it, with a place for one token, run by several threads in
 * orders that Lincheck chooses. A token is the version of something at the server.
 * Whoever changes that evicts the token, and from then on nobody may get an older
 * version: it must look as if each call had happened at one moment.
 * <p>
 * It has a run of its own: Lincheck rewrites classes, and so does what counts the lines
 * that other tests reach.
 */
@Tag("lincheck")
public class SingleFlightLincheckTests {

	private final SingleFlight<String, Integer> flight = new SingleFlight<>();

	private final AtomicInteger version = new AtomicInteger(1);

	private volatile int kept;

	/**
	 * {@return the kept token, else a new one}
	 */
	@Operation
	public int get() {
		int now = this.kept;
		return (now != 0) ? now : this.flight.call("key", attempt(false));
	}

	/**
	 * {@return a new token even if one is kept}
	 */
	@Operation
	public int renew() {
		return this.flight.callAnew("key", attempt(true));
	}

	/**
	 * Has the kept token replaced by a new one, unless somebody else is about to.
	 */
	@Operation
	public void refresh() {
		this.flight.callUnlessUnderWay("key", attempt(true));
	}

	private Attempt<Integer> attempt(boolean forced) {
		return new Attempt<>() {

			@Override
			public Integer run() {
				int landed = SingleFlightLincheckTests.this.kept;
				return (landed != 0 && !forced) ? landed : SingleFlightLincheckTests.this.version.get();
			}

			@Override
			public void land(Integer value) {
				SingleFlightLincheckTests.this.kept = value;
			}

		};
	}

	/**
	 * Makes what is kept and what is under way out of date, and forgets it.
	 */
	@Operation
	public void change() {
		this.version.incrementAndGet();
		this.flight.forget("key"::equals);
		this.kept = 0;
	}

	@Test
	void neverGivesWhatWasEvictedInAllOrdersThatAreTried() {
		new ModelCheckingOptions().threads(2)
			.actorsPerThread(2)
			.iterations(10)
			.invocationsPerIteration(100)
			.sequentialSpecification(Place.class)
			.check(SingleFlightLincheckTests.class);
	}

	@Test
	void neverGivesWhatWasEvictedUnderStress() {
		new StressOptions().threads(3)
			.actorsPerThread(3)
			.iterations(5)
			.invocationsPerIteration(500)
			.sequentialSpecification(Place.class)
			.check(SingleFlightLincheckTests.class);
	}

	/**
	 * What one thread alone would see.
	 */
	public static final class Place {

		private int version = 1;

		/**
		 * {@return the version}
		 */
		public int get() {
			return this.version;
		}

		/**
		 * {@return the version}
		 */
		public int renew() {
			return this.version;
		}

		/**
		 * Nobody sees what is replaced by the same.
		 */
		public void refresh() {
		}

		/**
		 * Makes a new version.
		 */
		public void change() {
			this.version++;
		}

	}

}
