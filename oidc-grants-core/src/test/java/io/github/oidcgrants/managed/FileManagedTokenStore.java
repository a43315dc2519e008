package io.github.oidcgrants.managed;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Entries in files that processes share. A lock on a file makes each step one.
 */
class FileManagedTokenStore implements ManagedTokenStore {

	private final Path directory;

	private final InstantSource clock;

	FileManagedTokenStore(Path directory, InstantSource clock) {
		this.directory = directory;
		this.clock = clock;
	}

	@Override
	public @Nullable Entry load(String key) {
		return this.<@Nullable Entry>locked(() -> read(key));
	}

	@Override
	public boolean compareAndSet(String key, @Nullable String expectedRevision, Entry next, Duration timeToLive) {
		return locked(() -> {
			Entry current = read(key);
			boolean expected = Objects.equals((current != null) ? current.revision() : null, expectedRevision);
			if (expected) {
				write(file(key, "entry"), next.revision(), next.value());
			}
			return expected;
		});
	}

	@Override
	public boolean delete(String key, String expectedRevision) {
		return locked(() -> {
			Entry current = read(key);
			boolean expected = current != null && current.revision().equals(expectedRevision);
			if (expected) {
				Files.delete(file(key, "entry"));
			}
			return expected;
		});
	}

	@Override
	public boolean acquireLease(String key, String owner, Duration time) {
		return locked(() -> {
			Path file = file(key, "lease");
			if (Files.exists(file)) {
				String[] lease = Files.readString(file).split(" ", -1);
				if (!lease[0].equals(owner) && this.clock.instant().isBefore(Instant.parse(lease[1]))) {
					return false;
				}
			}
			Files.writeString(file, owner + " " + this.clock.instant().plus(time));
			return true;
		});
	}

	@Override
	public void releaseLease(String key, String owner) {
		boolean unused = locked(() -> {
			Path file = file(key, "lease");
			if (Files.exists(file) && Files.readString(file).startsWith(owner + " ")) {
				Files.delete(file);
			}
			return true;
		});
	}

	private @Nullable Entry read(String key) throws IOException {
		Path file = file(key, "entry");
		if (!Files.exists(file)) {
			return null;
		}
		DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)));
		return new Entry(in.readUTF(), in.readAllBytes());
	}

	private static void write(Path file, String revision, byte[] value) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream out = new DataOutputStream(bytes);
		out.writeUTF(revision);
		out.write(value);
		Path next = Path.of(file + ".next");
		Files.write(next, bytes.toByteArray());
		Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
	}

	private Path file(String key, String kind) {
		return this.directory.resolve(key.replaceAll("[^A-Za-z0-9_-]", "_") + "." + kind);
	}

	// A lock on a file is the process's: threads take turns by the monitor.
	private synchronized <T extends @Nullable Object> T locked(Step<T> step) {
		try (FileChannel channel = FileChannel.open(this.directory.resolve("lock"), StandardOpenOption.CREATE,
				StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
			assert lock.isValid();
			return step.run();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private interface Step<T extends @Nullable Object> {

		T run() throws IOException;

	}

}
