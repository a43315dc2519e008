package io.github.oidcgrants.boot.actuate;

import java.util.Map;
import java.util.TreeMap;

import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.cache.TokenCache;
import io.github.oidcgrants.managed.ManagedTokensStatus;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Tells which tokens are kept, and forgets those of a registration. No answer holds a
 * token or a secret.
 */
@Endpoint(id = "oidcgrants")
public final class OidcGrantsEndpoint {

	private final TokenCache cache;

	private final GrantTemplate template;

	/**
	 * Creates the endpoint.
	 * @param cache keeps the tokens
	 * @param template knows the registrations
	 */
	public OidcGrantsEndpoint(TokenCache cache, GrantTemplate template) {
		this.cache = cache;
		this.template = template;
	}

	/**
	 * {@return what is kept at the moment}
	 */
	@ReadOperation
	public TokenCacheDescriptor tokens() {
		Map<String, TokenCacheDescriptor.ManagedDescriptor> managed = new TreeMap<>();
		for (String registration : this.template.registrationIds()) {
			ManagedTokensStatus status = this.template.managed(registration).status();
			if (status.unsaved() + status.refreshed() + status.failures() > 0) {
				managed.put(registration, TokenCacheDescriptor.ManagedDescriptor.of(status));
			}
		}
		return TokenCacheDescriptor.of(this.cache.status(), managed);
	}

	/**
	 * Forgets the tokens of a registration, so that the next call asks the server, even
	 * if the last request failed a moment ago. Does nothing if there are none; managed
	 * tokens stay.
	 * @param registration the registration's id
	 * @return 204, or 404 if there is no such registration
	 */
	@DeleteOperation
	public WebEndpointResponse<Void> evict(@Selector String registration) {
		if (!this.template.registrationIds().contains(registration)) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		this.cache.evict(registration);
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

}
