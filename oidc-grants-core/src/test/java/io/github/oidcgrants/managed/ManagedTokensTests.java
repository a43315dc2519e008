package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import io.github.oidcgrants.token.TokenServing;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static io.github.oidcgrants.testing.Refusals.assertMisconfigured;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens that are handed over once and are there ever after.
 */
class ManagedTokensTests {

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ManagedTokenStore store = ManagedTokenStore.inMemory();

	private final ManagedTokens tokens = this.rig.tokens(this.store);

	@Test
	void theTokenThatWasHandedOverIsGivenWhileItIsFresh() {
		TokenEndpointResponse login = this.rig.login("ada");
		this.tokens.put("ada", login);
		TokenEndpointResponse token = this.tokens.token("ada");
		assertThat(token.accessToken()).isEqualTo(login.accessToken());
		assertThat(token.refreshToken()).isNull();
		assertThat(token.members()).doesNotContainKey("refresh_token");
		assertThat(this.rig.server.refreshed()).isEmpty();
	}

	@Test
	void aTokenThatExpiresIsRefreshedAndTheRefreshTokenRotates() {
		this.tokens.put("ada", this.rig.login("ada"));
		for (int round = 1; round <= 5; round++) {
			this.rig.expire();
			String token = this.tokens.token("ada").accessToken();
			assertThat(this.tokens.token("ada").accessToken()).isEqualTo(token);
			assertThat(this.rig.server.refreshed()).hasSize(round).doesNotHaveDuplicates();
		}
		assertThat(this.rig.server.refused).hasValue(0);
		assertThat(this.rig.heard).hasSize(5).containsOnly("refreshed app ada");
	}

	@Test
	void aRefreshTokenThatGoesOnIsSentAgain() {
		this.rig.server.rotates = false;
		this.tokens.put("ada", this.rig.login("ada"));
		for (int round = 1; round <= 3; round++) {
			this.rig.expire();
			this.tokens.token("ada");
		}
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1", "refresh-ada-1");
	}

	@Test
	void eachVariantIsKeptOfItsOwnAndAllShareTheRefreshToken() {
		this.tokens.put("ada", this.rig.login("ada"));
		GrantParameters read = GrantParameters.builder().scope("read", "list").build();
		GrantParameters same = GrantParameters.builder().scope("list", "read").build();
		GrantParameters audit = GrantParameters.builder().resource("https://audit.example").build();
		TokenEndpointResponse first = this.tokens.token("ada", read);
		TokenEndpointResponse second = this.tokens.token("ada", audit);
		assertThat(first.scopes()).containsExactly("read", "list");
		assertThat(this.tokens.token("ada", same).accessToken()).isEqualTo(first.accessToken());
		assertThat(this.tokens.token("ada", audit).accessToken()).isEqualTo(second.accessToken());
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
		assertThat(this.rig.server.forms.get(2)).containsEntry("resource", List.of("https://audit.example"));
		assertThat(this.rig.tokens(this.store).token("ada", audit).accessToken()).isEqualTo(second.accessToken());
	}

