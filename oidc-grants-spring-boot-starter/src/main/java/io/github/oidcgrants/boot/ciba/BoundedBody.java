package io.github.oidcgrants.boot.ciba;

import java.io.ByteArrayOutputStream;

import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * Reads a body, or of one that is too long a byte more than is allowed. It asks for one
 * part after the other and, having enough, for no more. It does not cancel: a servlet
 * container's thread that is cancelled while it reads goes on to wait for the rest.
 */
final class BoundedBody extends BaseSubscriber<DataBuffer> {

	private final ByteArrayOutputStream read = new ByteArrayOutputStream();

	private final MonoSink<byte[]> sink;

	private final int enough;

	private boolean done;

	private BoundedBody(MonoSink<byte[]> sink, int enough) {
		this.sink = sink;
		this.enough = enough;
	}

	static Mono<byte[]> read(Flux<DataBuffer> body, int allowed) {
		return Mono.create((sink) -> {
			BoundedBody bounded = new BoundedBody(sink, allowed + 1);
			sink.onCancel(bounded);
			body.subscribe(bounded);
		});
	}

	@Override
	protected void hookOnSubscribe(Subscription subscription) {
		request(1);
	}

	@Override
	protected void hookOnNext(DataBuffer buffer) {
		byte[] bytes = new byte[Math.min(buffer.readableByteCount(), this.enough - this.read.size())];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		this.read.writeBytes(bytes);
		if (this.read.size() < this.enough) {
			request(1);
		}
		else {
			hookOnComplete();
		}
	}

	@Override
	protected void hookOnComplete() {
		if (!this.done) {
			this.done = true;
			this.sink.success(this.read.toByteArray());
		}
	}

	@Override
	protected void hookOnError(Throwable failure) {
		if (!this.done) {
			this.done = true;
			this.sink.error(failure);
		}
	}

}
