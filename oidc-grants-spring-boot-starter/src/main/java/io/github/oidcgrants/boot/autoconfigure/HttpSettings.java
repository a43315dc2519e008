package io.github.oidcgrants.boot.autoconfigure;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * How a server is called, after precedence: registration, provider, {@code http}.
 *
 * @param connectTimeout how long making a connection may take
 * @param timeout how long an exchange may take
 * @param allowInsecureRequests whether {@code http} is allowed
 */
record HttpSettings(Duration connectTimeout, Duration timeout, boolean allowInsecureRequests) {

	static HttpSettings of(OidcGrantsProperties.Http http) {
		HttpSettings settings = new HttpSettings(http.connectTimeout(), http.timeout(), http.allowInsecureRequests());
		return settings.with(Property.ROOT.child("http"), http.connectTimeout(), http.timeout(), null);
	}

	HttpSettings with(Property at, OidcGrantsProperties.Provider provider) {
		return with(at, provider.connectTimeout(), provider.timeout(), provider.allowInsecureRequests());
	}

	HttpSettings with(Property at, OidcGrantsProperties.Registration registration) {
		return with(at, registration.connectTimeout(), registration.timeout(), registration.allowInsecureRequests());
	}

	private HttpSettings with(Property at, @Nullable Duration connectTimeout, @Nullable Duration timeout,
			@Nullable Boolean allowInsecureRequests) {
		return new HttpSettings(
				Objects.requireNonNullElse(at.child("connect-timeout").positive(connectTimeout), this.connectTimeout),
				Objects.requireNonNullElse(at.child("timeout").positive(timeout), this.timeout),
				Objects.requireNonNullElse(allowInsecureRequests, this.allowInsecureRequests));
	}

}
