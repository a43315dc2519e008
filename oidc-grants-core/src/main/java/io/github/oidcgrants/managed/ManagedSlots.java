package io.github.oidcgrants.managed;

import java.util.function.UnaryOperator;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/**
 * The slots of a registration by name. Those used lately stay, at most 10,000; others may
 * go once nobody uses them any more. While somebody does, there is no second slot of the
 * same name: its lock would guard nothing.
 */
final class ManagedSlots {

	private static final long MAXIMUM_SIZE = 10_000;

	private final Cache<String, ManagedSlot> lately = Caffeine.newBuilder()
		.maximumSize(MAXIMUM_SIZE)
		.executor(Runnable::run)
		.build();

	private final Cache<String, ManagedSlot> all = Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

	private final UnaryOperator<String> key;

	/**
	 * Creates slots.
	 * @param key makes the key in the store of a name
	 */
	ManagedSlots(UnaryOperator<String> key) {
		this.key = key;
	}

	ManagedSlot get(String name) {
		return this.lately.get(name,
				(n) -> this.all.get(n, (created) -> new ManagedSlot(this.key.apply(created), created)));
	}

}
