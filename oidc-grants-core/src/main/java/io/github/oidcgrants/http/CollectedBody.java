package io.github.oidcgrants.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * A body of {@code java.net.http} that is read when it is there as a whole: the threads
 * of the client need not hand it over piece by piece to the one that waits for it. What
 * comes after a limit is not waited for.
 */
final class CollectedBody implements HttpResponse.BodySubscriber<InputStream> {

	private final CompletableFuture<InputStream> whole = new CompletableFuture<>();

	private final ByteArrayOutputStream collected = new ByteArrayOutputStream();

	private final int limit;

	private volatile Flow.@Nullable Subscription subscription;

	/**
	 * Creates a body that nothing has come of yet.
	 * @param limit the number of bytes after which it is ended; there may be some more
	 */
	CollectedBody(int limit) {
		this.limit = limit;
	}

	@Override
	public CompletionStage<InputStream> getBody() {
		return this.whole;
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		this.subscription = subscription;
		if (this.whole.isDone()) {
			subscription.cancel();
		}
		else {
			subscription.request(Long.MAX_VALUE);
		}
	}

	@Override
	public void onNext(List<ByteBuffer> buffers) {
		for (ByteBuffer buffer : buffers) {
			byte[] bytes = new byte[buffer.remaining()];
			buffer.get(bytes);
			this.collected.writeBytes(bytes);
		}
		if (this.collected.size() > this.limit) {
			cancel();
			onComplete();
		}
	}

	@Override
	public void onError(Throwable failure) {
		this.whole.completeExceptionally(failure);
	}

	@Override
	public void onComplete() {
		if (!this.whole.isDone()) {
			this.whole.complete(new ByteArrayInputStream(this.collected.toByteArray()));
		}
	}

	/**
	 * Ends it where it is: whoever waits for it gets an exception. Does nothing if it is
	 * there.
	 */
	void abort() {
		if (this.whole.completeExceptionally(new IOException("The exchange was ended"))) {
			cancel();
		}
	}

	private void cancel() {
		Flow.Subscription subscription = this.subscription;
		if (subscription != null) {
			subscription.cancel();
		}
	}

}
