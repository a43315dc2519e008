package io.github.oidcgrants.boot;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

class ArchitectureTests {

	private final JavaClasses classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.github.oidcgrants");

	@Test
	void no_package_of_the_starter_is_part_of_a_circle() {
		slices().matching("io.github.oidcgrants.boot.(**)").should().beFreeOfCycles().check(this.classes);
	}

	@Test
	void the_core_does_not_know_spring_boot() {
		noClasses().that()
			.resideInAPackage("io.github.oidcgrants..")
			.and()
			.resideOutsideOfPackage("io.github.oidcgrants.boot..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.boot..", "io.github.oidcgrants.boot..")
			.check(this.classes);
	}

	@Test
	void the_starter_needs_no_web_framework() {
		noClasses().should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.web.servlet..", "org.springframework.web.reactive..",
					"org.springframework.security.web..")
			.check(this.classes);
		noClasses().that()
			.resideOutsideOfPackage("io.github.oidcgrants.boot.ciba")
			.and()
			.haveNameNotMatching(".*NotificationAutoConfiguration.*")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("jakarta.servlet..", "reactor..")
			.check(this.classes);
	}

}
