package io.github.oidcgrants.grant;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.flight.Turns;
import io.github.oidcgrants.testing.StubTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who is asked when there are more polls than places.
 */
class PollTurnsTests {

	private final PollRig rig = new PollRig();

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 4, 5, 7, 16, 63, 64 })
	void noProviderHoldsMoreThanHalfOfThePlaces(int places) {
		Turns<Poll> turns = turns(places);
		add(turns, "hung", 100);
		assertThat(takeAll(turns)).hasSize(places / 2);
	}

	@Test
	void manyIssuersAtOneAddressAreOneProvider() {
		Turns<Poll> turns = turns(64);
		List<Poll> hung = new ArrayList<>();
		for (int realm = 0; realm < 7; realm++) {
			String issuer = "https://Hung.example" + ((realm % 2 == 0) ? "" : ":8443") + "/realms/" + realm;
			hung.add(unstarted(AuthorizationServer.discover("https://hung.example/realms/" + realm)));
			hung.add(unstarted(AuthorizationServer.builder()
				.issuer(issuer)
				.tokenEndpoint(URI.create("https://HUNG.example/realms/" + realm + "/token"))
				.withoutDiscovery()
				.build()));
		}
		for (Poll poll : hung) {
			for (int i = 0; i < 10; i++) {
				turns.add(unstarted(poll.provider()));
			}
		}
		assertThat(takeAll(turns)).hasSize(32);
		assertThat(hung).extracting(Poll::provider).containsOnly("https://hung.example:443");
		Poll other = add(turns, "other", 1).get(0);
		assertThat(turns.take()).isSameAs(other);
	}

	@ParameterizedTest
	@CsvSource({ "https://idp.example, https://idp.example:443", "https://IDP.example:443/x, https://idp.example:443",
			"https://idp.example:8443/a/b?c=d, https://idp.example:8443", "https://[::1]:8443/x, https://[::1]:8443" })
	void aProviderIsAnAddress(String issuer, String provider) {
		assertThat(unstarted(AuthorizationServer.builder().tokenEndpoint(URI.create(issuer)).build()).provider())
			.isEqualTo(provider);
	}

	@Test
	void aProviderWithACertificateIsAskedAtItsAlias() {
		AuthorizationServer server = AuthorizationServer.builder()
			.tokenEndpoint(URI.create("https://idp.example/token"))
			.member("mtls_endpoint_aliases", Map.of("token_endpoint", "https://mtls.example/token"))
			.build();
		assertThat(server.tokenOrigin(true)).isEqualTo("https://mtls.example:443");
		assertThat(server.tokenOrigin(false)).isEqualTo("https://idp.example:443");
	}

	@Test
	void aProviderThatIsDiscoveredIsAskedWhereItsMetadataSay() {
		StubTransport transport = new StubTransport((uri) -> StubTransport.json(200, """
				{"issuer": "https://idp.example", "token_endpoint": "https://tokens.example/token"}"""));
		Configuration client = Configuration.builder(AuthorizationServer.discover("https://idp.example"), "client")
			.authentication(ClientAuthentication.none())
			.build();
		assertThat(this.rig.unstarted(client).provider()).isEqualTo("https://idp.example:443");
		assertThat(client.server().metadata(client.http(transport, null)).issuer()).isNotNull();
		assertThat(this.rig.unstarted(client).provider()).isEqualTo("https://tokens.example:443");
	}

	@Test
	void theOnlyPlaceIsAnybodys() {
		Turns<Poll> turns = turns(1);
		Poll poll = add(turns, "a", 1).get(0);
		assertThat(turns.take()).isSameAs(poll);
		add(turns, "b", 1);
		assertThat(turns.take()).isNull();
		turns.release(poll);
		assertThat(turns.take()).isNotNull();
	}

	@Test
	void severalHungProvidersLeaveAPlaceForAnother() {
		Turns<Poll> turns = turns(64);
		for (int i = 0; i < 5; i++) {
			add(turns, "hung-" + i, 100);
			takeAll(turns);
		}
		Poll other = add(turns, "other", 1).get(0);
		assertThat(turns.take()).isSameAs(other);
	}

	@Test
	void providersTakeTurnsAndEachIsServedInItsOrder() {
		Turns<Poll> turns = turns(16);
		List<Poll> a = add(turns, "a", 3);
		List<Poll> b = add(turns, "b", 2);
		List<Poll> c = add(turns, "c", 1);
		assertThat(takeAll(turns)).containsExactly(a.get(0), b.get(0), c.get(0), a.get(1), b.get(1), a.get(2));
	}

	@Test
	void oneThatWasRemovedHasNoTurn() {
		Turns<Poll> turns = turns(16);
		List<Poll> a = add(turns, "a", 3);
		turns.remove(a.get(1));
		turns.remove(a.get(1));
		turns.remove(add(turns(1), "unknown", 1).get(0));
		assertThat(takeAll(turns)).containsExactly(a.get(0), a.get(2));
		turns.remove(a.get(0));
		turns.release(a.get(0));
		turns.release(a.get(2));
		assertThat(turns).hasToString("Turns[taken=0, owners=0]");
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void keepsItsPromisesThroughWhateverHappens(long seed) {
		Random random = new Random(seed);
		int places = 1 + random.nextInt(20);
		Turns<Poll> turns = turns(places);
		List<Poll> due = new ArrayList<>();
		List<Poll> asking = new ArrayList<>();
		for (int step = 0; step < 3000; step++) {
			int choice = random.nextInt(10);
			if (choice < 4) {
				due.addAll(add(turns, "provider-" + random.nextInt(5), 1));
			}
			else if (choice < 5 && !due.isEmpty()) {
				turns.remove(due.remove(random.nextInt(due.size())));
			}
			else if (choice < 7 && !asking.isEmpty()) {
				turns.release(asking.remove(random.nextInt(asking.size())));
			}
			else {
				Map<String, Long> before = count(asking);
				Poll poll = turns.take();
				if (poll != null) {
					assertThat(due.remove(poll)).isTrue();
					asking.add(poll);
					long others = asking.size() - count(asking).get(poll.provider());
					assertThat(count(asking).get(poll.provider()))
						.isLessThanOrEqualTo(Math.max(1, (places - others) / 2));
					assertThat(due).noneMatch(
							(waiting) -> waiting.provider().equals(poll.provider()) && waiting.number < poll.number);
				}
				else {
					boolean isFull = asking.size() == places;
					assertThat(due).allMatch((waiting) -> isFull || before.getOrDefault(waiting.provider(), 0L) > 0);
				}
			}
			assertThat(asking).hasSizeLessThanOrEqualTo(places);
		}
		due.forEach(turns::remove);
		asking.forEach(turns::release);
		assertThat(turns).hasToString("Turns[taken=0, owners=0]");
	}

	private static Turns<Poll> turns(int places) {
		return new Turns<>(places, Poll::provider);
	}

	private Poll unstarted(String address) {
		return unstarted(AuthorizationServer.builder().tokenEndpoint(URI.create(address)).build());
	}

	private Poll unstarted(AuthorizationServer server) {
		return this.rig
			.unstarted(Configuration.builder(server, "client").authentication(ClientAuthentication.none()).build());
	}

	private List<Poll> add(Turns<Poll> turns, String provider, int count) {
		List<Poll> polls = IntStream.range(0, count)
			.mapToObj((i) -> this.rig.unstarted(PollRig.provider(provider)))
			.toList();
		polls.forEach(turns::add);
		return polls;
	}

	private static List<Poll> takeAll(Turns<Poll> turns) {
		List<Poll> taken = new ArrayList<>();
		for (Poll poll = turns.take(); poll != null; poll = turns.take()) {
			taken.add(poll);
		}
		return taken;
	}

	private static Map<String, Long> count(List<Poll> polls) {
		Map<String, Long> counts = new HashMap<>();
		polls.forEach((poll) -> counts.merge(poll.provider(), 1L, Long::sum));
		return counts;
	}

}
