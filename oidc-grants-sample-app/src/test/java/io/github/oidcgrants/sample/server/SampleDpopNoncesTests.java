package io.github.oidcgrants.sample.server;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long a nonce is good for.
 */
class SampleDpopNoncesTests {

	private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:30Z"));

	private final DpopNonces nonces = new DpopNonces(this.now::get);

	@Test
	void nonceIsGoodUntilTheNextMinuteIsOver() {
		String nonce = this.nonces.current();

		assertThat(this.nonces.accepts(nonce)).isTrue();
		this.now.set(Instant.parse("2026-01-01T00:01:59Z"));
		assertThat(this.nonces.accepts(nonce)).isTrue();
		assertThat(this.nonces.current()).isNotEqualTo(nonce);
		this.now.set(Instant.parse("2026-01-01T00:02:00Z"));
		assertThat(this.nonces.accepts(nonce)).isFalse();
	}

	@Test
	void nonceOfSomebodyElseIsNotGood() {
		assertThat(this.nonces.accepts(new DpopNonces(this.now::get).current())).isFalse();
		assertThat(this.nonces.accepts("")).isFalse();
		assertThat(this.nonces.accepts(null)).isFalse();
	}

}
