package io.github.oidcgrants.keycloak;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A process that ends when it is closed, or when this Java does, and its own children
 * with it: Keycloak's script starts Java as a child.
 */
final class ChildProcess implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Process process;

	private final Thread hook = new Thread(this::end);

	private ChildProcess(Process process) {
		this.process = process;
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	static ChildProcess start(ProcessBuilder builder) throws IOException {
		return new ChildProcess(builder.start());
	}

	int waitFor() throws InterruptedException {
		return this.process.waitFor();
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	@Override
	public void close() {
		end();
		Runtime.getRuntime().removeShutdownHook(this.hook);
	}

	private void end() {
		List<ProcessHandle> family = Stream.concat(this.process.descendants(), Stream.of(this.process.toHandle()))
			.toList();
		family.forEach(ProcessHandle::destroy);
		try {
			CompletableFuture.allOf(family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
				.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// What did not end when asked to is not asked.
		}
		family.forEach(ProcessHandle::destroyForcibly);
	}

}