	@Test
	void theNewestSixteenVariantsAreKept() {
		this.tokens.put("ada", this.rig.login("ada"));
		List<GrantParameters> variants = IntStream.range(0, 16)
			.mapToObj((i) -> GrantParameters.builder().scope("s" + i).build())
			.toList();
		variants.forEach((variant) -> this.tokens.token("ada", variant));
		assertThat(this.rig.server.refreshed()).hasSize(16);
		variants.forEach((variant) -> this.tokens.token("ada", variant));
		assertThat(this.rig.server.refreshed()).hasSize(16);
		this.tokens.token("ada");
		assertThat(this.rig.server.refreshed()).hasSize(17);
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aSupplierCannotTellVariantsApart() {
		this.tokens.put("ada", this.rig.login("ada"));
		assertMisconfigured("supplier",
				() -> this.tokens.token("ada", GrantParameters.builder().parameter("claims", () -> "x").build()));
	}

	@Test
	void aNewLoginTakesThePlaceOfTheOneBefore() {
		this.tokens.put("main", this.rig.login("ada"));
		this.tokens.token("main", GrantParameters.builder().scope("read").build());
		this.tokens.put("main", this.rig.login("grace"));
		assertThat(this.tokens.token("main").accessToken()).startsWith("access-grace");
		assertThat(this.tokens.token("main", GrantParameters.builder().scope("read").build()).accessToken())
			.startsWith("access-grace");
	}

	@Test
	void whatIsForgottenIsGone() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.forget("ada");
		assertMisconfigured("has no tokens under that name", () -> this.tokens.token("ada"));
		assertMisconfigured("has no tokens under that name", () -> this.rig.tokens(this.store).token("ada"));
		this.tokens.forget("ada");
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.token("ada")).isNotNull();
	}

	@Test
	void namesAndClientsAreKeptApart() {
		this.tokens.put("ada", this.rig.login("ada"));
		assertMisconfigured("has no tokens under that name", () -> this.tokens.token("grace"));
		assertThat(this.tokens.status()).as("nobody has logged in yet: no failure")
			.isEqualTo(new ManagedTokensStatus(0, 0, 0, null));
		ManagedTokens other = new ManagedTokens(ManagedRig.REGISTRATION, "another client", this.store,
				this.rig.refresher(), ManagedRig.TIMEOUT, this.rig.time, TokenServing.DEFAULTS);
		assertMisconfigured("has no tokens under that name", () -> other.token("ada"));
		assertThat(this.rig.server.refreshed()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\n" })
	void aNameIsNotBlank(String name) {
		TokenEndpointResponse login = this.rig.login("ada");
		assertMisconfigured("blank", () -> this.tokens.put(name, login));
		assertMisconfigured("blank", () -> this.tokens.token(name));
		assertMisconfigured("blank", () -> this.tokens.forget(name));
	}

	@Test
	void tokensWithoutRefreshTokenAreNotTaken() {
		TokenEndpointResponse token = this.rig.login("ada").withoutRefreshToken();
		assertMisconfigured("There is no refresh token", () -> this.tokens.put("ada", token));
	}

	@Test
	void anotherProcessFindsTheTokenWithoutARequest() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		String token = this.tokens.token("ada").accessToken();
		assertThat(this.rig.tokens(this.store).token("ada").accessToken()).isEqualTo(token);
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	@Test
	void listenersThatThrowChangeNothing() {
		ManagedTokenListener throwing = new ThrowingListener();
		this.tokens.listen(throwing);
		List<String> after = new ArrayList<>();
		this.tokens.listen(new ManagedTokenListener() {

			@Override
			public void refreshed(String registrationId, String name) {
				after.add(name);
			}

		});
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.server.end("ada");
		this.rig.expire();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("invalid_grant");
		assertThat(after).containsExactly("ada");
		assertThat(this.rig.heard).containsExactly("refreshed app ada", "lost app ada invalid_grant");
	}

	@Test
	void listenersThatThrowKeepNoSuccessorFromBeingSaved() {
		FaultyStore faulty = new FaultyStore(this.store);
		ManagedTokens unsaved = this.rig.tokens(faulty);
		unsaved.listen(new ThrowingListener());
		unsaved.put("ada", this.rig.login("ada"));
		this.rig.expire();
		faulty.always(FaultyStore.Step.WRITE, FaultyStore.Fault.fails());
		assertThat(unsaved.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(unsaved.status().unsaved()).isOne();
		assertThat(this.rig.heard).containsExactly("unsaved app ada TRANSPORT", "refreshed app ada");
		faulty.recover();
		this.rig.aWhileLater();
		assertThat(unsaved.status().unsaved()).isZero();
		this.rig.expire();
		assertThat(this.rig.tokens(this.store).token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void aListenerMayAskForTokens() {
		List<String> got = new ArrayList<>();
		this.tokens.listen(new ManagedTokenListener() {

			@Override
			public void refreshed(String registrationId, String name) {
				got.add(ManagedTokensTests.this.tokens.token(name).accessToken());
			}

		});
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.tokens.token("ada");
		assertThat(got).containsExactly("access-ada-2");
	}

	@Test
	void aTokenThatAnApiRefusesIsReplacedOnceInThirtySeconds() {
		this.rig.server.expiresIn = 3600;
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse first = this.tokens.token("ada");
		assertThat(this.tokens.refused("ada", first)).isTrue();
		TokenEndpointResponse second = this.tokens.token("ada");
		assertThat(second.accessToken()).isEqualTo("access-ada-2");
		assertThat(this.tokens.refused("ada", first)).as("it was replaced already").isTrue();
		assertThat(this.tokens.refused("ada", second)).isFalse();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		this.rig.time.advance(Duration.ofSeconds(30).minusNanos(1));
		assertThat(this.tokens.refused("ada", second)).isFalse();
		this.rig.time.advance(Duration.ofNanos(1));
		assertThat(this.tokens.refused("ada", second)).isTrue();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).hasSize(2);
	}

	@Test
	void aTokenThatIsRefusedWhileTheServerIsDownIsReplacedNoSooner() {
		this.rig.server.expiresIn = 3600;
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse first = this.tokens.token("ada");
		assertThat(this.tokens.refused("ada", first)).isTrue();
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		for (int i = 0; i < 5; i++) {
			assertThat(this.tokens.token("ada").accessToken()).isEqualTo(first.accessToken());
			assertThat(this.tokens.refused("ada", first)).isFalse();
		}
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	private static final class ThrowingListener implements ManagedTokenListener {

		@Override
		public void refreshed(String registrationId, String name) {
			throw new IllegalStateException(name);
		}

		@Override
		public void lost(String registrationId, String name, GrantException reason) {
			throw new StackOverflowError();
		}

		@Override
		public void unsaved(String registrationId, String name, GrantException reason) {
			throw new IllegalStateException(name);
		}

	}

}
