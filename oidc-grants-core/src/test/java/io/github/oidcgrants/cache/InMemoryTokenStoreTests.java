package io.github.oidcgrants.cache;

import java.time.Duration;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InMemoryTokenStoreTests {

	private static final Duration DAY = Duration.ofDays(1);

	private final TokenStore store = TokenStore.inMemory();

	@Test
	void keepsEachValueAsLongAsIsSaid() {
		this.store.put("r", "short", new byte[] { 1 }, Duration.ofMillis(1));
		this.store.put("r", "long", new byte[] { 2 }, DAY);
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.store.get("r", "short") == null);
		assertThat(this.store.get("r", "long")).containsExactly(2);
	}

	@Test
	void aNewValueTakesThePlaceAndTheTimeOfTheOneBefore() {
		this.store.put("r", "k", new byte[] { 1 }, DAY);
		this.store.put("r", "k", new byte[] { 2 }, Duration.ofMillis(1));
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.store.get("r", "k") == null);
		this.store.put("r", "k", new byte[] { 3 }, DAY);
		assertThat(this.store.get("r", "k")).containsExactly(3);
	}

	@Test
	void removesWhatItIsToldToAndNothingElse() {
		for (String registrationId : new String[] { "r", "r2" }) {
			for (String key : new String[] { "k", "k2" }) {
				this.store.put(registrationId, key, new byte[] { 1 }, DAY);
			}
		}
		this.store.remove("r2", "k");
		assertThat(this.store.get("r2", "k")).isNull();
		assertThat(this.store.get("r", "k")).isNotNull();
		this.store.removeAll("r");
		assertThat(this.store.get("r", "k")).isNull();
		assertThat(this.store.get("r", "k2")).isNull();
		assertThat(this.store.get("r2", "k2")).isNotNull();
	}

	@Test
	void whoeverChangesAnArrayChangesNoValue() {
		byte[] written = { 1, 2 };
		this.store.put("r", "k", written, DAY);
		written[0] = 9;
		byte[] read = this.store.get("r", "k");
		assertThat(read).containsExactly(1, 2);
		read[1] = 9;
		assertThat(this.store.get("r", "k")).containsExactly(1, 2);
	}

	@Test
	void isBounded() {
		for (int i = 0; i < 10_500; i++) {
			this.store.put("r", "k" + i, new byte[] { 1 }, DAY);
		}
		assertThat(IntStream.range(0, 10_500).filter((i) -> this.store.get("r", "k" + i) != null).count())
			.isBetween(9_000L, 10_000L);
	}

}
