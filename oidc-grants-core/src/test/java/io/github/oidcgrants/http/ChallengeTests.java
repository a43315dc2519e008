package io.github.oidcgrants.http;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChallengeTests {

	@Test
	void readsSeveralChallengesOfOneHeader() {
		assertThat(parse("Basic realm=\"idp\", charset=\"UTF-8\", Bearer error=invalid_token,Negotiate"))
			.containsExactly(challenge("basic", "realm", "idp", "charset", "UTF-8"),
					challenge("bearer", "error", "invalid_token"), challenge("negotiate"));
	}

	@Test
	void readsChallengesOfSeveralHeaders() {
		assertThat(parse("Basic realm=a", "Bearer")).containsExactly(challenge("basic", "realm", "a"),
				challenge("bearer"));
	}

	@Test
	void readsQuotedStringsWithCommasEqualsSignsAndEscapes() {
		assertThat(parse("Digest realm=\"a, Basic b=\\\"c\\\\\\\"\", qop=\"auth\""))
			.containsExactly(challenge("digest", "realm", "a, Basic b=\"c\\\"", "qop", "auth"));
	}

	@Test
	void readsAnEmptyQuotedString() {
		assertThat(parse("Basic realm=\"\", charset=\"UTF-8\""))
			.containsExactly(challenge("basic", "realm", "", "charset", "UTF-8"));
	}

	@Test
	void skipsToken68AndGoesOnBehindIt() {
		for (String token68 : List.of("YWJj", "YWJj=", "YWJjZA==", "a/b+c.d~e_f-g==", "a=")) {
			assertThat(parse("Negotiate " + token68 + ", Basic realm=\"x\"")).as(token68)
				.containsExactly(challenge("negotiate"), challenge("basic", "realm", "x"));
			assertThat(parse("Negotiate " + token68)).containsExactly(challenge("negotiate"));
		}
	}

	@Test
	void toleratesSpacesAndEmptyElements() {
		assertThat(parse(" , ,Basic  realm = \"x\" ,, charset\t=UTF-8 , ,  Bearer , "))
			.containsExactly(challenge("basic", "realm", "x", "charset", "UTF-8"), challenge("bearer"));
	}

	@Test
	void takesTheFirstOfAParameterThatStandsTwiceWhateverItsCase() {
		assertThat(parse("Bearer Error=\"first\", error=\"second\""))
			.containsExactly(challenge("bearer", "error", "first"));
	}

	@Test
	void keepsWhatStandsBeforeSomethingUnreadable() {
		assertThat(parse("Basic realm=x, Bearer error=\"never closed"))
			.containsExactly(challenge("basic", "realm", "x"), challenge("bearer"));
		assertThat(parse("Basic realm=\"x\"charset=y", "Bearer")).containsExactly(challenge("basic", "realm", "x"),
				challenge("bearer"));
		assertThat(parse("Bearer error=\"ends in an escape\\")).containsExactly(challenge("bearer"));
		assertThat(parse("", " ", "\"\"", "=", "@@@")).isEmpty();
	}

	@Test
	void givesAParameterByName() {
		Challenge challenge = parse("Bearer error=\"invalid_token\"").get(0);
		assertThat(challenge.parameter("error")).isEqualTo("invalid_token");
		assertThat(challenge.parameter("scope")).isNull();
	}

	private static List<Challenge> parse(String... headers) {
		return Challenge.parse(List.of(headers));
	}

	private static Challenge challenge(String scheme) {
		return new Challenge(scheme, Map.of());
	}

	private static Challenge challenge(String scheme, String name, String value) {
		return new Challenge(scheme, Map.of(name, value));
	}

	private static Challenge challenge(String scheme, String name, String value, String other, String otherValue) {
		return new Challenge(scheme, Map.of(name, value, other, otherValue));
	}

}
