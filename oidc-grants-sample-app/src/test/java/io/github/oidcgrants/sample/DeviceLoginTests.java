package io.github.oidcgrants.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The program for the command line, in a process of its own.
 */
@Timeout(60)
class DeviceLoginTests {

	private final OpenIdProvider provider = OpenIdProvider.start();

	private Process program;

	@AfterEach
	void stop() {
		if (this.program != null) {
			this.program.destroyForcibly();
		}
		this.provider.close();
	}

	@Test
	void printsWhereToGoAndThenTheClaims() throws Exception {
		try (BufferedReader output = start()) {
			assertThat(output.readLine()).isEqualTo("Go to " + this.provider.issuer() + "/page and enter ABCD-EFGH");
			this.provider.decideDevices("");

			assertThat(output.readLine()).startsWith("{")
				.contains("sub=subject-of-demo-user", "aud=[command-line]", "iss=" + this.provider.issuer());
			assertThat(output.readLine()).isNull();
		}
		assertThat(exitValue()).isZero();
	}

	@Test
	void printsWhyThereAreNone() throws Exception {
		try (BufferedReader output = start()) {
			output.readLine();
			this.provider.decideDevices("access_denied");

			assertThat(output.readLine()).contains("access_denied");
		}
		assertThat(exitValue()).isEqualTo(1);
	}

	@Test
	void readmeShowsIt() throws IOException {
		String source = Files.readString(Path.of("src/main/java/io/github/oidcgrants/sample/cli/DeviceLogin.java"));
		String main = source.substring(source.indexOf("main(String... args) {\n"), source.lastIndexOf("\n\t}\n"));
		String body = main.substring(main.indexOf('\n') + 1).stripIndent();

		assertThat(Files.readString(Path.of("../README.md"))).contains("```java\n" + body + "\n```\n");
	}

	private BufferedReader start() throws IOException {
		this.program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), "-Dlogback.configurationFile=none",
				"io.github.oidcgrants.sample.cli.DeviceLogin", this.provider.issuer(), "command-line")
			.redirectErrorStream(true)
			.start();
		return this.program.inputReader(StandardCharsets.UTF_8);
	}

	private int exitValue() throws InterruptedException {
		assertThat(this.program.waitFor(30, TimeUnit.SECONDS)).isTrue();
		return this.program.exitValue();
	}

}
