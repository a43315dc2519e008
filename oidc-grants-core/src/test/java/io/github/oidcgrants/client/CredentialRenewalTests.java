package io.github.oidcgrants.client;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.TestKeys;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What happens when the server refuses the client: secrets, keys and assertions are read
 * again, and only a changed one is tried, once.
 */
class CredentialRenewalTests {

	private static final String OLD_SECRET = "old-secret-".repeat(6);

	private static final String NEW_SECRET = "new-secret-".repeat(6);

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	static final List<Method> methods = List.of(
			new Method("client_secret_basic", ClientAuthentication::clientSecretBasic,
					(request) -> request.getHeader("Authorization")),
			new Method("client_secret_post", ClientAuthentication::clientSecretPost,
					(request) -> AuthorizationServerRig.form(request).getFirst("client_secret")),
			new Method("client_secret_jwt",
					(secret) -> ClientAuthentication.clientSecretJwt(secret, ClientAssertionOptions.defaults()),
					CredentialRenewalTests::secretOfAssertion),
			new Method("private_key_jwt",
					(secret) -> ClientAuthentication.privateKeyJwt(() -> key(secret.get()),
							ClientAssertionOptions.defaults()),
					(request) -> assertion(request).header().get("kid")),
			new Method("a ready-made assertion", ClientAuthentication::clientAssertion,
					(request) -> AuthorizationServerRig.form(request).getFirst("client_assertion")));

	private final AtomicInteger reads = new AtomicInteger();

	@BeforeEach
	void reset() {
		rig.reset();
	}

	static Stream<Arguments> methodsAndRefusals() {
		return methods.stream().flatMap((method) -> refusals().map((refusal) -> Arguments.of(method, refusal)));
	}

	private static Stream<ResponseDefinitionBuilder> refusals() {
		return Stream.of(AuthorizationServerRig.json(401, Map.of("error", "invalid_client")),
				AuthorizationServerRig.json(400, Map.of("error", "invalid_client")),
				AuthorizationServerRig.json(200, Map.of("error", "invalid_client")), WireMock.unauthorized(),
				AuthorizationServerRig.json(401, Map.of("error", "unauthorized_client")));
	}

	@ParameterizedTest
	@MethodSource("methodsAndRefusals")
	void changedCredentialIsTriedOnce(Method method, ResponseDefinitionBuilder refusal) {
		refuseFirst(refusal);
		Configuration configuration = rig.configuration(method.authentication(this::changing));
		assertThat(rig.client().clientCredentialsGrant(configuration).accessToken())
			.isEqualTo(AuthorizationServerRig.ACCESS_TOKEN);
		List<Object> sent = sent(method);
		assertThat(sent).hasSize(2).doesNotHaveDuplicates();
		assertThat(this.reads).hasValue(2);
	}

	@ParameterizedTest
	@FieldSource("methods")
	void unchangedCredentialIsNotTriedAgain(Method method) {
		rig.answer(AuthorizationServerRig.json(401, Map.of("error", "invalid_client")));
		Configuration configuration = rig.configuration(method.authentication(() -> {
			this.reads.incrementAndGet();
			return OLD_SECRET;
		}));
		assertFails(Kind.OAUTH_ERROR, () -> rig.client().clientCredentialsGrant(configuration))
			.withMessageContaining("invalid_client");
		assertThat(rig.tokenRequests()).hasSize(1);
		assertThat(this.reads).hasValue(2);
	}

	@ParameterizedTest
	@FieldSource("methods")
	void secondRefusalIsTheLast(Method method) {
		rig.answer(AuthorizationServerRig.json(401, Map.of("error", "invalid_client")));
		Configuration configuration = rig.configuration(
				method.authentication(() -> (this.reads.incrementAndGet() % 2 == 1) ? OLD_SECRET : NEW_SECRET));
		assertFails(Kind.OAUTH_ERROR, () -> rig.client().clientCredentialsGrant(configuration))
			.withMessageContaining("invalid_client");
		assertThat(rig.tokenRequests()).hasSize(2);
		assertThat(this.reads).hasValue(2);
	}

	@ParameterizedTest
	@FieldSource("methods")
	void otherErrorsDoNotReadTheCredentialAgain(Method method) {
		for (ResponseDefinitionBuilder answer : List.of(
				AuthorizationServerRig.json(400, Map.of("error", "invalid_grant")),
				AuthorizationServerRig.json(400, Map.of("error", "unauthorized_client")), WireMock.forbidden(),
				WireMock.serverError())) {
			this.reads.set(0);
			rig.http().resetRequests();
			rig.answer(answer);
			Configuration configuration = rig.configuration(method.authentication(this::changing));
			assertThatExceptionOfType(GrantException.class)
				.isThrownBy(() -> rig.client().clientCredentialsGrant(configuration));
			assertThat(rig.tokenRequests()).hasSize(1);
			assertThat(this.reads).hasValue(1);
		}
	}

