package io.github.oidcgrants.boot;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;

/**
 * Keys and certificates that are made when they are needed, and files of them.
 */
public final class TestKeys {

	/**
	 * What opens the key stores.
	 */
	public static final String PASSWORD = "changeit";

	private static final Path DIRECTORY = directory();

	private static final KeyStore CERTIFICATES = certificates();

	private TestKeys() {
	}

	private static Path directory() {
		try {
			Path directory = Files.createTempDirectory("test-keys");
			directory.toFile().deleteOnExit();
			return directory;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Only the JDK's keytool makes certificates.
	private static KeyStore certificates() {
		try {
			Path all = DIRECTORY.resolve("all.p12");
			keytool(all, "ca", "-ext", "bc:c=ca:true");
			keytool(all, "server", "-signer", "ca", "-ext", "san=ip:127.0.0.1");
			keytool(all, "client", "-signer", "ca");
			keytool(all, "next-client", "-signer", "ca");
			keytool(all, "self-signed");
			KeyStore keyStore = KeyStore.getInstance(all.toFile(), PASSWORD.toCharArray());
			Files.delete(all);
			return keyStore;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void keytool(Path keyStore, String alias, String... more) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
						"-J-XX:TieredStopAtLevel=1", "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1",
						"-alias", alias, "-dname", "CN=" + alias.replace("next-", ""), "-validity", "2", "-keystore",
						keyStore.toString(), "-storepass", PASSWORD));
		command.addAll(List.of(more));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		try {
			if (process.waitFor() != 0) {
				throw new IllegalStateException(output);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	public static X509Certificate certificate(String alias) {
		try {
			return (X509Certificate) CERTIFICATES.getCertificate(alias);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * {@return the public key of a certificate, with the certificate}
	 * @param alias the certificate
	 */
	public static ECKey jwk(String alias) {
		try {
			X509Certificate certificate = certificate(alias);
			return new ECKey.Builder(Curve.P_256, (ECPublicKey) certificate.getPublicKey())
				.x509CertChain(List.of(com.nimbusds.jose.util.Base64.encode(certificate.getEncoded())))
				.x509CertSHA256Thumbprint(
						Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())))
				.build();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * {@return the properties of an SSL bundle that presents a certificate and trusts
	 * those that the CA issued, and the self-signed one}
	 * @param name the bundle's name
	 * @param alias the certificate
	 */
	public static String[] bundle(String name, String alias) {
		String prefix = "spring.ssl.bundle.jks." + name + ".";
		return Stream
			.concat(Stream.of(prefix + "keystore.location=" + keyStore(alias),
					prefix + "keystore.password=" + PASSWORD), Stream.of(trustBundle(name)))
			.toArray(String[]::new);
	}

	/**
	 * {@return the properties of an SSL bundle that presents nothing}
	 * @param name the bundle's name
	 */
	public static String[] trustBundle(String name) {
		String prefix = "spring.ssl.bundle.jks." + name + ".";
		return new String[] { prefix + "truststore.location=" + trustStore(),
				prefix + "truststore.password=" + PASSWORD };
	}

	/**
	 * {@return the location of a key store with one key and its certificate}
	 * @param alias the certificate
	 */
	public static String keyStore(String alias) {
		return store(alias + ".p12",
				(store) -> store.setKeyEntry(alias, CERTIFICATES.getKey(alias, PASSWORD.toCharArray()),
						PASSWORD.toCharArray(), CERTIFICATES.getCertificateChain(alias)));
	}

	/**
	 * {@return the location of a key store with the certificates that are trusted}
	 */
	public static String trustStore() {
		return store("trust.p12", (store) -> {
			store.setCertificateEntry("ca", CERTIFICATES.getCertificate("ca"));
			store.setCertificateEntry("self-signed", CERTIFICATES.getCertificate("self-signed"));
		});
	}

	private static String store(String name, Filler filler) {
		Path file = temporary(name);
		try (OutputStream out = Files.newOutputStream(file)) {
			KeyStore store = KeyStore.getInstance("PKCS12");
			store.load(null, null);
			filler.fill(store);
			store.store(out, PASSWORD.toCharArray());
			return "file:" + file;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static KeyPair rsa(int bits) {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(bits);
			return generator.generateKeyPair();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static KeyPair ec() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"));
			return generator.generateKeyPair();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static String pem(KeyPair pair) {
		return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
	}

	public static String pem(X509Certificate certificate) {
		try {
			return pem("CERTIFICATE", certificate.getEncoded());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static String pem(String label, byte[] der) {
		return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
				+ "-----\n";
	}

	/**
	 * Writes a file.
	 * @param name its name; a file of that name is replaced
	 * @param content what is to be in it
	 * @return its location
	 */
	public static String file(String name, String content) {
		try {
			return "file:" + Files.writeString(temporary(name), content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path temporary(String name) {
		Path file = DIRECTORY.resolve(name);
		file.toFile().deleteOnExit();
		return file;
	}

	/**
	 * Deletes a file.
	 * @param location its location
	 */
	public static void delete(String location) {
		try {
			Files.delete(Path.of(location.substring("file:".length())));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@FunctionalInterface
	private interface Filler {

		void fill(KeyStore store) throws GeneralSecurityException;

	}

}
