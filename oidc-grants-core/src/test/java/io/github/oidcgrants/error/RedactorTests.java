package io.github.oidcgrants.error;

import java.io.IOException;
import java.net.URI;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RedactorTests {

	private final Redactor redactor = new Redactor();

	@Test
	void masksSecretsAsTheyAreAndAsTheyLookInAForm() {
		this.redactor.add("a+b c/ü");
		assertThat(this.redactor.clean("<a+b c/ü> <a%2Bb+c%2F%C3%BC>")).isEqualTo("<***> <***>");
	}

	@Test
	void masksTheFormWhateverTheCaseOfItsDigitsAndHowItWritesASpace() {
		this.redactor.add("a+b c");
		assertThat(this.redactor.clean("<a%2bb+c> <a%2Bb%20c> <a%2bb%20c>")).isEqualTo("<***> <***> <***>");
	}

	@Test
	void masksASecretThatBeginsWithAnotherAsAWhole() {
		this.redactor.add("abc");
		this.redactor.add("abcdef");
		assertThat(this.redactor.clean("abcdef abc")).isEqualTo("*** ***");
	}

	@Test
	void masksASecretOfSeveralLines() {
		this.redactor.add("first\nsecond");
		assertThat(this.redactor.clean("<first\nsecond> <first second>")).isEqualTo("<***> <***>");
	}

	@Test
	void masksASecretThatTheServerHidesBehindControlCharacters() {
		this.redactor.add("abc def");
		assertThat(this.redactor.clean("<abc\u0000def>")).isEqualTo("<***>");
	}

	@Test
	void masksBeforeItShortens() {
		this.redactor.add("secret-value");
		assertThat(this.redactor.clean("x".repeat(250) + "secret-value")).doesNotContain("secret").endsWith("***");
	}

	@Test
	void replacesWhatCannotBePrinted() {
		assertThat(this.redactor.clean("a\r\nb\u001B[31mc\u202Ed\u2028e\uD800f")).isEqualTo("a  b [31mc d e f");
	}

	@Test
	void shortens() {
		assertThat(this.redactor.clean("x".repeat(256))).hasSize(256);
		assertThat(this.redactor.clean("x".repeat(257))).isEqualTo("x".repeat(256) + "…");
	}

	@Test
	void learnsNothingFromNothing() {
		this.redactor.add(null);
		this.redactor.add("");
		this.redactor.add(" ");
		assertThat(this.redactor.clean("a b")).isEqualTo("a b");
		assertThat(this.redactor.clean(null)).isNull();
	}

	@Test
	void describesAFailureByTypeAndCleanMessage() {
		this.redactor.add("secret");
		assertThat(this.redactor.describe(new IOException("the secret\n"))).isEqualTo("IOException: the ***");
		assertThat(this.redactor.describe(new IOException())).isEqualTo("IOException");
	}

	@Test
	void onlyLetsThroughACauseWhoseWholeChainIsClean() {
		this.redactor.add("secret");
		IOException clean = new IOException("a", new IOException("b"));
		assertThat(this.redactor.asCause(clean)).isSameAs(clean);
		assertThat(this.redactor.asCause(new IOException("a", new IOException("secret")))).isNull();
		assertThat(this.redactor.asCause(new IOException("secret"))).isNull();
		IOException suppressing = new IOException("a");
		suppressing.addSuppressed(new IOException("secret"));
		assertThat(this.redactor.asCause(suppressing)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "https://idp.example/token?code=secret#secret, https://idp.example/token",
			"https://user:secret@idp.example:8443/a%20b, https://idp.example:8443/a%20b",
			"https://idp.example, https://idp.example", "/token?x=secret, /token", "mailto:secret@example, ***" })
	void describesAnAddressWithoutWhatMayBeSecret(String uri, String description) {
		assertThat(Redactor.describe(URI.create(uri))).isEqualTo(description);
	}

}
