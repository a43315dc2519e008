package io.github.oidcgrants.managed;

import java.time.Duration;

import io.github.oidcgrants.managed.ManagedTokenStore.Entry;
import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class InMemoryManagedTokenStoreTests {

	private static final Duration DAY = Duration.ofDays(1);

	private final TestClock time = new TestClock();

	private final ManagedTokenStore store = new InMemoryManagedTokenStore(this.time::nanoTime);

	@Test
	void writesOverWhatIsExpectedOnly() {
		assertThat(this.store.compareAndSet("k", "r0", entry("r1"), DAY)).isFalse();
		assertThat(this.store.load("k")).isNull();
		assertThat(this.store.compareAndSet("k", null, entry("r1"), DAY)).isTrue();
		assertThat(this.store.compareAndSet("k", null, entry("r2"), DAY)).isFalse();
		assertThat(this.store.compareAndSet("k", "r0", entry("r2"), DAY)).isFalse();
		assertThat(this.store.load("k").revision()).isEqualTo("r1");
		assertThat(this.store.compareAndSet("k", "r1", entry("r2"), DAY)).isTrue();
		assertThat(this.store.load("k").revision()).isEqualTo("r2");
	}

	@Test
	void deletesWhatIsExpectedOnly() {
		assertThat(this.store.delete("k", "r1")).isFalse();
		this.store.compareAndSet("k", null, entry("r1"), DAY);
		assertThat(this.store.delete("k", "r2")).isFalse();
		assertThat(this.store.delete("k", "r1")).isTrue();
		assertThat(this.store.load("k")).isNull();
	}

	@Test
	void keepsEntriesAsLongAsIsSaid() {
		this.store.compareAndSet("k", null, entry("r1"), DAY);
		this.time.advance(DAY.minusNanos(1));
		assertThat(this.store.load("k")).isNotNull();
		this.time.advance(Duration.ofNanos(1));
		assertThat(this.store.load("k")).isNull();
		assertThat(this.store.compareAndSet("k", null, entry("r2"), DAY)).isTrue();
	}

	@Test
	void anAttemptToWriteKeepsNothingForLonger() {
		this.store.compareAndSet("k", null, entry("r1"), DAY);
		this.time.advance(DAY.minusNanos(1));
		this.store.compareAndSet("k", "r0", entry("r2"), DAY);
		this.store.delete("k", "r0");
		this.time.advance(Duration.ofNanos(1));
		assertThat(this.store.load("k")).isNull();
	}

	@Test
	void oneOwnerHasALease() {
		assertThat(this.store.acquireLease("k", "a", DAY)).isTrue();
		assertThat(this.store.acquireLease("k", "b", DAY)).isFalse();
		assertThat(this.store.acquireLease("other", "b", DAY)).isTrue();
		this.store.releaseLease("k", "b");
		assertThat(this.store.acquireLease("k", "b", DAY)).isFalse();
		this.store.releaseLease("k", "a");
		assertThat(this.store.acquireLease("k", "b", DAY)).isTrue();
	}

	@Test
	void aLeaseEndsHoweverOftenOthersAskForIt() {
		this.store.acquireLease("k", "a", Duration.ofSeconds(10));
		for (int i = 0; i < 9; i++) {
			this.time.advance(Duration.ofSeconds(1));
			assertThat(this.store.acquireLease("k", "b", Duration.ofSeconds(10))).isFalse();
		}
		this.time.advance(Duration.ofSeconds(1));
		assertThat(this.store.acquireLease("k", "b", Duration.ofSeconds(10))).isTrue();
	}

	@Test
	void theOwnerMayHaveTheLeaseAnew() {
		this.store.acquireLease("k", "a", Duration.ofSeconds(10));
		this.time.advance(Duration.ofSeconds(9));
		assertThat(this.store.acquireLease("k", "a", Duration.ofSeconds(10))).isTrue();
		this.time.advance(Duration.ofSeconds(9));
		assertThat(this.store.acquireLease("k", "b", Duration.ofSeconds(10))).isFalse();
	}

	@Test
	void anEntryIsComplete() {
		assertThatNullPointerException().isThrownBy(() -> new Entry(null, new byte[0]));
		assertThatNullPointerException().isThrownBy(() -> new Entry("r", null));
		assertThat(this.store.isPersistent()).isFalse();
		this.store.compareAndSet("k", null, entry("r1"), DAY);
		assertThat(this.store.toString() + this.store.load("k")).doesNotContain("secret");
	}

	private static Entry entry(String revision) {
		return new Entry(revision, "secret".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
	}

}
