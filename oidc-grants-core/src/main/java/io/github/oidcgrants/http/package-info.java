/**
 * Sends one request within a deadline and reads one bounded JSON answer, over any
 * {@link org.springframework.http.client.ClientHttpRequestFactory}.
 */
@NullMarked
package io.github.oidcgrants.http;

import org.jspecify.annotations.NullMarked;
