package io.github.oidcgrants.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A body that is read when it is there, ended at its limit or from outside.
 */
class CollectedBodyTests {

	private final List<String> asked = new ArrayList<>();

	private final CollectedBody body = new CollectedBody(6);

	private final Flow.Subscription subscription = new Flow.Subscription() {

		@Override
		public void request(long n) {
			CollectedBodyTests.this.asked.add("request");
		}

		@Override
		public void cancel() {
			CollectedBodyTests.this.asked.add("cancel");
		}

	};

	@Test
	void piecesAreOneWhole() throws IOException {
		this.body.onSubscribe(this.subscription);
		comes("ab", "c");
		comes("def");
		assertThat(isThere()).isFalse();
		this.body.onComplete();
		assertThat(text()).isEqualTo("abcdef");
		assertThat(this.asked).containsExactly("request");
	}

	@Test
	void whatIsLongerIsEndedAndGivenAsFarAsItCame() throws IOException {
		this.body.onSubscribe(this.subscription);
		comes("abcdef");
		assertThat(isThere()).isFalse();
		comes("g", "h");
		assertThat(text()).isEqualTo("abcdefgh");
		assertThat(this.asked).containsExactly("request", "cancel");
		this.body.onError(new IOException("Cancelled"));
		assertThat(this.body.getBody()).isCompleted();
	}

	@Test
	void whoWaitsWhenItIsEndedGetsAnException() {
		this.body.onSubscribe(this.subscription);
		comes("a");
		this.body.abort();
		this.body.onComplete();
		assertFailsWith("The exchange was ended");
		assertThat(this.asked).containsExactly("request", "cancel");
	}

	@Test
	void oneThatWasEndedBeforeItCameIsNotAskedFor() {
		this.body.abort();
		this.body.onSubscribe(this.subscription);
		assertFailsWith("The exchange was ended");
		assertThat(this.asked).containsExactly("cancel");
	}

	@Test
	void oneThatIsThereIsNotEndedAnyMore() throws IOException {
		this.body.onSubscribe(this.subscription);
		comes("a");
		this.body.onComplete();
		this.body.abort();
		assertThat(text()).isEqualTo("a");
		assertThat(this.asked).containsExactly("request");
	}

	@Test
	void aConnectionThatBreaksIsAnException() {
		this.body.onSubscribe(this.subscription);
		this.body.onError(new IOException("Broken"));
		assertFailsWith("Broken");
	}

	private void comes(String... pieces) {
		List<ByteBuffer> buffers = new ArrayList<>();
		for (String piece : pieces) {
			buffers.add(ByteBuffer.wrap(piece.getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer());
		}
		this.body.onNext(buffers);
	}

	private boolean isThere() {
		return this.body.getBody().toCompletableFuture().isDone();
	}

	private String text() throws IOException {
		return new String(this.body.getBody().toCompletableFuture().join().readAllBytes(), StandardCharsets.US_ASCII);
	}

	private void assertFailsWith(String message) {
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.body.getBody().toCompletableFuture().join())
			.withCauseInstanceOf(IOException.class)
			.withMessageContaining(message);
	}

}
