package io.github.oidcgrants.grant;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.oidcgrants.token.Members;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The answer to a request on which a user has still to decide: for how long that may
 * take, and how often to ask. Immutable.
 */
abstract class PendingResponse {

	private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);

	// A server that says 0 would be asked without a pause.
	private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);

	private final Map<String, @Nullable Object> members;

	private final Instant expiresAt;

	private final Duration interval;

	private final InstantSource clock;

	PendingResponse(Map<String, @Nullable Object> body, Members read, InstantSource clock) {
		this.members = Collections.unmodifiableMap(new LinkedHashMap<>(body));
		this.expiresAt = clock.instant()
			.plus(read.present(OAuth2ParameterNames.EXPIRES_IN, read.seconds(OAuth2ParameterNames.EXPIRES_IN)));
		Duration interval = Objects.requireNonNullElse(read.pause("interval"), DEFAULT_INTERVAL);
		this.interval = (interval.compareTo(SHORTEST_INTERVAL) < 0) ? SHORTEST_INTERVAL : interval;
		this.clock = clock;
	}

	/**
	 * {@return when the time for the decision is up, counted from the receipt of this
	 * answer}
	 */
	public final Instant expiresAt() {
		return this.expiresAt;
	}

	/**
	 * {@return how much time is left for the decision from now on, never negative}
	 */
	public final Duration expiresIn() {
		Duration left = Duration.between(this.clock.instant(), this.expiresAt);
		return left.isNegative() ? Duration.ZERO : left;
	}

	/**
	 * {@return how long to wait between two questions whether there is a decision: what
	 * the server said, 5 seconds if it said nothing, and at least one}
	 */
	public final Duration interval() {
		return this.interval;
	}

	/**
	 * {@return any member of the answer, as JSON's types are in Java; {@code null} if it
	 * is absent}
	 * @param name the member's name
	 */
	public final @Nullable Object get(String name) {
		return this.members.get(name);
	}

	/**
	 * {@return all members of the answer by name, as they were sent: the secret ones too}
	 */
	public final Map<String, @Nullable Object> members() {
		return this.members;
	}

}