	@ParameterizedTest
	@FieldSource("methods")
	void successReadsTheCredentialOnceAndEachGrantAnew(Method method) {
		Configuration configuration = rig.configuration(method.authentication(this::changing));
		rig.client().clientCredentialsGrant(configuration);
		assertThat(this.reads).hasValue(1);
		rig.client().clientCredentialsGrant(configuration);
		assertThat(sent(method)).hasSize(2).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@FieldSource("methods")
	void supplierThatFailsOrGivesNothingSendsNothing(Method method) {
		List<Supplier<String>> suppliers = new ArrayList<>();
		suppliers.add(() -> null);
		suppliers.add(() -> {
			throw new IllegalStateException("vault said " + OLD_SECRET);
		});
		if (!method.name().equals("private_key_jwt")) {
			suppliers.add(() -> "");
			suppliers.add(() -> " ");
		}
		for (Supplier<String> supplier : suppliers) {
			Configuration configuration = rig.configuration(method.authentication(supplier));
			assertFails(Kind.MISCONFIGURED, () -> rig.client().clientCredentialsGrant(configuration))
				.withMessageContaining(AuthorizationServerRig.CLIENT_ID)
				.withMessageContaining("nothing was sent")
				.withMessageNotContaining(OLD_SECRET)
				.withNoCause();
		}
		assertThat(rig.tokenRequests()).isEmpty();
	}

	@Test
	void secondAttemptHasAnAssertionAndParametersOfItsOwn() {
		refuseFirst(WireMock.unauthorized());
		AtomicInteger assertions = new AtomicInteger();
		Configuration configuration = rig
			.configuration(ClientAuthentication.clientSecretJwt(this::changing, ClientAssertionOptions.defaults()));
		rig.client()
			.genericGrantRequest(configuration, "urn:ietf:params:oauth:grant-type:jwt-bearer",
					GrantParameters.builder()
						.parameter("assertion", () -> "assertion-" + assertions.incrementAndGet())
						.build());
		assertThat(rig.tokenRequests()).extracting((request) -> assertion(request).claims().get("jti"))
			.hasSize(2)
			.doesNotHaveDuplicates();
		assertThat(rig.tokenRequests())
			.extracting((request) -> AuthorizationServerRig.form(request).getFirst("assertion"))
			.containsExactlyInAnyOrder("assertion-1", "assertion-2");
	}

	@Test
	void fixedSecretIsNotTriedAgain() {
		rig.answer(WireMock.unauthorized());
		Configuration configuration = rig.configuration(ClientAuthentication.clientSecretBasic("secret"));
		assertFails(Kind.UNEXPECTED_STATUS, () -> rig.client().clientCredentialsGrant(configuration));
		assertThat(rig.tokenRequests()).hasSize(1);
	}

	private String changing() {
		return (this.reads.incrementAndGet() == 1) ? OLD_SECRET : NEW_SECRET;
	}

	private static void refuseFirst(ResponseDefinitionBuilder refusal) {
		rig.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.inScenario("rotation")
				.whenScenarioStateIs(Scenario.STARTED)
				.willSetStateTo("rotated")
				.willReturn(refusal));
	}

	private static List<Object> sent(Method method) {
		return rig.tokenRequests().stream().map((request) -> method.proof().apply(request)).toList();
	}

	private static SigningKey key(String secret) {
		if (secret == null) {
			return null;
		}
		JWK key = secret.equals(OLD_SECRET) ? TestKeys.P256 : TestKeys.ED25519;
		return SigningKey.of(key);
	}

	private static Object secretOfAssertion(LoggedRequest request) {
		try {
			JwtReader jwt = assertion(request);
			return jwt.isSignedWith(OLD_SECRET) ? OLD_SECRET : jwt.isSignedWith(NEW_SECRET) ? NEW_SECRET : "neither";
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static JwtReader assertion(LoggedRequest request) {
		return JwtReader.read(AuthorizationServerRig.form(request).getFirst("client_assertion"));
	}

	record Method(String name, Function<Supplier<String>, ClientAuthentication> factory,
			Function<LoggedRequest, Object> proof) {

		ClientAuthentication authentication(Supplier<String> secret) {
			return this.factory.apply(secret);
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
