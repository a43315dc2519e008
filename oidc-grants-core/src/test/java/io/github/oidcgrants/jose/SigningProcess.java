package io.github.oidcgrants.jose;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Provider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JWSAlgorithm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that says which provider signs where nobody has selected one, and ends.
 */
final class SigningProcess {

	private SigningProcess() {
	}

	/**
	 * Says it.
	 * @param arguments none
	 */
	public static void main(String[] arguments) {
		Provider provider = CryptoProviders.find(JWSAlgorithm.ES256);
		System.out.println((provider != null) ? provider.getName() : "JDK");
	}

	/**
	 * {@return what such a process says}
	 * @param options options of its virtual machine
	 */
	static String run(String... options) throws IOException, InterruptedException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(Arrays.asList(options));
		command.addAll(List.of("-cp", classPath, SigningProcess.class.getName()));
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		}
		finally {
			process.destroyForcibly();
		}
	}

}
