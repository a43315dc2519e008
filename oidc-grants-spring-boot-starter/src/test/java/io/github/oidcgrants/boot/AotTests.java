package io.github.oidcgrants.boot;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes an application ahead of time as the build plugins do, and runs the result on
 * a JVM of its own.
 */
class AotTests {

	private static final String CLASS_PATH = System.getProperty("java.class.path");

	@TempDir
	private Path directory;

	@Test
	void an_application_that_was_processed_ahead_of_time_gets_tokens() throws Exception {
		try (StubServer server = StubServer.start()) {
			List<String> payments = List.of("--oidc-grants.http.allow-insecure-requests=true",
					"--oidc-grants.provider.main.issuer-uri=" + server.address(),
					"--oidc-grants.registration.payments.provider=main",
					"--oidc-grants.registration.payments.client-id=app-payments",
					"--oidc-grants.registration.tv.provider=main", "--oidc-grants.registration.tv.client-id=app-tv",
					"--oidc-grants.registration.tv.authorization-grant-type=urn:ietf:params:oauth:grant-type:device_code",
					"--oidc-grants.registration.tv.keep-logins-as=main");
			List<String> late = List.of("--oidc-grants.registration.late.provider=main",
					"--oidc-grants.registration.late.client-id=app-late",
					"--oidc-grants.registration.late.client-secret=hush");
			process(payments);
			assertThat(server.forms()).isEmpty();
			compile();
			String output = run(Stream.concat(payments.stream(), late.stream()).toList());
			assertThat(output).contains("Starting AOT-processed AotApplication")
				.contains("managed: managed-1, written 1")
				.contains("bean: mine")
				.contains("clients: app-payments app-late")
				.contains("tokens: token-1 token-2");
			assertThat(server.discoveries()).hasSize(1);
		}
	}

	/**
	 * The registration that needs it is there only when the application runs.
	 */
	@Test
	void an_application_that_was_processed_ahead_of_time_is_notified() throws Exception {
		List<String> late = List.of("--oidc-grants.provider.main.issuer-uri=https://idp.example.com",
				"--oidc-grants.registration.late.provider=main", "--oidc-grants.registration.late.client-id=app-late",
				"--oidc-grants.registration.late.ciba.token-delivery-mode=ping");
		process(AotWebApplication.class, List.of());
		compile();
		assertThat(run(AotWebApplication.class, late)).contains("Starting AOT-processed AotWebApplication")
			.contains("notification: 401 [Bearer], other: 401");
	}

	private void process(List<String> arguments) throws Exception {
		process(AotApplication.class, arguments);
	}

	private void process(Class<?> application, List<String> arguments) throws Exception {
		List<String> command = new ArrayList<>(List.of("-cp", CLASS_PATH, SpringApplicationAotProcessor.class.getName(),
				application.getName(), sources().toString(), classes().toString(), classes().toString(),
				"io.github.oidcgrants", "aot-tests"));
		command.addAll(arguments);
		java(command);
	}

	private void compile() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> sources = Files.walk(sources())) {
			List<Path> generated = sources.filter((path) -> path.toString().endsWith(".java")).toList();
			assertThat(generated).isNotEmpty();
			boolean compiled = compiler
				.getTask(null, files, null,
						List.of("-proc:none", "-nowarn", "-d", classes().toString(), "-cp", withClasses()), null,
						files.getJavaFileObjectsFromPaths(generated))
				.call();
			assertThat(compiled).isTrue();
		}
	}

	private String run(List<String> arguments) throws Exception {
		return run(AotApplication.class, arguments);
	}

	private String run(Class<?> application, List<String> arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of("-Dspring.aot.enabled=true", "-cp", withClasses(), application.getName()));
		command.addAll(arguments);
		return java(command);
	}

	private String withClasses() {
		return classes() + File.pathSeparator + CLASS_PATH;
	}

	private Path sources() {
		return this.directory.resolve("sources");
	}

	private Path classes() {
		return this.directory.resolve("classes");
	}

	private String java(List<String> arguments) throws Exception {
		Files.createDirectories(classes());
		Path output = Files.createTempFile(this.directory, "output", ".txt");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
		command.addAll(arguments);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
			String text = Files.readString(output);
			assertThat(process.exitValue()).as(text).isZero();
			return text;
		}
		finally {
			process.destroyForcibly();
		}
	}

}
