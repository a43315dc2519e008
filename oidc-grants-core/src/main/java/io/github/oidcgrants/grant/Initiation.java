package io.github.oidcgrants.grant;

import java.time.InstantSource;
import java.util.function.BiConsumer;

import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.metadata.ServerMetadata;

import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The path to the endpoints that begin the wait for a user's decision (RFC 8628 section
 * 3.1, OpenID Connect CIBA Core 1.0 section 7).
 */
public final class Initiation {

	private final ClientHttpRequestFactory transport;

	private final InstantSource clock;

	/**
	 * Creates the path.
	 * @param transport the transport for clients that have none of their own
	 * @param clock tells when requests are sent
	 */
	public Initiation(ClientHttpRequestFactory transport, InstantSource clock) {
		this.transport = transport;
		this.clock = clock;
	}

	/**
	 * Sends the request. No proof goes with it, for no token comes back; but a server
	 * that cannot bind the token as it must be bound is found out here, before a user is
	 * bothered, and a nonce that comes with the answer is for the proofs of the polls.
	 * @param configuration the client
	 * @param endpoint the endpoint's name in the metadata
	 * @param options how to ask
	 * @param form fills in the form
	 * @return the answer, whatever it is
	 */
	HttpAnswer send(Configuration configuration, String endpoint, GrantOptions options,
			BiConsumer<ServerMetadata, HttpCall> form) {
		JsonHttp http = configuration.http(this.transport, options.timeout());
		if (options.dpopMode() == DPoPMode.REQUIRED) {
			TokenProofs unused = TokenProofs.of(configuration, options,
					configuration.server().metadata(ServerMetadata.TOKEN_ENDPOINT, http));
		}
		ServerMetadata server = configuration.server().metadata(endpoint, http);
		HttpAnswer answer = new ClientExchange(configuration, server, http, this.clock)
			.send(endpoint, (call) -> form.accept(server, call), TokenProofs.none())
			.answer();
		TokenProofs.remember(options, answer);
		return answer;
	}

}
