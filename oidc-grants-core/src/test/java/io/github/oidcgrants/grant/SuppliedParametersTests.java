package io.github.oidcgrants.grant;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantRegistration;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Parameters that are made anew for each request, such as assertions of a single use.
 */
class SuppliedParametersTests {

	private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private final AtomicInteger made = new AtomicInteger();

	@BeforeEach
	void reset() {
		rig.reset();
		rig.answer(Map.of("expires_in", 3600));
	}

	@Test
	void supplierIsReadAtEachRequest() {
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", this::next).build();
		assertThat(this.made).hasValue(0);
		rig.client().genericGrantRequest(rig.configuration(), JWT_BEARER, parameters);
		rig.client().genericGrantRequest(rig.configuration(), JWT_BEARER, parameters);
		assertThat(sent("assertion")).containsExactlyInAnyOrder("made-1", "made-2");
		assertThat(this.made).hasValue(2);
	}

	static Stream<Arguments> failing() {
		Supplier<String> none = () -> null;
		Supplier<String> empty = () -> "";
		Supplier<String> broken = () -> {
			throw new IllegalStateException("vault said s3cret");
		};
		return Stream.of(Arguments.of(none, "gave nothing"), Arguments.of(empty, "gave nothing"),
				Arguments.of(broken, "failed with java.lang.IllegalStateException"));
	}

	@ParameterizedTest
	@MethodSource("failing")
	void supplierThatFailsOrGivesNothingSendsNothing(Supplier<String> supplier, String reason) {
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", supplier).build();
		assertMisconfigured("The supplier of the parameter 'assertion' " + reason,
				() -> rig.client().genericGrantRequest(rig.configuration(), JWT_BEARER, parameters))
			.withMessageNotContaining("s3cret")
			.withNoCause();
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "payment s3cret", "[", "null", "[] []" })
	void authorizationDetailsOfASupplierMustBeAJsonArrayToo(String details) {
		GrantParameters parameters = GrantParameters.builder()
			.parameter("authorization_details", () -> details)
			.build();
		assertMisconfigured("The parameter 'authorization_details' is not a JSON array",
				() -> rig.client().clientCredentialsGrant(rig.configuration(), parameters))
			.withMessageNotContaining("s3cret");
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@Test
	void exceptionOfTheSuppliersOwnGrantComesThrough() {
		GrantException inner = GrantException.of(GrantException.Kind.TIMEOUT, "The inner grant took too long");
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", () -> {
			throw inner;
		}).build();
		assertThat(catchThrowable(() -> rig.client().genericGrantRequest(rig.configuration(), JWT_BEARER, parameters)))
			.isSameAs(inner);
	}

	@Test
	void clientCredentialsWithASupplierAreNeverKept() {
		GrantTemplate template = template(GrantParameters.builder().parameter("ticket", this::next).build());
		template.token("api");
		template.token("api");
		template.clientCredentialsGrant("api", GrantParameters.none(), GrantOptions.builder().forceNew().build());
		assertThat(sent("ticket")).containsExactlyInAnyOrder("made-1", "made-2", "made-3");
	}

	@Test
	void clientCredentialsWithASupplierOfTheCallAreNeverKept() {
		GrantTemplate template = template(GrantParameters.none());
		template.clientCredentialsGrant("api", (parameters) -> parameters.parameter("ticket", this::next));
		template.clientCredentialsGrant("api", (parameters) -> parameters.parameter("ticket", this::next));
		assertThat(rig.tokenRequests()).hasSize(2);
		template.token("api");
		template.token("api");
		assertThat(rig.tokenRequests()).hasSize(3);
	}

	@Test
	void valueOfTheCallReplacesASupplierOfTheRegistrationAndBack() {
		GrantTemplate supplied = template(GrantParameters.builder().parameter("ticket", this::next).build());
		supplied.clientCredentialsGrant("api", (parameters) -> parameters.parameter("ticket", "own"));
		assertThat(sent("ticket")).containsExactly("own");
		assertThat(this.made).hasValue(0);
		rig.http().resetRequests();
		GrantTemplate valued = template(GrantParameters.builder().parameter("ticket", "default").build());
		valued.clientCredentialsGrant("api", (parameters) -> parameters.parameter("ticket", this::next));
		assertThat(sent("ticket")).containsExactly("made-1");
	}

	@Test
	void supplierIsNotReadToShowTheParameters() {
		GrantParameters parameters = GrantParameters.builder().parameter("assertion", this::next).build();
		assertThat(parameters).hasToString("GrantParameters{assertion=***}");
		assertThat(parameters.hasSuppliers()).isTrue();
		assertThat(this.made).hasValue(0);
	}

	private String next() {
		return "made-" + this.made.incrementAndGet();
	}

	private static GrantTemplate template(GrantParameters parameters) {
		return new GrantTemplate(rig.client(), TokenCache.create(rig.time, rig.time::nanoTime),
				List.of(GrantRegistration.builder("api", rig.configuration()).parameters(parameters).build()));
	}

	private static List<String> sent(String name) {
		return rig.tokenRequests()
			.stream()
			.flatMap((request) -> AuthorizationServerRig.form(request).get(name).stream())
			.toList();
	}

}
