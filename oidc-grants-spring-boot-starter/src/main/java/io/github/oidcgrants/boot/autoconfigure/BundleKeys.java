package io.github.oidcgrants.boot.autoconfigure;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.jose.SigningKey;

import org.springframework.boot.ssl.SslBundle;

/**
 * Finds the private key in an SSL bundle.
 */
final class BundleKeys {

	private BundleKeys() {
	}

	static JWK read(SslBundle bundle) {
		String alias = alias(bundle);
		String keyPassword = bundle.getKey().getPassword();
		String password = (keyPassword != null) ? keyPassword : bundle.getStores().getKeyStorePassword();
		return SigningKey.of(keyStore(bundle), alias, (password != null) ? password.toCharArray() : null).privateJwk();
	}

	/**
	 * {@return the name of the key that the bundle presents}
	 */
	static String alias(SslBundle bundle) {
		String configured = bundle.getKey().getAlias();
		List<String> aliases = aliases(keyStore(bundle));
		if (configured != null && aliases.contains(configured)) {
			return configured;
		}
		if (configured == null && aliases.size() == 1) {
			return aliases.get(0);
		}
		throw GrantException.misconfigured(aliases.isEmpty() ? "The SSL bundle has no private key with a certificate"
				: "The SSL bundle has the keys " + aliases + ", and "
						+ ((configured != null) ? "its key.alias is '" + configured + "'" : "no key.alias"));
	}

	/**
	 * {@return the SHA-256 thumbprint of the certificate that the bundle presents (RFC
	 * 8705 section 3.1); empty if it presents none}
	 */
	static String thumbprint(SslBundle bundle) {
		if (bundle.getStores().getKeyStore() == null || aliases(keyStore(bundle)).isEmpty()) {
			return "";
		}
		try {
			Certificate certificate = keyStore(bundle).getCertificate(alias(bundle));
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
		}
		catch (GeneralSecurityException | GrantException ex) {
			// One of several keys, chosen anew for each connection.
			return "";
		}
	}

	private static KeyStore keyStore(SslBundle bundle) {
		KeyStore keyStore = bundle.getStores().getKeyStore();
		if (keyStore == null) {
			throw GrantException.misconfigured("The SSL bundle has no private key with a certificate");
		}
		return keyStore;
	}

	private static List<String> aliases(KeyStore keyStore) {
		List<String> aliases = new ArrayList<>();
		try {
			for (String alias : Collections.list(keyStore.aliases())) {
				if (keyStore.isKeyEntry(alias)) {
					aliases.add(alias);
				}
			}
		}
		catch (KeyStoreException ex) {
			throw new IllegalStateException("A key store that is loaded can list itself", ex);
		}
		return aliases;
	}

}
