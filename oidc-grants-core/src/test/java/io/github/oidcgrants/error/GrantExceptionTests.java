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
