package io.github.oidcgrants.error;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Locale;

import io.github.oidcgrants.error.GrantException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;

import static org.assertj.core.api.Assertions.assertThat;

class GrantExceptionTests {

	@ParameterizedTest
	@EnumSource(Kind.class)
	void hasAnErrorForHandlersOfSpringSecurityWhateverItsKind(Kind kind) {
		OAuth2AuthorizationException failure = GrantException.of(kind, "Why");
		assertThat(failure.getError().getErrorCode()).isEqualTo(kind.name().toLowerCase(Locale.ROOT));
		assertThat(failure).hasMessage("Why").hasNoCause();
	}

	@Test
	void saysTheSameToAnotherCallerAsAnExceptionOfItsOwn() {
		GrantException failure = GrantException.oauthError(new OAuth2Error("slow_down"), "Why", 429,
				Duration.ofSeconds(7));
		GrantException other = failure.forAnotherCaller();
		assertThat(other).isNotSameAs(failure).hasMessage("Why").hasCause(failure);
		assertThat(other.kind()).isEqualTo(Kind.OAUTH_ERROR);
		assertThat(other.getError()).isSameAs(failure.getError());
		assertThat(other.statusCode()).isEqualTo(429);
		assertThat(other.retryAfter()).isEqualTo(Duration.ofSeconds(7));
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void isPassingIfTheServerWasNotReachedInTime(Kind kind) {
		assertThat(GrantException.of(kind, "Why").isPassing())
			.isEqualTo(kind == Kind.TRANSPORT || kind == Kind.TIMEOUT || kind == Kind.COOLING_DOWN);
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 500, 502, 503, 599 })
	void isPassingIfTheServerIsBusyOrDown(int status) {
		assertThat(GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", status, null).isPassing()).isTrue();
		assertThat(GrantException.answer(Kind.MALFORMED_RESPONSE, "Why", status, null).isPassing()).isFalse();
		assertThat(GrantException.oauthError(new OAuth2Error("x"), "Why", status, null).isPassing()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 302, 400, 401, 404, 428, 430, 499 })
	void isNotPassingIfTheServerAnswersWithAnotherStatus(int status) {
		assertThat(GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", status, null).isPassing()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void isPassingIfItKeptASupplierFromGivingAnything(Kind kind) {
		GrantException failure = GrantException.of(kind, "Why");
		GrantException suppliers = failure.ofSupplier();
		assertThat(suppliers.isPassing()).isTrue();
		assertThat(suppliers.forAnotherCaller().isPassing()).isTrue();
		assertThat(suppliers.kind()).isEqualTo(kind);
		assertThat(suppliers).hasMessage("Why");
		assertThat(suppliers.ofSupplier()).isSameAs(suppliers);
		assertThat(GrantException.notSupplied("Why").isPassing()).isTrue();
		assertThat(GrantException.notSupplied("Why").kind()).isEqualTo(Kind.MISCONFIGURED);
	}

	@Test
	void survivesSerialization() throws IOException, ClassNotFoundException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(GrantException.answer(Kind.UNEXPECTED_STATUS, "Why", 503, Duration.ofSeconds(7)));
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			GrantException copy = (GrantException) in.readObject();
			assertThat(copy.kind()).isEqualTo(Kind.UNEXPECTED_STATUS);
			assertThat(copy.retryAfter()).isEqualTo(Duration.ofSeconds(7));
		}
	}

}
