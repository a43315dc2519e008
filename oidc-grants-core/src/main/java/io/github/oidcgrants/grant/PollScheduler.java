package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * Has polls asked when it is time. Any number of them wait here without a thread.
 * <p>
 * A poll is in one of four phases. <em>Waiting</em>, it is in {@link #timed} until its
 * interval is over. Then it is <em>due</em>, in line for a place among the questions that
 * are asked at a time ({@link PollTurns}), and in {@link #timed} still, for its time may
 * be up before its turn comes. With a place it is <em>asking</em>, and in neither: it
 * belongs to one thread of the executor, which afterwards lets it wait again or ends it.
 * <em>Ended</em> it is from any phase, by whoever completes its future, and then it is
 * nowhere; an answer that is still on its way is for nobody.
 * <p>
 * One thread keeps the time, and does nothing else: questions and completions are for the
 * executor. It is there only while there are polls, and a minute longer. One lock guards
 * the phases, {@link #timed} and the line; nothing is asked, completed or told while it
 * is held. A thread that has asked goes on with whatever is due next, so a place that is
 * free is never left empty while a poll may have it.
 * <p>
 * Time is up when the monotonic clock or the wall clock says so: the one stands still
 * while a machine sleeps, the other may be set.
 */
public final class PollScheduler implements AutoCloseable {

	private static final long IDLE = TimeUnit.MINUTES.toNanos(1);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final TreeSet<Poll> timed = new TreeSet<>(
			Comparator.<Poll>comparingLong((poll) -> poll.wakeAt).thenComparingInt((poll) -> poll.number));

	private final Set<Poll> asking = new HashSet<>();

	// Those whose time is up, until the executor has ended them.
	private final Queue<Poll> expired = new ConcurrentLinkedQueue<>();

	private final PollTurns turns;

	private final int places;

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
		this(executor, places, clock, System::nanoTime, PollScheduler::timekeeper);
	}

	PollScheduler(Executor executor, int places, InstantSource clock, LongSupplier nanoTime, ThreadFactory threads) {
		if (places < 1) {
			throw GrantException.misconfigured("There must be a place for one poll at least, not " + places);
		}
		this.executor = executor;
		this.turns = new PollTurns(places);
		this.places = places;
		this.clock = clock;
		this.nanoTime = nanoTime;
		this.origin = nanoTime.getAsLong();
		this.threads = threads;
	}

	private static Thread timekeeper(Runnable work) {
		Thread thread = new Thread(null, work, "oidc-grants-polls", 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(null);
		return thread;
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
			sleep(poll, pending.interval().toNanos());
			return poll;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void sleep(Poll poll, long nanos) {
		poll.phase = Poll.Phase.WAITING;
		poll.wakeAt = Math.min(now() + nanos, poll.deadline);
		this.timed.add(poll);
		if (this.timekeeper == null) {
			Thread started = this.threads.newThread(this::keepTime);
			started.start();
			// Only now: if it could not be started, the next poll tries again.
			this.timekeeper = started;
		}
		else if (this.timed.first() == poll) {
			this.changed.signal();
		}
	}

	/**
	 * Asks about a poll at once, for its decision is there.
	 */
	void ping(Poll poll) {
		List<Poll> ready;
		this.lock.lock();
		try {
			if (poll.phase == Poll.Phase.WAITING) {
				this.timed.remove(poll);
				due(poll);
			}
			// What is being asked may be answered from before the decision.
			poll.pinged = poll.phase == Poll.Phase.ASKING;
			ready = ready();
		}
		finally {
			this.lock.unlock();
		}
		submit(ready);
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

	Instant instantAfter(Duration wait) {
		return this.clock.instant().plus(wait);
	}

	private long now() {
		return this.nanoTime.getAsLong() - this.origin;
	}

	private void keepTime() {
		try {
			do {
				run();
			}
			while (awaitWork());
		}
		finally {
			leave();
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
			long idleUntil = now() + IDLE;
			while (!this.closed && nextAt(idleUntil) > now()) {
				long unused = this.changed.awaitNanos(nextAt(idleUntil) - now());
			}
			boolean ends = this.closed || this.timed.isEmpty();
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

	private long nextAt(long otherwise) {
		return this.timed.isEmpty() ? otherwise : this.timed.first().wakeAt;
	}

	/**
	 * Does all that it is time for.
	 */
	void run() {
		int ends = 0;
		List<Poll> ready;
		this.lock.lock();
		try {
			long now = now();
			while (!this.timed.isEmpty() && this.timed.first().wakeAt <= now) {
				Poll poll = this.timed.pollFirst();
				if (poll.wakeAt < poll.deadline) {
					due(poll);
				}
				else {
					this.turns.remove(poll);
					poll.phase = Poll.Phase.ENDED;
					this.expired.add(poll);
					ends++;
				}
			}
			ready = ready();
		}
		finally {
			this.lock.unlock();
		}
		// More than one, for what depends on a poll may block.
		for (int i = 0; i < Math.min(ends, this.places); i++) {
			if (!execute(this::expire)) {
				expire();
			}
		}
		submit(ready);
	}

	private void expire() {
		for (Poll poll = this.expired.poll(); poll != null; poll = this.expired.poll()) {
			poll.expire();
		}
	}

	private void due(Poll poll) {
		poll.phase = Poll.Phase.DUE;
		poll.wakeAt = poll.deadline;
		this.timed.add(poll);
		this.turns.add(poll);
	}

	// All that may be asked now, each with a place.
	private List<Poll> ready() {
		List<Poll> ready = new ArrayList<>();
		for (Poll poll = this.turns.take(); poll != null; poll = this.turns.take()) {
			this.timed.remove(poll);
			poll.phase = Poll.Phase.ASKING;
			this.asking.add(poll);
			ready.add(poll);
		}
		return ready;
	}

	private void submit(List<Poll> ready) {
		Deque<Poll> left = new ArrayDeque<>(ready);
		while (!left.isEmpty()) {
			Poll poll = left.remove();
			if (!execute(() -> work(poll))) {
				// As good as a server that is busy.
				left.addAll(release(poll, poll.postponed()));
			}
		}
	}

	// No thread may be to be had, just now or at all; each executor says so in its way.
	private boolean execute(Runnable task) {
		try {
			this.executor.execute(task);
			return true;
		}
		catch (RuntimeException | Error ex) {
			return false;
		}
	}

	private void work(Poll first) {
		Poll poll = first;
		while (poll != null) {
			PollingMachine.Step step = null;
			List<Poll> ready = List.of();
			try {
				step = ask(poll);
			}
			finally {
				ready = release(poll, step);
			}
			poll = ready.isEmpty() ? null : ready.get(0);
			submit(ready.subList(Math.min(1, ready.size()), ready.size()));
		}
	}

	private PollingMachine.@Nullable Step ask(Poll poll) {
		if (poll.isDone()) {
			return null;
		}
		if (now() >= poll.deadline || !this.clock.instant().isBefore(poll.expiresAt())) {
			poll.expire();
			return null;
		}
		return poll.ask();
	}

	private List<Poll> release(Poll poll, PollingMachine.@Nullable Step step) {
		this.lock.lock();
		try {
			if (this.asking.remove(poll)) {
				this.turns.release(poll);
			}
			if (poll.phase == Poll.Phase.ASKING && step != null) {
				goOn(poll, step);
			}
			return ready();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void goOn(Poll poll, PollingMachine.Step step) {
		if (!poll.pinged) {
			sleep(poll, step.pause().toNanos());
		}
		else if (step.demanded().isZero()) {
			due(poll);
		}
		else {
			// The ping came before the answer: what that demands is the newer word.
			sleep(poll, step.demanded().toNanos());
		}
		poll.pinged = false;
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
			all.addAll(this.expired);
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		all.forEach((poll) -> poll.cancel(false));
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
