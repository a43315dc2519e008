package io.github.oidcgrants.boot.autoconfigure;

import java.util.function.Function;
import java.util.function.Supplier;

import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.jose.PrivateKeys;
import io.github.oidcgrants.jose.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * A private key in a file or in an SSL bundle. What it stands in is looked at each time
 * the key is asked for; the key is made again only if that has changed.
 *
 * @param <S> what it stands in
 */
final class KeySource<S> {

	private final Property at;

	private final @Nullable String keyId;

	private final Supplier<S> source;

	private final Function<S, JWK> reader;

	private volatile @Nullable Parsed<S> parsed;

	private KeySource(Property at, @Nullable String keyId, Supplier<S> source, Function<S, JWK> reader) {
		this.at = at;
		this.keyId = keyId;
		this.source = source;
		this.reader = reader;
	}

	static KeySource<?> of(Property at, OidcGrantsProperties.Key key, Bundles bundles) {
		String keyId = at.child("key-id").notBlank(key.keyId());
		String bundle = at.child("ssl-bundle").notBlank(key.sslBundle());
		if ((key.location() == null) == (bundle == null)) {
			throw at.child("location")
				.invalid((bundle != null) ? "both it and ssl-bundle are set" : "neither it nor ssl-bundle is set",
						"Set one of the two: a file with the private key, or an SSL bundle");
		}
		if (key.location() != null) {
			Property location = at.child("location");
			return new KeySource<>(location, keyId, SecretFile.of(location, key.location()), PrivateKeys::parse);
		}
		Property named = at.child("ssl-bundle");
		String name = String.valueOf(bundle);
		return new KeySource<>(named, keyId, () -> bundles.get(named, name),
				(loaded) -> bundles.use(named, name, BundleKeys::read));
	}

	/**
	 * Takes the key at the start.
	 */
	JWK jwk() {
		return this.at.check(() -> read(this.source.get()), "Give a private key that this application can use");
	}

	/**
	 * Takes the key at the start, to sign with it.
	 */
	SigningKey signingKey() {
		return this.at.check(() -> SigningKey.of(jwk()), "Give a private key that this application can sign with");
	}

	/**
	 * Takes the key as it is now.
	 */
	SigningKey current() {
		S now = this.source.get();
		Parsed<S> last = this.parsed;
		if (last == null || !last.source.equals(now)) {
			last = new Parsed<>(now, parse(now));
			this.parsed = last;
		}
		return last.key;
	}

	private SigningKey parse(S now) {
		try {
			return SigningKey.of(read(now));
		}
		catch (GrantException ex) {
			throw GrantException.misconfigured(ex.getMessage() + " (" + this.at.name() + ")");
		}
	}

	private JWK read(S now) {
		JWK jwk = this.reader.apply(now);
		return (this.keyId != null) ? PrivateKeys.withKeyId(jwk, this.keyId) : jwk;
	}

	@Override
	public String toString() {
		return "KeySource[" + this.at.name() + "]";
	}

	private static final class Parsed<S> {

		private final S source;

		private final SigningKey key;

		Parsed(S source, SigningKey key) {
			this.source = source;
			this.key = key;
		}

	}

}
