package io.github.oidcgrants.cache;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts without contention.
 */
final class Tally {

	final LongAdder hits = new LongAdder();

	final LongAdder misses = new LongAdder();

	final LongAdder requests = new LongAdder();

	final LongAdder joined = new LongAdder();

	final LongAdder failures = new LongAdder();

	final LongAdder evictions = new LongAdder();

	TokenCacheStatus.Counters counters() {
		return new TokenCacheStatus.Counters(this.hits.sum(), this.misses.sum(), this.requests.sum(), this.joined.sum(),
				this.failures.sum(), this.evictions.sum());
	}

	@Override
	public String toString() {
		return counters().toString();
	}

}
