package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.springframework.util.FileSystemUtils;

/**
 * An unpacked Keycloak whose {@code kc.sh build} was run. It is made once, outside the
 * source tree, and then only read.
 * <p>
 * It is made under another name and renamed when it is complete, so what stands under its
 * own name is never half of one. Builds that run at the same time wait for each other by
 * a file lock, which the operating system takes from one that dies.
 */
final class KeycloakInstallation {

	private final Path home;

	private KeycloakInstallation(Path home) {
		this.home = home;
	}

	/**
	 * Finds the installation, or makes it.
	 * @param home where it is or shall be
	 * @param distribution the zip to make it of
	 * @param log where the output of making it goes
	 */
	static KeycloakInstallation at(Path home, Path distribution, Path log) throws IOException, InterruptedException {
		Files.createDirectories(home.getParent());
		Path lock = home.resolveSibling(home.getFileName() + ".lock");
		try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
			channel.lock();
			if (!Files.isDirectory(home)) {
				make(home, distribution, log);
			}
		}
		return new KeycloakInstallation(home);
	}

	private static void make(Path home, Path distribution, Path log) throws IOException, InterruptedException {
		String unfinishedPrefix = home.getFileName() + ".unfinished-";
		deleteLeftovers(home.getParent(), unfinishedPrefix);
		Path unfinished = Files.createTempDirectory(home.getParent(), unfinishedPrefix);
		unpack(distribution, unfinished);
		ProcessBuilder build = new KeycloakInstallation(unfinished).command(List.of("build", "--db=dev-mem"), log);
		try (ChildProcess process = ChildProcess.start(build)) {
			int status = process.waitFor();
			if (status != 0) {
				throw new IllegalStateException("kc.sh build ended with " + status + ": " + LogTail.of(log));
			}
		}
		Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
	}

	private static void deleteLeftovers(Path directory, String prefix) throws IOException {
		try (Stream<Path> siblings = Files.list(directory)) {
			for (Path leftover : siblings.filter((path) -> path.getFileName().toString().startsWith(prefix)).toList()) {
				FileSystemUtils.deleteRecursively(leftover);
			}
		}
	}

	// Everything in the zip is in one directory, whose name is left out.
	private static void unpack(Path distribution, Path directory) throws IOException {
		try (ZipFile zip = new ZipFile(distribution.toFile())) {
			Enumeration<? extends ZipEntry> entries = zip.entries();
			while (entries.hasMoreElements()) {
				ZipEntry entry = entries.nextElement();
				if (!entry.isDirectory()) {
					Path name = Path.of(entry.getName());
					Path file = directory.resolve(name.subpath(1, name.getNameCount()));
					Files.createDirectories(file.getParent());
					try (InputStream content = zip.getInputStream(entry)) {
						Files.copy(content, file);
					}
				}
			}
		}
	}

	/**
	 * Prepares a run of {@code kc.sh} on the Java that runs this. Nothing in the
	 * environment that Keycloak or its script would read is passed on.
	 * @param arguments the arguments
	 * @param log where its output goes
	 */
	ProcessBuilder command(List<String> arguments, Path log) {
		List<String> command = new ArrayList<>(List.of("sh", this.home.resolve("bin/kc.sh").toString()));
		command.addAll(arguments);
		ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
		Map<String, String> environment = process.environment();
		environment.keySet()
			.removeIf((name) -> name.startsWith("KC_") || name.startsWith("JAVA") || name.startsWith("DEBUG"));
		environment.put("JAVA_HOME", System.getProperty("java.home"));
		// It lives too short for the second compiler to pay: this halves the start.
		environment.put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
		return process;
	}

}
