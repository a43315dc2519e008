package io.github.oidcgrants.grant;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.testing.AuthorizationServerRig;
import io.github.oidcgrants.testing.JwtReader;
import io.github.oidcgrants.testing.UserEndpoints;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * DPoP where a wait begins: no token comes back, so no proof is sent, but a user is not
 * bothered for a token that could not be bound (RFC 9449 section 5).
 */
@ParameterizedClass
@EnumSource
class InitiationDPoPTests {

	@AutoClose
	private static final AuthorizationServerRig rig = new AuthorizationServerRig();

	private final DPoPHandle dpop = DPoPHandle.of(DPoPKeyPair.random());

	@Parameter
	InitiationKind kind;

	private UserEndpoints users;

	@BeforeEach
	void reset() {
		rig.reset();
		this.users = UserEndpoints.install(rig);
	}

	@Test
	void noProofIsSent() {
		algorithms("ES256");
		Stream.of(DPoPMode.values()).forEach((mode) -> initiate(rig.configuration(), mode));
		assertThat(this.users.requests(this.kind.path())).hasSize(3)
			.noneMatch((request) -> request.containsHeader("DPoP"));
	}

	@Test
	void serverThatListsNoAlgorithmIsFoundOutBeforeTheUserIsAsked() {
		assertMisconfigured("lists no algorithm", () -> initiate(rig.configuration(), DPoPMode.REQUIRED));
		assertThat(this.users.requests(this.kind.path())).isEmpty();
	}

	@Test
	void serverThatListsOtherAlgorithmsIsFoundOutBeforeTheUserIsAsked() {
		algorithms("RS256");
		assertMisconfigured("only the algorithms [RS256]", () -> initiate(rig.configuration(), DPoPMode.REQUIRED));
		assertThat(this.users.requests(this.kind.path())).isEmpty();
	}

	@Test
	void serverThatListsNoAlgorithmIsFoundOutWhereTheEndpointIsConfigured() {
		AuthorizationServer server = AuthorizationServer.builder()
			.issuer(rig.issuer())
			.member(this.kind.endpoint(), rig.issuer() + this.kind.path())
			.build();
		assertMisconfigured("lists no algorithm", () -> initiate(rig.configuration(server).build(), DPoPMode.REQUIRED));
		assertThat(this.users.requests(this.kind.path())).isEmpty();
	}

	@Test
	void serverThatListsNoAlgorithmIsAskedWhereDPoPIsOnlyPreferred() {
		initiate(rig.configuration(), DPoPMode.PREFERRED);
		assertThat(this.users.requests(this.kind.path())).hasSize(1);
	}

	@Test
	void nonceInTheAnswerIsForTheProofsThatFollow() {
		algorithms("ES256");
		this.users.answer(this.kind.path(),
				AuthorizationServerRig.json(this.kind.answer()).withHeader("DPoP-Nonce", "nonce-1"));
		initiate(rig.configuration(), DPoPMode.REQUIRED);
		assertThat(nonceOfTheNextProof()).isEqualTo("nonce-1");
		this.users.answer(this.kind.path(),
				AuthorizationServerRig.json(400, Map.of("error", "invalid_scope")).withHeader("DPoP-Nonce", "nonce-2"));
		assertFails(Kind.OAUTH_ERROR, () -> initiate(rig.configuration(), DPoPMode.REQUIRED));
		assertThat(nonceOfTheNextProof()).isEqualTo("nonce-2");
	}

	@Test
	void nonceInTheAnswerIsForgottenWhereDPoPIsOff() {
		this.users.answer(this.kind.path(),
				AuthorizationServerRig.json(this.kind.answer()).withHeader("DPoP-Nonce", "nonce-1"));
		initiate(rig.configuration(), DPoPMode.OFF);
		assertThat(nonceOfTheNextProof()).isNull();
	}

	private @Nullable Object nonceOfTheNextProof() {
		URI endpoint = URI.create(rig.issuer() + AuthorizationServerRig.TOKEN);
		return JwtReader.read(this.dpop.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", endpoint, null))
			.claims()
			.get("nonce");
	}

	@Test
	void challengeForANonceIsNotAnswered() {
		algorithms("ES256");
		this.users.answer(this.kind.path(), AuthorizationServerRig.json(400, Map.of("error", "use_dpop_nonce"))
			.withHeader("DPoP-Nonce", "nonce-1"));
		assertFails(Kind.OAUTH_ERROR, () -> initiate(rig.configuration(), DPoPMode.REQUIRED))
			.withMessageContaining("use_dpop_nonce");
		assertThat(this.users.requests(this.kind.path())).hasSize(1);
	}

	private void initiate(Configuration configuration, DPoPMode mode) {
		this.kind.initiate(rig.client(), configuration, this.kind.least(),
				GrantOptions.builder().dpop(this.dpop, mode).build());
	}

	private static void algorithms(String... algorithms) {
		rig.metadata(Map.of("dpop_signing_alg_values_supported", List.of(algorithms)));
	}

}
