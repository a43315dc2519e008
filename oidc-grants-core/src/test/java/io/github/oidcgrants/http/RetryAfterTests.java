package io.github.oidcgrants.http;

import java.time.Duration;

import io.github.oidcgrants.testing.TestClock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RetryAfterTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "0|0", "120|120", " 5 |5", "86401|86401", "999999999|315360000", "99999999999999999999|315360000",
					"Thu, 01 Jan 2026 00:00:30 GMT|30", "Thu, 01 Jan 2026 00:00:00 GMT|0",
					"Sun, 06 Nov 1994 08:49:37 GMT|0", "Fri, 01 Jan 2027 00:00:00 GMT|31536000",
					"Mon, 01 Jan 2046 00:00:00 GMT|315360000" })
	void readsSecondsAndDatesFromZeroToTenYears(String value, long seconds) {
		assertThat(RetryAfter.parse(value, TestClock.START)).isEqualTo(Duration.ofSeconds(seconds));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "-1", "1.5", "soon", "0x10", "\u0663", "2026-01-01T00:00:30Z", "1, 2",
			"Wed, 01 Jan 2026 00:00:30 GMT" })
	void isNullForAllElse(String value) {
		assertThat(RetryAfter.parse(value, TestClock.START)).isNull();
	}

}
