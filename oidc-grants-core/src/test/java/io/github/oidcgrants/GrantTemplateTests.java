package io.github.oidcgrants;

import java.net.URI;
import java.util.List;

import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.StubTransport;
import io.github.oidcgrants.testing.TestClock;
import io.github.oidcgrants.testing.TokenServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import org.springframework.security.oauth2.core.AuthorizationGrantType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class GrantTemplateTests {

	private static final GrantOptions FORCE_NEW = GrantOptions.builder().forceNew().build();

	private final TestClock clock = new TestClock();

	private final StubTransport transport = new StubTransport((uri) -> StubTransport.json(200,
			"{\"access_token\": \"token-" + requests() + "\", \"token_type\": \"Bearer\", \"expires_in\": 3600}"));

	private final Configuration configuration = TokenServer.configuration(URI.create("https://idp.example/token"),
			"client", ClientAuthentication.clientSecretPost("secret"));

	private final GrantTemplate template = template(
			GrantRegistration.builder("payments", this.configuration)
				.parameters(GrantParameters.builder().scope("read").resource("https://a.example").build())
				.build(),
			GrantRegistration.builder("reports", this.configuration).parameters(GrantParameters.none()).build(),
			GrantRegistration.builder("users", this.configuration)
				.grantType(AuthorizationGrantType.REFRESH_TOKEN)
				.parameters(GrantParameters.none())
				.build());

	@Test
	void keepsTheTokenOfARegistration() {
		assertThat(this.template.token("payments").accessToken()).isEqualTo("token-1");
		assertThat(this.template.token("payments").accessToken()).isEqualTo("token-1");
		assertThat(this.template.clientCredentialsGrant("payments").accessToken()).isEqualTo("token-1");
		assertThat(requests()).isEqualTo(1);
	}

	@Test
	void keepsTokensOfRegistrationsApart() {
		this.template.token("payments");
		assertThat(this.template.token("reports").accessToken()).isEqualTo("token-2");
	}

	@Test
	void keepsTokensApartThatWereAskedForInAnotherWay() {
		List<GrantParameters> all = List.of(GrantParameters.none(), GrantParameters.builder().scope("write").build(),
				GrantParameters.builder().scope("read write").build(),
				GrantParameters.builder().resource("https://b.example").build(),
				GrantParameters.builder().audience("a").build(), GrantParameters.builder().audience("b").build(),
				GrantParameters.builder().parameter("a", "b").build(),
				GrantParameters.builder().parameter("b", "a").build());
		for (GrantParameters parameters : all) {
			this.template.clientCredentialsGrant("payments", parameters);
			this.template.clientCredentialsGrant("payments", parameters);
		}
		assertThat(requests()).isEqualTo(all.size());
	}

	@Test
	void findsTheTokenOfTheDefaultsWhenTheyAreSpeltOut() {
		this.template.token("payments");
		this.template.clientCredentialsGrant("payments", (parameters) -> parameters.scope("read"));
		this.template.clientCredentialsGrant("payments",
				(parameters) -> parameters.resource("https://a.example").scope("read"));
		assertThat(requests()).isEqualTo(1);
	}

	@Test
	void doesNotCareInWhichOrderScopesAreNamed() {
		this.template.clientCredentialsGrant("payments", (parameters) -> parameters.scope("a b"));
		this.template.clientCredentialsGrant("payments", (parameters) -> parameters.scope("b a"));
		assertThat(requests()).isEqualTo(1);
	}

	@Test
	void sendsDefaultsUnlessACallReplacesThem() {
		try (TokenServer server = TokenServer.start()) {
			server.answer(TokenServer.success());
			GrantTemplate real = new GrantTemplate(GrantClient.create(), TokenCache.create(),
					List.of(GrantRegistration.builder("r", server.configuration())
						.parameters(GrantParameters.builder().scope("read").resource("https://a.example").build())
						.build()));
			real.clientCredentialsGrant("r", (parameters) -> parameters.scope("write"));
			assertThat(server.form()).extracting(Object::toString)
				.containsExactly("grant_type=client_credentials", "scope=write", "resource=https://a.example");
		}
	}

	@Test
	void asksForANewTokenWhenForcedToAndKeepsIt() {
		this.template.token("payments");
		assertThat(this.template.clientCredentialsGrant("payments", GrantParameters.none(), FORCE_NEW).accessToken())
			.isEqualTo("token-2");
		assertThat(this.template.token("payments").accessToken()).isEqualTo("token-2");
	}

	@Test
	void forgetsWhatItIsToldTo() {
		this.template.token("payments");
		this.template.token("reports");
		this.template.evict("payments");
		assertThat(this.template.token("reports").accessToken()).isEqualTo("token-2");
		assertThat(this.template.token("payments").accessToken()).isEqualTo("token-3");
	}

	@Test
	void namesTheRegistrationsThatThereAre() {
		assertThat(this.template.registrationIds()).containsExactlyInAnyOrder("payments", "reports", "users");
		assertThat(this.template.configuration("payments")).isSameAs(this.configuration);
		for (GrantException failure : List.of(misuse(() -> this.template.token("nobody")),
				misuse(() -> this.template.clientCredentialsGrant("nobody")),
				misuse(() -> this.template.configuration("nobody")), misuse(() -> this.template.evict("nobody")))) {
			assertThat(failure).hasMessageContaining("'nobody'")
				.hasMessageContaining("payments")
				.hasMessageContaining("oidc-grants.registration.nobody");
		}
	}

	@Test
	void saysThatAGrantNeedsMoreThanItsName() {
		assertThat(misuse(() -> this.template.token("users")))
			.hasMessageContaining("needs the parameter 'refresh_token'");
		assertThat(requests()).isZero();
	}

	@Test
	void saysWhereThereIsNoRegistrationAtAll() {
		assertThat(misuse(() -> template().token("users")))
			.hasMessage("There is no registration 'users', nor any other: add oidc-grants.registration.users");
	}

	@Test
	void refusesTwoRegistrationsOfOneName() {
		GrantRegistration one = GrantRegistration.builder("one", this.configuration)
			.parameters(GrantParameters.none())
			.build();
		assertThat(misuse(() -> template(one, one))).hasMessageContaining("'one'");
		assertThat(misuse(
				() -> GrantRegistration.builder(" ", this.configuration).parameters(GrantParameters.none()).build()))
			.hasMessageContaining("id");
	}

	private GrantTemplate template(GrantRegistration... registrations) {
		return new GrantTemplate(GrantClient.builder().transport(this.transport).clock(this.clock).build(),
				TokenCache.create(this.clock, this.clock::nanoTime), List.of(registrations));
	}

	private int requests() {
		return this.transport.requests().size();
	}

	private static GrantException misuse(ThrowingCallable call) {
		GrantException failure = catchThrowableOfType(GrantException.class, call);
		assertThat(failure.kind()).isEqualTo(Kind.MISCONFIGURED);
		return failure;
	}

}
