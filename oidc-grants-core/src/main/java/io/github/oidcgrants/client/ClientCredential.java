package io.github.oidcgrants.client;

import java.time.Instant;

import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.metadata.ServerMetadata;

/**
 * What a client proved who it is with at one moment. Two are equal if they were made of
 * the same secret, key or assertion.
 */
public interface ClientCredential {

	/**
	 * Makes a request that of the client. Each call makes a proof of its own.
	 * @param call the request
	 * @param server the metadata of the server that it goes to
	 * @param now the time
	 * @throws GrantException {@link GrantException.Kind#MISCONFIGURED} if the proof
	 * cannot be made
	 */
	void apply(HttpCall call, ServerMetadata server, Instant now);

}
