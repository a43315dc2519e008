package io.github.oidcgrants.dpop;

import java.time.Duration;

import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DPoPKeyRingTests {

	private final TestClock clock = new TestClock();

	private final DPoPHandle first = DPoPHandle.of(DPoPKeyPair.random());

	private final DPoPHandle second = DPoPHandle.of(DPoPKeyPair.random());

	private final DPoPKeyRing ring = DPoPKeyRing.of(this.first, this.clock);

	@Test
	void aRetiredKeyStaysUntilItsLastTokenHasExpired() {
		this.ring.issued(this.first.thumbprint(), this.clock.instant().plusSeconds(300));
		this.ring.issued(this.first.thumbprint(), this.clock.instant().plusSeconds(60));
		this.ring.rotate(this.second);
		assertThat(this.ring.current()).isSameAs(this.second);
		this.clock.advance(Duration.ofSeconds(299));
		assertThat(this.ring.find(this.first.thumbprint())).isSameAs(this.first);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.ring.find(this.first.thumbprint())).isNull();
		assertThat(this.ring.find(this.second.thumbprint())).isSameAs(this.second);
	}

	@Test
	void aRetiredKeyWithoutTokensStaysForATokenOnItsWay() {
		this.ring.rotate(this.second);
		assertThat(this.ring.find(this.first.thumbprint())).isSameAs(this.first);
		this.clock.advance(Duration.ofMinutes(5));
		assertThat(this.ring.find(this.first.thumbprint())).isNull();
	}

	@Test
	void theKeyOfATokenWithoutExpiryStaysForADay() {
		this.ring.issued(this.first.thumbprint(), null);
		this.ring.rotate(this.second);
		this.clock.advance(Duration.ofDays(1).minusNanos(1));
		this.ring.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		assertThat(this.ring.find(this.first.thumbprint())).isSameAs(this.first);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.ring.find(this.first.thumbprint())).isNull();
	}

	@Test
	void aKeyThatHasRetiredBeforeStays() {
		DPoPKeyRing ring = DPoPKeyRing.of(this.second, this.clock, this.first);
		assertThat(ring.current()).isSameAs(this.second);
		ring.issued(this.first.thumbprint(), this.clock.instant().plusSeconds(60));
		this.clock.advance(Duration.ofDays(1000));
		ring.rotate(DPoPHandle.of(DPoPKeyPair.random()));
		assertThat(ring.find(this.first.thumbprint())).isSameAs(this.first);
		this.clock.advance(Duration.ofDays(1000));
		assertThat(ring.find(this.first.thumbprint())).isSameAs(this.first);
		assertThat(ring.find(this.second.thumbprint())).isNull();
	}

	@Test
	void aKeyThatComesBackIsCurrentAgain() {
		this.ring.rotate(this.second);
		this.ring.rotate(this.first);
		assertThat(this.ring.current()).isSameAs(this.first);
		assertThat(this.ring.find(this.first.thumbprint())).isSameAs(this.first);
	}

	@Test
	void whatNobodyHasIsNotFound() {
		assertThat(this.ring.find("nobody")).isNull();
	}

}
