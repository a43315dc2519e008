package io.github.oidcgrants.managed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.github.oidcgrants.error.GrantException.Kind;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.github.oidcgrants.testing.Refusals.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The process ends in the middle of a refresh, and another one goes on with the same
 * files.
 */
class ManagedCrashTests {

	@AutoClose
	private final ManagedRig rig = new ManagedRig();

	@TempDir
	private Path directory;

	private ManagedTokens next;

	@BeforeEach
	void putALoginWhoseTokenHasExpired() {
		this.rig.server.expiresIn = 0;
		this.next = this.rig.tokens(new FileManagedTokenStore(this.directory, this.rig.time));
		this.next.put("ada", this.rig.login("ada"));
		this.rig.server.expiresIn = 300;
	}

	@Test
	void betweenAnswerAndStoreItCostsTheLoginWhereTheServerIsStrict() throws Exception {
		haltAround(1, "before");
		assertFails(Kind.OAUTH_ERROR, () -> this.next.token("ada")).withMessageContaining("invalid_grant");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-1");
		assertThat(this.rig.heard).containsExactly("lost app ada invalid_grant");
	}

	@Test
	void betweenAnswerAndStoreItCostsNothingWhereTheServerTakesTheRefreshTokenAgain() throws Exception {
		this.rig.server.rotates = false;
		haltAround(1, "before");
		assertThat(this.next.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.heard).containsExactly("refreshed app ada");
	}

	@Test
	void rightAfterTheSuccessorIsWrittenItCostsNothing() throws Exception {
		haltAround(1, "after");
		assertThat(this.next.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refreshed()).containsExactly("refresh-ada-1", "refresh-ada-2");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void beforeTheAccessTokenIsWrittenItCostsOneMoreRefresh() throws Exception {
		haltAround(2, "before");
		assertThat(this.next.token("ada").accessToken()).isEqualTo("access-ada-3");
		assertThat(this.rig.server.refused).hasValue(0);
	}

	@Test
	void afterTheAccessTokenIsWrittenItIsGivenWithoutARequest() throws Exception {
		haltAround(2, "after");
		assertThat(this.next.token("ada").accessToken()).isEqualTo("access-ada-2");
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

	private void haltAround(int write, String when) throws IOException, InterruptedException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				classPath, HaltingProcess.class.getName(), this.directory.toString(), this.rig.server.issuer(),
				String.valueOf(write), when)
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("output").toFile())
			.start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).isEqualTo(HaltingProcess.HALTED);
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(this.rig.server.refreshed()).hasSize(1);
	}

}
