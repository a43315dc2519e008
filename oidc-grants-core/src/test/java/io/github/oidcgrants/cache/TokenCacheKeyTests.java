package io.github.oidcgrants.cache;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TokenCacheKeyTests {

	@Test
	void differsInWhateverDiffers() {
		assertThat(Stream
			.of(key(), TokenCacheKey.builder("r2", "g"), TokenCacheKey.builder("r", "g2"), key().scopes(Set.of("a")),
					key().scopes(Set.of("a", "b")), key().resources(List.of("a")), key().resources(List.of("a", "b")),
					key().field("audience", List.of("a")), key().field("audience", List.of("b")),
					key().field("audience", List.of("a", "b")), key().field("x", List.of("a")))
			.map(TokenCacheKey.Builder::build)
			.toList()).doesNotHaveDuplicates();
	}

	@Test
	void isEqualWhateverTheOrderOfScopesAndResources() {
		assertThat(key().scopes(ordered("a", "b")).resources(List.of("x", "y")).build())
			.isEqualTo(key().scopes(ordered("b", "a")).resources(List.of("y", "x")).build())
			.hasSameHashCodeAs(key().scopes(ordered("b", "a")).resources(List.of("y", "x")).build());
	}

	@Test
	void cannotBeConfusedByWhereOneValueEndsAndTheNextBegins() {
		assertThat(Stream
			.of(key().field("x", List.of("ab", "c")), key().field("x", List.of("a", "bc")),
					key().field("x", List.of("abc")), key().field("xa", List.of("bc")),
					key().field("x", List.of("a")).field("b", List.of("c")),
					key().field("x", List.of("a", "b")).field("c", List.of()), key().field("x", List.of("a", "b", "c")),
					key().field("x", List.of("a", "b", "", "c")), key().field("x", List.of("ab\0c")))
			.map(TokenCacheKey.Builder::build)
			.toList()).doesNotHaveDuplicates();
		assertThat(TokenCacheKey.builder("ab", "c").build()).isNotEqualTo(TokenCacheKey.builder("a", "bc").build());
	}

	@Test
	void showsNoOtherField() {
		assertThat(key().field("assertion", List.of("secret")).build().toString()).doesNotContain("secret");
	}

	private static TokenCacheKey.Builder key() {
		return TokenCacheKey.builder("r", "g");
	}

	private static Set<String> ordered(String... values) {
		return new LinkedHashSet<>(List.of(values));
	}

}
