package io.github.oidcgrants;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.github.benmanes.caffeine.cache.Cache;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.oidcgrants.jose.Sha256;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rooms of the core: which there are, and which may use which. Rooms that are not
 * built yet have their line already.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.oidcgrants";

	private static final List<String> BELOW_GRANT = List.of("client", "idtoken", "metadata", "dpop", "token", "jose",
			"http", "flight", "error");

	private static final List<String> BELOW_CACHE = with(BELOW_GRANT, "grant");

	private static final List<String> BELOW_ROOT = with(BELOW_CACHE, "managed", "cache");

	private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
			Map.entry("resource", List.of("", "dpop", "error")),
			Map.entry("resource.reactive", List.of("resource", "", "dpop", "error")), Map.entry("", BELOW_ROOT),
			Map.entry("managed", BELOW_CACHE), Map.entry("cache", List.of("token", "flight", "error")),
			Map.entry("grant", BELOW_GRANT),
			Map.entry("client", List.of("idtoken", "metadata", "jose", "http", "error")),
			Map.entry("idtoken", List.of("jose", "http", "flight", "error")),
			Map.entry("metadata", List.of("http", "flight", "error")), Map.entry("dpop", List.of("jose", "error")),
			Map.entry("token", List.of("error")), Map.entry("jose", List.of("error")),
			Map.entry("http", List.of("error")), Map.entry("flight", List.of("error")), Map.entry("error", List.of()));

	private static final String NOTIFICATION = ROOT + ".grant.CibaNotification";

	private static final String NOTIFICATIONS = ROOT + ".grant.CibaNotifications";

	private static final Set<String> STOP_AT_A_DIFFERENCE = Set.of("equals", "equalsIgnoreCase", "contentEquals",
			"regionMatches", "compareTo", "compareToIgnoreCase", "compare", "mismatch", "deepEquals", "nullSafeEquals",
			"startsWith", "endsWith", "contains", "indexOf", "matches");

	private static final JavaClasses CORE = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	static Stream<String> rooms() {
		return MAY_USE.keySet().stream().sorted();
	}

	@Test
	void hasNoRoomThatIsNotInThePlan() {
		assertThat(packages()).isNotEmpty().isSubsetOf(rooms().map(ArchitectureTests::packageOf).toList());
	}

	@ParameterizedTest
	@MethodSource("rooms")
	void usesOnlyRoomsThatItMay(String room) {
		Set<String> allowed = Stream.concat(Stream.of(room), MAY_USE.get(room).stream())
			.map(ArchitectureTests::packageOf)
			.collect(Collectors.toSet());
		ArchRuleDefinition.classes()
			.that()
			.resideInAPackage(packageOf(room))
			.should()
			.onlyDependOnClassesThat(
					DescribedPredicate.describe("are in " + new TreeSet<>(allowed) + " or not of this library",
							(JavaClass used) -> !used.getPackageName().startsWith(ROOT)
									|| allowed.contains(used.getPackageName())))
			.allowEmptyShould(true)
			.check(CORE);
	}

	@Test
	void hasNoCircles() {
		SlicesRuleDefinition.slices().assignedFrom(new SliceAssignment() {

			@Override
			public SliceIdentifier getIdentifierOf(JavaClass type) {
				return type.getPackageName().startsWith(ROOT) ? SliceIdentifier.of(type.getPackageName())
						: SliceIdentifier.ignore();
			}

			@Override
			public String getDescription() {
				return "packages of this library";
			}

		}).should().beFreeOfCycles().check(CORE);
	}

	@Test
	void hasNoSpringBoot() {
		ArchRuleDefinition.noClasses()
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.boot..")
			.check(CORE);
	}

	@Test
	void logsNothingToTheConsole() {
		GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CORE);
	}

	@Test
	void comparesNoNotificationTokenInATimeThatTellsHowMuchOfItWasRight() {
		ArchRuleDefinition.noClasses()
			.that()
			.haveFullyQualifiedName(NOTIFICATION)
			.or()
			.haveFullyQualifiedName(NOTIFICATIONS)
			.should()
			.accessTargetWhere(DescribedPredicate.describe("stops at the first difference",
					(JavaAccess<?> access) -> STOP_AT_A_DIFFERENCE.contains(access.getTarget().getName())
							&& !isAboutTheScheme(access)))
			.check(CORE);
		assertThat(CORE.stream().filter((type) -> !callers(type.getName(), NOTIFICATION, "token").isEmpty()))
			.extracting(JavaClass::getName)
			.as("AuthenticationRequest sends it")
			.containsExactlyInAnyOrder(NOTIFICATIONS, ROOT + ".grant.AuthenticationRequest");
	}

	// "Bearer" is no secret.
	private static boolean isAboutTheScheme(JavaAccess<?> access) {
		return access.getTarget().getName().equals("regionMatches") && access.getOrigin().getName().equals("token");
	}

	@Test
	void comparesNotificationTokensInConstantTime() {
		assertThat(callers(NOTIFICATION, MessageDigest.class.getName(), "isEqual")).containsExactly("isEqual");
		assertThat(callers(NOTIFICATIONS, NOTIFICATION, "isEqual")).containsExactly("find");
	}

	// A map compares its keys as it likes: they may be hashes, and nothing else.
	@Test
	void findsNotificationsByTheHashesOfTheirTokens() {
		Set<String> hashing = callers(NOTIFICATIONS, Sha256.class.getName(), "base64Url");
		assertThat(callers(NOTIFICATIONS, Cache.class.getName(), "getIfPresent", "put", "invalidate"))
			.containsExactlyInAnyOrder("find", "keep", "forget")
			.isSubsetOf(hashing);
		assertThat(callers(NOTIFICATIONS, NOTIFICATION, "token")).isEqualTo(hashing);
	}

	private static Set<String> callers(String caller, String called, String... methods) {
		return CORE.get(caller)
			.getAccessesFromSelf()
			.stream()
			.filter((access) -> access instanceof JavaCodeUnitAccess && access.getTargetOwner().getName().equals(called)
					&& List.of(methods).contains(access.getTarget().getName()))
			.map((access) -> access.getOrigin().getName())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@Test
	void isNullMarkedThroughout() throws ClassNotFoundException {
		for (String name : packages()) {
			assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class)).as(name).isTrue();
		}
	}

	private static Set<String> packages() {
		return CORE.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
	}

	private static String packageOf(String room) {
		return room.isEmpty() ? ROOT : ROOT + "." + room;
	}

	private static List<String> with(List<String> rooms, String... more) {
		return Stream.concat(rooms.stream(), Arrays.stream(more)).toList();
	}

}
