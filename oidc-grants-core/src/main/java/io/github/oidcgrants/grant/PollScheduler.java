package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.flight.Turns;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has polls asked when it is time. Any number of them wait here without a thread.
 * <p>
 * A poll is in one of four phases. <em>Waiting</em>, it is in {@link #timed} until its
 * interval is over. Then it is <em>due</em>, in line for a place among the questions that
 * are asked at a time ({@link Turns}), and in {@link #timed} still, for its time may be
 * up before its turn comes. With a place it is <em>asking</em>, and in neither: it
 * belongs to one thread of the executor, which afterwards lets it wait again or ends it.
 * <em>Ended</em> it is from any phase, by whoever completes its future, and then it is
 * nowhere; an answer that is still on its way is for nobody.
 * <p>
 * One thread keeps the time, and does nothing else: questions are for the executor, and
 * so are the ends of polls whose time is up ({@link PollErrands}). It is there only while
 * there are polls, and a minute longer. One lock guards the phases, {@link #timed} and
 * the line; nothing is asked, completed or told while it is held. A thread that has asked
 * goes on with whatever is due next, so a place that is free is never left empty while a
 * poll may have it. A ping only brings forward the time of a poll: whoever delivers it
 * has nothing to do with what follows.
 * <p>
 * Time is up when the monotonic clock or the wall clock says so: the one stands still
 * while a machine sleeps, the other may be set.
 */
public final class PollScheduler implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(PollScheduler.class);

	private static final long IDLE = TimeUnit.MINUTES.toNanos(1);

	private static final long TROUBLED = TimeUnit.SECONDS.toNanos(1);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final TreeSet<Poll> timed = new TreeSet<>(
			Comparator.<Poll>comparingLong((poll) -> poll.wakeAt).thenComparingInt((poll) -> poll.number));

	private final Set<Poll> asking = new HashSet<>();

	private final Turns<Poll> turns;

	private final PollErrands errands;

	private final Executor executor;

	private final InstantSource clock;

	private final LongSupplier nanoTime;

	private final long origin;

	private final ThreadFactory threads;

	private @Nullable Thread timekeeper;

	private int number;

	private boolean closed;

	/**
	 * Creates a scheduler without polls, and so without a thread.
	 * @param executor asks the questions and completes the futures
	 * @param places how many questions may be under way at a time
	 * @param clock tells when decisions expire
	 */
	public PollScheduler(Executor executor, int places, InstantSource clock) {
		this(executor, places, clock, System::nanoTime, threads(Thread.currentThread().getContextClassLoader()));
	}

	PollScheduler(Executor executor, int places, InstantSource clock, LongSupplier nanoTime, ThreadFactory threads) {
		if (places < 1) {
			throw GrantException.misconfigured("There must be a place for one poll at least, not " + places);
		}
		this.executor = executor;
		this.turns = new Turns<>(places, Poll::provider);
		this.errands = new PollErrands(executor, places, threads);
		this.clock = clock;
		this.nanoTime = nanoTime;
		this.origin = nanoTime.getAsLong();
		this.threads = threads;
	}

	// An executor starts its threads here, and they inherit the loader: by it callbacks
	// find the application's classes, whoever began the poll.
	private static ThreadFactory threads(@Nullable ClassLoader loader) {
		return (work) -> {
			Thread thread = new Thread(null, work, "oidc-grants-polls", 0, false);
			thread.setDaemon(true);
			thread.setContextClassLoader(loader);
			return thread;
		};
	}

	/**
	 * Begins a poll.
	 * @param question what is asked
	 * @param pending the answer that began the wait for a decision
	 * @return the future of the token; whatever completes it ends the poll
	 */
	Poll start(PollQuestion question, PendingResponse pending) {
		Duration left = Duration.between(this.clock.instant(), pending.expiresAt());
		this.lock.lock();
		try {
			if (this.closed) {
				throw GrantException.misconfigured("The client that is to poll is closed: nothing was sent");
			}
			long now = now();
			Poll poll = new Poll(this, question, pending.interval(), pending.expiresAt(), now + left.toNanos(),
					this.number++);
			if (poll.deadline <= now) {
				poll.expire();
				return poll;
			}
			sleep(poll, pending.interval(), Duration.ZERO);
			return poll;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void sleep(Poll poll, Duration pause, Duration demanded) {
		long now = now();
		poll.phase = Poll.Phase.WAITING;
		poll.earliest = now + demanded.toNanos();
		wakeAt(poll, now + pause.toNanos());
	}

	private void wakeAt(Poll poll, long time) {
		poll.wakeAt = Math.min(time, poll.deadline);
		this.timed.add(poll);
		if (this.timekeeper == null) {
			try {
				Thread started = this.threads.newThread(this::keepTime);
				started.start();
				// Only now: if it could not be started, the next poll tries again.
				this.timekeeper = started;
			}
			catch (RuntimeException | Error ex) {
				this.timed.remove(poll);
				throw ex;
			}
		}
		else if (this.timed.first() == poll) {
			this.changed.signal();
		}
	}

	/**
	 * Has a poll asked at once, for its decision is there; but not before the end of a
	 * pause that the server has asked for.
	 */
	void ping(Poll poll) {
		this.lock.lock();
		try {
			if (poll.phase == Poll.Phase.WAITING) {
				this.timed.remove(poll);
				wakeAt(poll, poll.earliest);
			}
			// What is being asked may be answered from before the decision.
			poll.pinged = poll.phase == Poll.Phase.ASKING;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * {@return how long a poll waits that has just asked}
	 */
	Duration pause(Poll poll, PollingMachine.Step step) {
		this.lock.lock();
		try {
			// A ping came before the answer: what that demands is the newer word.
			return poll.pinged ? step.demanded() : step.pause();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes note that a poll has ended.
	 */
	void ended(Poll poll) {
		this.lock.lock();
		try {
			if (poll.phase != Poll.Phase.ASKING) {
				this.timed.remove(poll);
				this.turns.remove(poll);
			}
			poll.phase = Poll.Phase.ENDED;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * {@return whether the time of a poll is not up yet after a while}
	 */
	boolean isInTime(Poll poll, Duration wait) {
		return timeAfter(wait) < poll.deadline && poll.isInTime(instantAfter(wait));
	}

	Instant instantAfter(Duration wait) {
		return this.clock.instant().plus(wait);
	}

	/**
	 * {@return the time on the monotonic clock after a while}
	 */
	long timeAfter(Duration wait) {
		return now() + wait.toNanos();
	}

	private long now() {
		return this.nanoTime.getAsLong() - this.origin;
	}

	private void keepTime() {
		try {
			boolean needed = true;
			while (needed) {
				needed = keepsOn();
			}
		}
		finally {
			leave();
		}
	}

	// All polls depend on this thread: it does not end because of one trouble.
	private boolean keepsOn() {
		try {
			run();
			return awaitWork();
		}
		catch (RuntimeException | Error ex) {
			logger.error("Polls could not be looked after just now", ex);
			return rest();
		}
	}

	private boolean rest() {
		this.lock.lock();
		try {
			long left = TROUBLED;
			while (!this.closed && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			return !this.closed;
		}
		catch (InterruptedException ex) {
			// Nobody else knows this thread.
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	// Whatever ended the thread: the next poll finds that nobody keeps the time.
	private void leave() {
		this.lock.lock();
		try {
			if (this.timekeeper == Thread.currentThread()) {
				this.timekeeper = null;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until there is something to do.
	 * @return whether there is; else the thread is to end
	 */
	private boolean awaitWork() {
		this.lock.lock();
		try {
			long begun = now();
			while (!this.closed && nextAt(begun) > now()) {
				long unused = this.changed.awaitNanos(nextAt(begun) - now());
			}
			boolean ends = this.closed || (this.timed.isEmpty() && this.errands.isEmpty());
			if (ends) {
				this.timekeeper = null;
			}
			return !ends;
		}
		catch (InterruptedException ex) {
			// Nobody else knows this thread.
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private long nextAt(long begun) {
		long next = this.timed.isEmpty() ? begun + IDLE : this.timed.first().wakeAt;
		return this.errands.isEmpty() ? next : Math.min(next, begun + TROUBLED);
	}

	/**
	 * Does all that it is time for.
	 */
	void run() {
		this.lock.lock();
		try {
			long now = now();
			while (!this.timed.isEmpty() && this.timed.first().wakeAt <= now) {
				Poll poll = this.timed.first();
				if (poll.wakeAt < poll.deadline) {
					due(poll);
				}
				else {
					expired(poll);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		this.errands.start();
		askThoseDue();
	}

	// In both, what may fail comes first: then it is still there for another try.

	private void due(Poll poll) {
		this.turns.add(poll);
		this.timed.remove(poll);
		poll.phase = Poll.Phase.DUE;
		wakeAt(poll, poll.deadline);
	}

	private void expired(Poll poll) {
		this.errands.add(poll, poll::expire);
		this.timed.remove(poll);
		this.turns.remove(poll);
		poll.phase = Poll.Phase.ENDED;
	}

	private void askThoseDue() {
		for (Poll poll = next(); poll != null; poll = next()) {
			if (!isTaken(poll)) {
				postpone(poll);
			}
		}
	}

	// As good as a server that is busy.
	private void postpone(Poll poll) {
		try {
			PollingMachine.Step step = poll.postponed();
			Runnable word = poll.wordOf(step);
			if (word != null) {
				this.errands.add(poll, word);
			}
			release(poll, step);
		}
		catch (RuntimeException | Error ex) {
			fail(poll, ex);
		}
		this.errands.start();
	}

	/**
	 * {@return a poll that may be asked now, with its place; {@code null} if there is
	 * none}
	 */
	private @Nullable Poll next() {
		this.lock.lock();
		try {
			Poll poll = this.turns.take();
			if (poll != null) {
				this.timed.remove(poll);
				poll.phase = Poll.Phase.ASKING;
				this.asking.add(poll);
			}
			return poll;
		}
		finally {
			this.lock.unlock();
		}
	}

	// No thread may be to be had, just now or at all; each executor says so in its way.
	private boolean isTaken(Poll poll) {
		try {
			this.executor.execute(() -> work(poll));
			return true;
		}
		catch (RuntimeException | Error ex) {
			return false;
		}
	}

	private void work(Poll first) {
		Poll poll = first;
		while (poll != null) {
			serve(poll);
			poll = next();
			askThoseDue();
		}
	}

	private void serve(Poll poll) {
		try {
			release(poll, ask(poll));
		}
		catch (RuntimeException | Error ex) {
			fail(poll, ex);
		}
	}

	// Else it would be nowhere and never end.
	private void fail(Poll poll, Throwable failure) {
		poll.completeExceptionally(failure);
		release(poll, null);
	}

	private PollingMachine.@Nullable Step ask(Poll poll) {
		if (poll.isDone()) {
			return null;
		}
		if (!isInTime(poll, Duration.ZERO)) {
			poll.expire();
			return null;
		}
		return poll.ask();
	}

	private void release(Poll poll, PollingMachine.@Nullable Step step) {
		this.lock.lock();
		try {
			if (this.asking.remove(poll)) {
				this.turns.release(poll);
			}
			if (poll.phase == Poll.Phase.ASKING && step != null) {
				Duration pause = pause(poll, step);
				poll.pinged = false;
				sleep(poll, pause, step.demanded());
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Cancels all polls.
	 */
	@Override
	public void close() {
		List<Poll> all;
		this.lock.lock();
		try {
			this.closed = true;
			all = new ArrayList<>(this.timed);
			all.addAll(this.asking);
			all.addAll(this.errands.polls());
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		all.forEach((poll) -> poll.cancel(false));
	}

	/**
	 * {@return what is held for polls that do not merely wait}
	 */
	String held() {
		this.lock.lock();
		try {
			return this.turns + ", " + this.errands;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public String toString() {
		this.lock.lock();
		try {
			return "PollScheduler[waiting=" + this.timed.size() + ", asking=" + this.asking.size() + "]";
		}
		finally {
			this.lock.unlock();
		}
	}

}
