package io.github.oidcgrants.managed;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.testing.RotatingServer;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a server does that is in trouble, or ends a login, and what is left of the tokens.
 */
class ManagedTroubleTests {

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	private final ManagedTokenStore store = ManagedTokenStore.inMemory();

	private final ManagedTokens tokens = this.rig.tokens(this.store);

	@Test
	void callersWithoutATokenFailFastWithTheCauseAndTheServerIsLeftAlone() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.always((work) -> new RotatingServer.Reply(503, "{}"));
		assertFails(Kind.UNEXPECTED_STATUS, () -> this.tokens.token("ada"));
		for (int second = 0; second < 300; second++) {
			GrantException failure = catchThrowableOfType(GrantException.class, () -> this.tokens.token("ada"));
			if (failure.kind() == Kind.COOLING_DOWN) {
				assertThat(failure).hasMessageContaining("status 503").hasCauseInstanceOf(GrantException.class);
				assertThat(failure.retryAfter()).isPositive();
			}
			this.rig.time.advance(Duration.ofSeconds(1));
		}
		assertThat(this.rig.server.refreshed()).hasSizeBetween(13, 15);
		this.rig.server.always(null);
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.token("ada", GrantParameters.builder().scope("read").build());
	}

	@Test
	void aClientThatTheServerRefusesIsNotTriedForOtherNamesEither() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		this.rig.server.next((work) -> new RotatingServer.Reply(401, "{\"error\": \"invalid_client\"}"));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("invalid_client");
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("grace")).withMessageContaining("invalid_client");
		this.rig.coolDown();
		assertThat(this.tokens.token("grace")).isNotNull();
		assertThat(this.tokens.token("ada")).isNotNull();
	}

	@Test
	void aServerThatSaysRetryAfterIsLeftAloneForAsLong() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server
			.next((work) -> new RotatingServer.Reply(429, "{\"error\": \"slow_down\"}", Map.of("Retry-After", "120")));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada"));
		this.rig.time.advance(Duration.ofMinutes(2).minusNanos(1));
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("ada"));
		this.rig.time.advance(Duration.ofNanos(1));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aLoginThatTheServerEndedIsLostAndAskedForNoMore() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.end("ada");
		this.rig.expire();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("invalid_grant");
		for (ManagedTokens any : List.of(this.tokens, this.rig.tokens(this.store))) {
			assertFails(Kind.OAUTH_ERROR, () -> any.token("ada")).withMessageContaining("nothing was sent")
				.matches((ex) -> "invalid_grant".equals(ex.getError().getErrorCode()));
		}
		assertThat(this.rig.server.refreshed()).hasSize(1);
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
		this.tokens.put("ada", this.rig.login("ada"));
		assertThat(this.tokens.token("ada")).isNotNull();
	}

	/**
	 * As Entra does where nobody has consented to a resource.
	 */
	@Test
	void aServerThatRefusesOneResourceWithInvalidGrantLosesNotTheLogin() {
		this.tokens.put("ada", this.rig.login("ada"));
		GrantParameters audit = GrantParameters.builder().resource("https://audit.example").build();
		this.rig.server.next((work) -> new RotatingServer.Reply(400, "{\"error\": \"invalid_grant\"}"));
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada", audit)).withMessageContaining("invalid_grant");
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("ada", audit)).withMessageContaining("invalid_grant");
		assertThat(this.rig.heard).isEmpty();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1");
		this.rig.coolDown();
		assertThat(this.tokens.token("ada", audit).accessToken()).isEqualTo("access-ada-3");
	}

	@Test
	void aServerThatIsLostWhileItIsFoundOutWhatItRefusedIsLeftAlone() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.tokens.put("grace", this.rig.login("grace"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			this.rig.time.advance(Duration.ofMillis(1));
			return new RotatingServer.Reply(400, "{\"error\": \"invalid_grant\"}");
		});
		this.rig.server.next((work) -> {
			this.rig.time.advance(Duration.ofMillis(1));
			return null;
		});
		GrantParameters audit = GrantParameters.builder().resource("https://audit.example").build();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada", audit)).withMessageContaining("invalid_grant");
		assertFails(Kind.COOLING_DOWN, () -> this.tokens.token("grace"));
		assertThat(this.rig.server.refreshed()).hasSize(2);
	}

	@Test
	void aLoginThatTheServerEndedIsFoundOutByAnyResource() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.end("ada");
		assertFails(Kind.OAUTH_ERROR,
				() -> this.tokens.token("ada", GrantParameters.builder().resource("https://audit.example").build()));
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining("nothing was sent");
	}

	@Test
	void anotherErrorLosesNothing() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		for (String error : List.of("invalid_client", "invalid_scope", "temporarily_unavailable")) {
			this.rig.server.next((work) -> new RotatingServer.Reply(400, "{\"error\": \"" + error + "\"}"));
			assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada")).withMessageContaining(error);
			this.rig.time.advance(Duration.ofSeconds(30));
		}
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.heard).containsExactly("refreshed app ada");
	}

	@Test
	void aTokenThatHasNotExpiredYetIsGivenWhileTheServerIsDown() {
		this.rig.server.expiresIn = 600;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.time.advance(Duration.ofSeconds(599));
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-1");
		assertThat(this.tokens.token("ada").accessToken()).as("while nothing is sent").isEqualTo("access-ada-1");
		this.rig.time.advance(Duration.ofSeconds(1));
		this.rig.server.next((work) -> new RotatingServer.Reply(503, "{}"));
		assertFails(Kind.UNEXPECTED_STATUS, () -> this.tokens.token("ada"));
		this.rig.time.advance(Duration.ofSeconds(2));
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void aRequestThatNeverReachedTheServerCostsNothing() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> null);
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void anAnswerThatIsLostCostsTheLoginIfTheServerIsStrict() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.loseNextAnswer();
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.rig.heard).isEmpty();
		assertFails(Kind.OAUTH_ERROR, () -> this.tokens.token("ada"));
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1");
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
	}

	@Test
	void anAnswerThatIsLostCostsNothingIfTheServerTakesTheRefreshTokenAgain() {
		this.rig.server.rotates = false;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.loseNextAnswer();
		assertFails(Kind.TRANSPORT, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
	}

	// The server has taken the old one by then.
	@ParameterizedTest
	@ValueSource(strings = { "{\"refresh_token\": \"%s\"}", "{\"access_token\": 1, \"refresh_token\": \"%s\"}",
			"{\"access_token\": \"a\", \"token_type\": \"mac\", \"refresh_token\": \"%s\"}",
			"{\"access_token\": \"a\", \"token_type\": \"Bearer\", \"expires_in\": -1, \"refresh_token\": \"%s\"}",
			"{\"access_token\": \"a\", \"token_type\": \"DPoP\", \"refresh_token\": \"%s\"}" })
	void theRefreshTokenOfAnAnswerThatIsGoodForNothingElseIsKept(String answer) {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			String rotated = work.get().body().replaceAll(".*\"(refresh-ada-\\d+)\".*", "$1");
			return new RotatingServer.Reply(200, answer.formatted(rotated));
		});
		assertFails(Kind.MALFORMED_RESPONSE, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.rig.tokens(this.store).token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no JSON", "[]", "{\"refresh_token\": 5}", "{\"refresh_token\": \" \"}" })
	void anAnswerOfGarbageChangesNothing(String answer) {
		this.rig.server.rotates = false;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> new RotatingServer.Reply(200, answer));
		assertFails(Kind.MALFORMED_RESPONSE, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-2");
	}

	@Test
	void anIdTokenThatIsRefusedCostsTheAccessTokenButNotTheRefreshToken() {
		this.rig.server.givesIdTokens = true;
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.expire();
		this.rig.server.next((work) -> {
			String body = work.get().body();
			String forged = body.replaceFirst("\\.[A-Za-z0-9_-]+\"", ".AAAA\"");
			assertThat(forged).isNotEqualTo(body);
			return new RotatingServer.Reply(200, forged);
		});
		assertFails(Kind.ID_TOKEN_REFUSED, () -> this.tokens.token("ada"));
		this.rig.coolDown();
		TokenEndpointResponse token = this.tokens.token("ada");
		assertThat(token.accessToken()).isEqualTo("access-ada-3");
		assertThat(token.claims().getSubject()).isEqualTo("ada");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
	}

	@Test
	void keysThatCannotBeFetchedCostTheAccessTokenButNotTheRefreshToken() {
		this.tokens.put("ada", this.rig.login("ada"));
		this.rig.server.givesIdTokens = true;
		this.rig.server.jwksStatus = 503;
		this.rig.expire();
		assertThat(catchThrowable(() -> this.tokens.token("ada"))).isNotNull();
		this.rig.server.jwksStatus = 200;
		this.rig.coolDown();
		assertThat(this.tokens.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
	}

	@Test
	void anIdTokenOfAnotherUserIsRefusedAfterARestartToo() {
		this.rig.server.givesIdTokens = true;
		this.tokens.put("ada", this.rig.login("ada"));
		TokenEndpointResponse grace = this.rig.login("grace");
		this.rig.expire();
		this.rig.server.next((work) -> new RotatingServer.Reply(200,
				work.get()
					.body()
					.replaceFirst("\"id_token\":\"[^\"]+\"", "\"id_token\":\"" + this.rig.idToken("grace") + "\"")));
		assertFails(Kind.ID_TOKEN_REFUSED, () -> this.rig.tokens(this.store).token("ada")).withMessageContaining("sub");
		assertThat(grace.accessToken()).startsWith("access-grace");
		assertThat(this.tokens.token("ada").accessToken()).startsWith("access-ada");
	}

}
