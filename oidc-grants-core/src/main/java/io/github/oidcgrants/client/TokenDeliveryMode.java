package io.github.oidcgrants.client;

/**
 * How a client learns that the user has decided ({@code backchannel_token_delivery_mode},
 * OpenID Connect CIBA Core 1.0 section 5). There is no push mode: FAPI-CIBA forbids it.
 */
public enum TokenDeliveryMode {

	/**
	 * The client asks again and again.
	 */
	POLL,

	/**
	 * The client asks again and again, and at once when the server tells it to.
	 */
	PING

}
