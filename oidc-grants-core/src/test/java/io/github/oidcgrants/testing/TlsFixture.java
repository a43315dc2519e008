package io.github.oidcgrants.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Makes TLS contexts of the key stores among the tests' fixed material.
 */
public final class TlsFixture {

	private static final char[] PASSWORD = "changeit".toCharArray();

	private TlsFixture() {
	}

	/**
	 * Makes a context.
	 * @param own whose key and certificate to present, or {@code null}
	 * @param trusted whose certificate alone to trust
	 * @return the context
	 */
	public static SSLContext context(String own, String trusted) {
		try {
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init((own != null) ? load(own) : null, PASSWORD);
			KeyStore anchors = KeyStore.getInstance("PKCS12");
			anchors.load(null, null);
			anchors.setCertificateEntry("trusted", load(trusted).getCertificate(trusted));
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(anchors);
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static KeyStore load(String name) throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(new ByteArrayInputStream(TestFiles.bytes("tls/" + name + ".p12")), PASSWORD);
		return store;
	}

}
