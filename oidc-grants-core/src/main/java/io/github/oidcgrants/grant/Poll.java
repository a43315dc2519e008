package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A poll under way: the future that its caller holds, and how far it is. It ends when the
 * future completes in any way. Small, for there may be a hundred thousand of them.
 */
final class Poll extends CompletableFuture<TokenEndpointResponse> {

	private static final String NOT_TAKEN = "the executor did not take the question";

	// For a token that came, in the place of the user's time.
	private static final Duration OVERTIME = Duration.ofMinutes(5);

	private static final Duration OVERTIME_INTERVAL = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(Poll.class);

	private final PollScheduler scheduler;

	private final PollQuestion question;

	private final Instant expiresAt;

	/**
	 * When its time is up, on the scheduler's clock. Changed while it is asking only.
	 */
	long deadline;

	/**
	 * Tells polls apart that are to be woken at the same time.
	 */
	final int number;

	/**
	 * When the scheduler has to look after it next. With {@link #earliest},
	 * {@link #phase} and {@link #pinged} guarded by the scheduler's lock.
	 */
	long wakeAt;

	/**
	 * When the server may be asked again at the earliest.
	 */
	long earliest;

	Phase phase = Phase.WAITING;

	boolean pinged;

	private boolean overtime;

	private PollingMachine machine;

	private int asked;

	// Nothing but its words, and those shared by all polls in the same trouble: a whole
	// exception is larger than all of this.
	private @Nullable String lastTrouble;

	Poll(PollScheduler scheduler, PollQuestion question, Duration interval, Instant expiresAt, long deadline,
			int number) {
		this.scheduler = scheduler;
		this.question = question;
		this.machine = PollingMachine.start(interval);
		this.expiresAt = expiresAt;
		this.deadline = deadline;
		this.number = number;
	}

	/**
	 * Where a poll stands.
	 */
	enum Phase {

		/**
		 * Until its interval is over.
		 */
		WAITING,

		/**
		 * For its turn.
		 */
		DUE,

		/**
		 * For the answer.
		 */
		ASKING,

		/**
		 * For nothing.
		 */
		ENDED

	}

	String provider() {
		return this.question.provider();
	}

	/**
	 * Asks once. Called by one thread at a time.
	 * @return how to go on; {@code null} if the poll has ended
	 */
	PollingMachine.@Nullable Step ask() {
		this.asked++;
		tell(PollingProgress.Event.ASKING, null, null);
		// By its listener, for one.
		if (isDone()) {
			return null;
		}
		try {
			TokenEndpointResponse token = this.question.ask();
			if (!isDone()) {
				complete(this.question.received(token));
			}
			return null;
		}
		catch (GrantException ex) {
			return goOn(ex);
		}
	}

	private PollingMachine.@Nullable Step goOn(GrantException failure) {
		if (this.question.isAnswered() && !this.overtime) {
			// The user has decided in time.
			this.overtime = true;
			this.deadline = this.scheduler.timeAfter(OVERTIME);
			this.machine = PollingMachine.start(OVERTIME_INTERVAL);
		}
		PollingMachine.Step step = this.overtime ? this.machine.afterToken(failure) : this.machine.after(failure);
		if (step == null) {
			completeExceptionally(failure);
			return null;
		}
		this.machine = step.next();
		this.lastTrouble = (step.event() == PollingProgress.Event.RETRYING) ? words(failure) : null;
		if (this.overtime && !this.scheduler.isInTime(this, step.pause())) {
			completeExceptionally(failure);
			return null;
		}
		if (!this.scheduler.isInTime(this, step.demanded())) {
			expire();
			return null;
		}
		tell(step.event(), nextAt(this.scheduler.pause(this, step)), failure);
		return step;
	}

	private static String words(GrantException failure) {
		return String.valueOf(failure.getMessage()).intern();
	}

	private @Nullable Instant nextAt(Duration pause) {
		return this.scheduler.isInTime(this, pause) ? this.scheduler.instantAfter(pause) : null;
	}

	/**
	 * {@return how to go on without having asked}
	 */
	PollingMachine.Step postponed() {
		this.lastTrouble = NOT_TAKEN;
		return this.machine.postponed();
	}

	/**
	 * {@return what tells the listener that the question could not be asked; {@code null}
	 * if there is none}
	 * @param step how the poll goes on
	 */
	@Nullable Runnable wordOf(PollingMachine.Step step) {
		if (this.question.listener() == null) {
			return null;
		}
		PollingProgress progress = progress(step.event(), nextAt(step.pause()),
				GrantException.of(GrantException.Kind.TRANSPORT, "Nothing was sent: " + NOT_TAKEN));
		return () -> tell(progress);
	}

	/**
	 * {@return whether its time is not up yet by the wall clock, after a while}
	 * @param time the end of the while
	 */
	boolean isInTime(Instant time) {
		return this.overtime || time.isBefore(this.expiresAt);
	}

	/**
	 * Ends the poll because its time is up.
	 */
	void expire() {
		completeExceptionally(this.overtime
				? GrantException.of(GrantException.Kind.TIMEOUT,
						"The user has decided and the token came (" + this.question + "), but it was of no use within "
								+ OVERTIME + ". Begin anew" + trouble())
				: GrantException.expiredToken("The user did not decide in time, until " + this.expiresAt + " ("
						+ this.question + "); asked " + this.asked + " times. Begin anew" + trouble(), null));
	}

	private String trouble() {
		return (this.lastTrouble != null) ? ". Trouble last: " + this.lastTrouble : "";
	}

	private void tell(PollingProgress.Event event, @Nullable Instant nextAt, @Nullable GrantException reason) {
		if (this.question.listener() != null) {
			tell(progress(event, nextAt, reason));
		}
	}

	private PollingProgress progress(PollingProgress.Event event, @Nullable Instant nextAt,
			@Nullable GrantException reason) {
		return new PollingProgress(event, this.asked, Duration.ofSeconds(this.machine.interval()), nextAt,
				this.expiresAt, reason);
	}

	private void tell(PollingProgress progress) {
		PollingListener listener = this.question.listener();
		if (listener == null || isDone()) {
			return;
		}
		try {
			listener.onProgress(progress);
		}
		catch (RuntimeException | Error ex) {
			// Its message may hold anything.
			logger.warn("A polling listener failed with " + ex.getClass().getName() + " (" + this.question + ")");
		}
	}

	@Override
	public boolean complete(TokenEndpointResponse token) {
		this.scheduler.ended(this);
		return super.complete(token);
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		this.scheduler.ended(this);
		return super.completeExceptionally(failure);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		this.scheduler.ended(this);
		return super.cancel(mayInterruptIfRunning);
	}

	// Those of the superclass complete it without a word.

	@Override
	public CompletableFuture<TokenEndpointResponse> completeAsync(Supplier<? extends TokenEndpointResponse> supplier,
			Executor executor) {
		executor.execute(() -> {
			try {
				complete(supplier.get());
			}
			catch (RuntimeException | Error ex) {
				completeExceptionally(ex);
			}
		});
		return this;
	}

	@Override
	public void obtrudeValue(TokenEndpointResponse token) {
		this.scheduler.ended(this);
		super.obtrudeValue(token);
	}

	@Override
	public void obtrudeException(Throwable failure) {
		this.scheduler.ended(this);
		super.obtrudeException(failure);
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

}
