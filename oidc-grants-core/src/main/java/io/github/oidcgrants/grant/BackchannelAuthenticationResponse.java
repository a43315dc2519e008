package io.github.oidcgrants.grant;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.token.Members;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a backchannel authentication endpoint (OpenID Connect CIBA Core 1.0
 * section 7.3): the user is being asked. Immutable. {@link #toString()} does not show the
 * identifier, which the token is asked for with.
 */
public final class BackchannelAuthenticationResponse extends PendingResponse {

	private final String authReqId;

	private final @Nullable CibaNotification notification;

	private BackchannelAuthenticationResponse(Map<String, @Nullable Object> body, Members read,
			@Nullable CibaNotification notification, InstantSource clock) {
		super(body, read, clock);
		this.authReqId = read.required(PolledGrant.CIBA.parameter());
		this.notification = notification;
	}

	static BackchannelAuthenticationResponse of(Map<String, @Nullable Object> body,
			@Nullable CibaNotification notification, InstantSource clock, Function<String, GrantException> malformed) {
		return new BackchannelAuthenticationResponse(body, new Members(body, malformed), notification, clock);
	}

	/**
	 * {@return the identifier of this authentication request: a secret}
	 */
	public String authReqId() {
		return this.authReqId;
	}

	@Nullable CibaNotification notification() {
		return this.notification;
	}

	@Override
	public String toString() {
		return "BackchannelAuthenticationResponse[authReqId=" + Redactor.MASK + ", expiresAt=" + expiresAt()
				+ ", interval=" + interval() + "]";
	}

}
