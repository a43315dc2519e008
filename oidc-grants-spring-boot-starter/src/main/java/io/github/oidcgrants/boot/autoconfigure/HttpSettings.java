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
 * @param bundle the SSL bundle, or {@code null} for the JDK's trust
 */
record HttpSettings(Duration connectTimeout, Duration timeout, boolean allowInsecureRequests, @Nullable Bundle bundle) {

	static HttpSettings of(OidcGrantsProperties.Http http) {
		HttpSettings settings = new HttpSettings(http.connectTimeout(), http.timeout(), http.allowInsecureRequests(),
				null);
		return settings.with(Property.ROOT.child("http"), http.connectTimeout(), http.timeout(), null, http.ssl());
	}

	HttpSettings with(Property at, OidcGrantsProperties.Provider provider) {
		return with(at, provider.connectTimeout(), provider.timeout(), provider.allowInsecureRequests(),
				provider.ssl());
	}

	HttpSettings with(Property at, OidcGrantsProperties.Registration registration) {
		return with(at, registration.connectTimeout(), registration.timeout(), registration.allowInsecureRequests(),
				registration.ssl());
	}

	private HttpSettings with(Property at, @Nullable Duration connectTimeout, @Nullable Duration timeout,
			@Nullable Boolean allowInsecureRequests, OidcGrantsProperties.@Nullable Ssl ssl) {
		Bundle own = Bundle.of(at.child("ssl").child("bundle"), ssl);
		return new HttpSettings(
				Objects.requireNonNullElse(at.child("connect-timeout").positive(connectTimeout), this.connectTimeout),
				Objects.requireNonNullElse(at.child("timeout").positive(timeout), this.timeout),
				Objects.requireNonNullElse(allowInsecureRequests, this.allowInsecureRequests),
				(own != null) ? own : this.bundle);
	}

	/**
	 * {@return what connections can be shared by}
	 */
	Link link() {
		return new Link(this.connectTimeout, (this.bundle != null) ? this.bundle.name() : null);
	}

	/**
	 * A way to connect.
	 *
	 * @param connectTimeout how long making a connection may take
	 * @param bundle the name of the SSL bundle, or {@code null}
	 */
	record Link(Duration connectTimeout, @Nullable String bundle) {
	}

	/**
	 * An SSL bundle, and the property that names it.
	 *
	 * @param at the property
	 * @param name the bundle's name
	 */
	record Bundle(Property at, String name) {

		private static @Nullable Bundle of(Property at, OidcGrantsProperties.@Nullable Ssl ssl) {
			String name = at.notBlank((ssl != null) ? ssl.bundle() : null);
			return (name != null) ? new Bundle(at, name) : null;
		}

	}

}
