package io.github.oidcgrants.boot.ciba;

import java.util.function.BiConsumer;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/**
 * The headers that some answers must have (RFC 9110 sections 11.6.1 and 15.5.6).
 */
final class AnswerHeaders {

	private AnswerHeaders() {
	}

	static void set(HttpStatus status, BiConsumer<String, String> header) {
		if (status == HttpStatus.METHOD_NOT_ALLOWED) {
			header.accept(HttpHeaders.ALLOW, HttpMethod.POST.name());
		}
		if (status == HttpStatus.UNAUTHORIZED) {
			header.accept(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
		}
	}

}
