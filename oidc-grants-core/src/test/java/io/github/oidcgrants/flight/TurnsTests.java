package io.github.oidcgrants.flight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who has a turn when more are due than there are places.
 */
class TurnsTests {

	private int number;

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 4, 5, 7, 16, 63, 64 })
	void noOwnerHoldsMoreThanHalfOfThePlaces(int places) {
		Turns<One> turns = turns(places);
		add(turns, "hung", 100);
		assertThat(takeAll(turns)).hasSize(places / 2);
	}

	@Test
	void theOnlyPlaceIsAnybodys() {
		Turns<One> turns = turns(1);
		One one = add(turns, "a", 1).get(0);
		assertThat(turns.take()).isSameAs(one);
		add(turns, "b", 1);
		assertThat(turns.take()).isNull();
		turns.release(one);
		assertThat(turns.take()).isNotNull();
	}

	@Test
	void severalThatHangLeaveAPlaceForAnother() {
		Turns<One> turns = turns(64);
		for (int i = 0; i < 5; i++) {
			add(turns, "hung-" + i, 100);
			takeAll(turns);
		}
		One other = add(turns, "other", 1).get(0);
		assertThat(turns.take()).isSameAs(other);
	}

	@Test
	void ownersTakeTurnsAndEachIsServedInItsOrder() {
		Turns<One> turns = turns(16);
		List<One> a = add(turns, "a", 3);
		List<One> b = add(turns, "b", 2);
		List<One> c = add(turns, "c", 1);
		assertThat(takeAll(turns)).containsExactly(a.get(0), b.get(0), c.get(0), a.get(1), b.get(1), a.get(2));
	}

	@Test
	void oneThatWasRemovedHasNoTurn() {
		Turns<One> turns = turns(16);
		List<One> a = add(turns, "a", 3);
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
		Turns<One> turns = turns(places);
		List<One> due = new ArrayList<>();
		List<One> taken = new ArrayList<>();
		for (int step = 0; step < 3000; step++) {
			int choice = random.nextInt(10);
			if (choice < 4) {
				due.addAll(add(turns, "owner-" + random.nextInt(5), 1));
			}
			else if (choice < 5 && !due.isEmpty()) {
				turns.remove(due.remove(random.nextInt(due.size())));
			}
			else if (choice < 7 && !taken.isEmpty()) {
				turns.release(taken.remove(random.nextInt(taken.size())));
			}
			else {
				Map<String, Long> before = count(taken);
				One one = turns.take();
				if (one != null) {
					assertThat(due.remove(one)).isTrue();
					taken.add(one);
					long others = taken.size() - count(taken).get(one.owner());
					assertThat(count(taken).get(one.owner())).isLessThanOrEqualTo(Math.max(1, (places - others) / 2));
					assertThat(due)
						.noneMatch((waiting) -> waiting.owner().equals(one.owner()) && waiting.number() < one.number());
				}
				else {
					boolean isFull = taken.size() == places;
					assertThat(due).allMatch((waiting) -> isFull || before.getOrDefault(waiting.owner(), 0L) > 0);
				}
			}
			assertThat(taken).hasSizeLessThanOrEqualTo(places);
		}
		due.forEach(turns::remove);
		taken.forEach(turns::release);
		assertThat(turns).hasToString("Turns[taken=0, owners=0]");
	}

	private static Turns<One> turns(int places) {
		return new Turns<>(places, One::owner);
	}

	private List<One> add(Turns<One> turns, String owner, int count) {
		List<One> all = IntStream.range(0, count).mapToObj((i) -> new One(owner, this.number++)).toList();
		all.forEach(turns::add);
		return all;
	}

	private static List<One> takeAll(Turns<One> turns) {
		List<One> taken = new ArrayList<>();
		for (One one = turns.take(); one != null; one = turns.take()) {
			taken.add(one);
		}
		return taken;
	}

	private static Map<String, Long> count(List<One> all) {
		Map<String, Long> counts = new HashMap<>();
		all.forEach((one) -> counts.merge(one.owner(), 1L, Long::sum));
		return counts;
	}

	private record One(String owner, int number) {
	}

}
