package io.github.oidcgrants.grant;

import java.util.List;
import java.util.function.Consumer;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class GrantParametersTests {

	@Test
	void joinsScopesAndLeavesOutWhatStandsTwice() {
		GrantParameters parameters = GrantParameters.builder()
			.scope("a  b", " c ")
			.scope("b", "d")
			.parameter("scope", "a e\n")
			.build();
		assertThat(parameters.get("scope")).containsExactly("a b c d e");
		assertThat(parameters.scopes()).containsExactly("a", "b", "c", "d", "e");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a\"b", "a\\b", "\u00fc", "a\tb", "a\nb", "a\u2003b", "a\u0000" })
	void refusesAScopeThatCannotBeOne(String scope) {
		refuses("scope", (builder) -> builder.scope(scope));
		refuses("scope", (builder) -> builder.parameter("scope", scope));
	}

	@Test
	void neverHoldsAScopeThatCannotBeOne() {
		assertThat(GrantParameters.builder().scope("\u2003a\u2003").build().get("scope")).containsExactly("a");
	}

	@Test
	void hasNoScopeIfNoneIsAdded() {
		assertThat(GrantParameters.builder().scope().scope(List.of()).build().asMap()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "api", "/api", "//api.example", "https://a.example/#x", "https://a.example/#",
			"https://a b", "https://a.example/%" })
	void refusesAResourceThatIsNoAbsoluteAddress(String resource) {
		refuses("resource", (builder) -> builder.resource(resource));
		refuses("resource", (builder) -> builder.parameter("resource", resource));
	}

	@Test
	void takesAnyAbsoluteAddressAsResource() {
		assertThat(GrantParameters.builder()
			.resource("urn:example:api", "https://a.example/x?y", "https://a.example/x?y")
			.build()
			.get("resource")).containsExactly("urn:example:api", "https://a.example/x?y");
	}

	@ParameterizedTest
	@ValueSource(strings = { "grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type" })
	void refusesWhatOnlyTheGrantAndTheClientMaySay(String name) {
		refuses("'" + name + "'", (builder) -> builder.parameter(name, "value"));
	}

	@Test
	void refusesASecondValueWhereOnlyOneMayBe() {
		refuses("'other' is set twice", (builder) -> builder.parameter("other", "a").parameter("other", "b"));
		assertThat(GrantParameters.builder().audience("a").parameter("audience", "b").build().get("audience"))
			.containsExactly("a", "b");
	}

	@Test
	void refusesAParameterWithoutNameOrValue() {
		refuses("name", (builder) -> builder.parameter(" ", "value"));
		refuses("'other'", (builder) -> builder.parameter("other", ""));
		refuses("'audience'", (builder) -> builder.audience(""));
	}

	@Test
	void showsNoValueInAMessageAboutAParameter() {
		GrantException failure = catchThrowableOfType(GrantException.class,
				() -> GrantParameters.builder().parameter("assertion", "secret").parameter("assertion", "secret2"));
		assertThat(failure.getMessage()).doesNotContain("secret");
	}

	@Test
	void replacesDefaultsOfTheSameNameWithAllTheirValues() {
		GrantParameters defaults = GrantParameters.builder()
			.scope("a b")
			.resource("https://a.example", "https://b.example")
			.parameter("other", "x")
			.build();
		GrantParameters own = GrantParameters.builder().scope("c").resource("https://c.example").build();
		assertThat(own.withDefaults(defaults)).isEqualTo(
				GrantParameters.builder().scope("c").resource("https://c.example").parameter("other", "x").build());
		assertThat(own.withDefaults(GrantParameters.none())).isEqualTo(own);
		assertThat(GrantParameters.none().withDefaults(defaults)).isEqualTo(defaults).hasSameHashCodeAs(defaults);
	}

	@Test
	void doesNotChangeOnceItIsBuilt() {
		GrantParameters.Builder builder = GrantParameters.builder().resource("https://a.example");
		GrantParameters parameters = builder.build();
		builder.resource("https://b.example").scope("a");
		assertThat(parameters.get("resource")).containsExactly("https://a.example");
		assertThat(parameters.scopes()).isEmpty();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> parameters.asMap().clear());
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> parameters.get("resource").clear());
	}

	private static void refuses(String message, Consumer<GrantParameters.Builder> change) {
		GrantException failure = catchThrowableOfType(GrantException.class,
				() -> change.accept(GrantParameters.builder()));
		assertThat(failure).isNotNull().hasMessageContaining(message);
		assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
	}

}
