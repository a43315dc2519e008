package io.github.oidcgrants.grant;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;

import io.github.oidcgrants.client.ClientCredential;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.http.HttpAnswer;
import io.github.oidcgrants.http.HttpCall;
import io.github.oidcgrants.http.JsonHttp;
import io.github.oidcgrants.metadata.ServerMetadata;
import org.jspecify.annotations.Nullable;

import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * A form that a client sends to an endpoint of its server, and the answer.
 * <p>
 * It is sent once more for each of two answers: one that refuses the client, if the
 * client's secret, key or assertion has changed meanwhile, and one that wants a DPoP
 * nonce. Each time every proof in it is made anew.
 *
 * @param configuration the client
 * @param server the metadata of its server
 * @param http sends requests
 * @param clock tells when they are sent
 */
record ClientExchange(Configuration configuration, ServerMetadata server, JsonHttp http, InstantSource clock) {

	/**
	 * Sends the form and gives the answer, whatever it is.
	 * @param endpoint the endpoint's name in the metadata
	 * @param form fills in the form, anew for each time that it is sent
	 * @param proofs the DPoP side
	 * @return the answer, and when its request was sent
	 */
	Answered send(String endpoint, Consumer<HttpCall> form, TokenProofs proofs) {
		ClientCredential credential = credential();
		boolean credentialRead = false;
		while (true) {
			Answered answered = send(endpoint, form, credential, proofs);
			if (proofs.answersChallenge(answered.answer())) {
				// An assertion that somebody else makes may be one that works once.
				credential = currentCredential(credential);
				continue;
			}
			if (credentialRead || !refusesClient(answered.answer())) {
				return answered;
			}
			credentialRead = true;
			ClientCredential current = currentCredential(credential);
			if (current.equals(credential)) {
				return answered;
			}
			credential = current;
		}
	}

	// If it cannot be read now, what the server said to the one before is what counts.
	private ClientCredential currentCredential(ClientCredential before) {
		try {
			return credential();
		}
		catch (GrantException ex) {
			return before;
		}
	}

	private ClientCredential credential() {
		return this.configuration.authentication().credential(this.configuration.clientId());
	}

	private Answered send(String endpoint, Consumer<HttpCall> form, ClientCredential credential, TokenProofs proofs) {
		HttpCall call = HttpCall.post(this.server.endpoint(endpoint, this.configuration.mutualTls()))
			.from(this.configuration::describe);
		form.accept(call);
		Instant sentAt = this.clock.instant();
		credential.apply(call, this.server, sentAt);
		proofs.apply(call);
		return new Answered(this.http.exchange(call), sentAt);
	}

	private static boolean refusesClient(HttpAnswer answer) {
		Map<String, @Nullable Object> body = answer.objectOrNull();
		return answer.status() == 401
				|| (body != null && OAuth2ErrorCodes.INVALID_CLIENT.equals(body.get(OAuth2ParameterNames.ERROR)));
	}

	/**
	 * An answer.
	 *
	 * @param answer the answer
	 * @param sentAt when its request was sent
	 */
	record Answered(HttpAnswer answer, Instant sentAt) {
	}

}
