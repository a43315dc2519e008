package io.github.oidcgrants.grant;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.Redactor;
import io.github.oidcgrants.token.Members;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * The answer of a device authorization endpoint (RFC 8628 section 3.2): where the user
 * has to go, and the code to enter there. Immutable. {@link #toString()} shows neither
 * code, for whoever knows one can take part.
 */
public final class DeviceAuthorizationResponse extends PendingResponse {

	// What Google calls it, and early drafts did.
	private static final String VERIFICATION_URL = "verification_url";

	private final String deviceCode;

	private final String userCode;

	private final URI verificationUri;

	private final @Nullable URI verificationUriComplete;

	private DeviceAuthorizationResponse(Map<String, @Nullable Object> body, Members read, boolean allowHttp,
			InstantSource clock, Function<String, GrantException> malformed) {
		super(body, read, clock);
		this.deviceCode = read.required(OAuth2ParameterNames.DEVICE_CODE);
		this.userCode = read.required(OAuth2ParameterNames.USER_CODE);
		String name = addressName(read);
		this.verificationUri = address(name, read.required(name), allowHttp, malformed);
		String complete = read.optional(OAuth2ParameterNames.VERIFICATION_URI_COMPLETE);
		this.verificationUriComplete = (complete != null)
				? address(OAuth2ParameterNames.VERIFICATION_URI_COMPLETE, complete, allowHttp, malformed) : null;
	}

	static DeviceAuthorizationResponse of(Map<String, @Nullable Object> body, boolean allowHttp, InstantSource clock,
			Function<String, GrantException> malformed) {
		return new DeviceAuthorizationResponse(body, new Members(body, malformed), allowHttp, clock, malformed);
	}

	private static String addressName(Members read) {
		boolean alias = read.optional(OAuth2ParameterNames.VERIFICATION_URI) == null
				&& read.optional(VERIFICATION_URL) != null;
		return alias ? VERIFICATION_URL : OAuth2ParameterNames.VERIFICATION_URI;
	}

	// A user is sent there, so it is nothing but a web page: no script, and no user name
	// that passes for a host.
	private static URI address(String name, String text, boolean allowHttp,
			Function<String, GrantException> malformed) {
		try {
			URI uri = new URI(text);
			boolean web = "https".equalsIgnoreCase(uri.getScheme())
					|| (allowHttp && "http".equalsIgnoreCase(uri.getScheme()));
			if (web && uri.getHost() != null && uri.getRawUserInfo() == null) {
				return uri;
			}
		}
		catch (URISyntaxException ex) {
			// Falls through: it is as unusable as a relative one.
		}
		throw malformed.apply(name + " is not an absolute https address");
	}

	/**
	 * {@return the code that the token is asked for with: a secret}
	 */
	public String deviceCode() {
		return this.deviceCode;
	}

	/**
	 * {@return the code that the user enters: to be shown to nobody else}
	 */
	public String userCode() {
		return this.userCode;
	}

	/**
	 * {@return where the user enters the code: an {@code https} address, unless the
	 * client allows insecure requests}
	 */
	public URI verificationUri() {
		return this.verificationUri;
	}

	/**
	 * {@return the same with the code in it, for a QR code for one; {@code null} if the
	 * server sent none}
	 */
	public @Nullable URI verificationUriComplete() {
		return this.verificationUriComplete;
	}

	@Override
	public String toString() {
		return "DeviceAuthorizationResponse[verificationUri=" + Redactor.describe(this.verificationUri)
				+ ", deviceCode=" + Redactor.MASK + ", userCode=" + Redactor.MASK + ", expiresAt=" + expiresAt()
				+ ", interval=" + interval() + "]";
	}

}
