package io.github.oidcgrants.jose;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.nimbusds.jose.jwk.JWK;
import io.github.oidcgrants.error.GrantException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a private key, and the certificate beside it if there is one, from PEM (RFC
 * 7468).
 */
final class PemReader {

	private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----",
			Pattern.DOTALL);

	private @Nullable PrivateKey privateKey;

	private @Nullable PublicKey publicKey;

	private @Nullable X509Certificate certificate;

	private PemReader() {
	}

	static PemReader read(String pem) {
		PemReader reader = new PemReader();
		Matcher block = BLOCK.matcher(pem);
		while (block.find()) {
			reader.accept(block.group(1), block.group(2));
		}
		return reader;
	}

	JWK toJwk() {
		if (this.privateKey == null) {
			throw GrantException
				.misconfigured((this.certificate != null) ? "The PEM has a certificate, but no private key: add the key"
						: "The key is neither a JSON Web Key nor a PEM with a PRIVATE KEY: give one of the two");
		}
		PublicKey known = (this.certificate != null) ? this.certificate.getPublicKey() : this.publicKey;
		return KeyPairs.toJwk(this.privateKey, known,
				(this.certificate != null) ? KeyPairs.thumbprint(this.certificate) : null);
	}

	private void accept(String label, String base64) {
		switch (label) {
			case "PRIVATE KEY" -> this.privateKey = privateKey(decode(label, base64));
			case "EC PRIVATE KEY" -> this.privateKey = privateKey(Der.pkcs8FromSec1(decode(label, base64)));
			case "RSA PRIVATE KEY" -> this.privateKey = privateKey(Der.pkcs8FromPkcs1(decode(label, base64)));
			case "PUBLIC KEY" -> this.publicKey = publicKey(decode(label, base64));
			case "CERTIFICATE" -> {
				// The first is the key's own; those that follow are its issuers'.
				if (this.certificate == null) {
					this.certificate = certificate(decode(label, base64));
				}
			}
			case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
			default -> {
				// Parameters and the like: nothing that is needed.
			}
		}
	}

	private static byte[] decode(String label, String base64) {
		if (base64.contains("ENCRYPTED")) {
			throw encrypted();
		}
		try {
			return Base64.getMimeDecoder().decode(base64);
		}
		catch (IllegalArgumentException ex) {
			throw GrantException.misconfigured("The " + label + " in the PEM is not Base64");
		}
	}

	private static GrantException encrypted() {
		return GrantException.misconfigured("The private key in the PEM is encrypted: decrypt it first (openssl pkcs8"
				+ " -in key.pem -out plain.pem), and protect the file instead");
	}

	private static PrivateKey privateKey(byte[] pkcs8) {
		for (String algorithm : KeyPairs.ALGORITHMS) {
			try {
				return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
			}
			catch (GeneralSecurityException ex) {
				// Not of this kind.
			}
		}
		throw GrantException.misconfigured("The private key in the PEM cannot be read as RSA, EC or Ed25519");
	}

	private static PublicKey publicKey(byte[] x509) {
		for (String algorithm : KeyPairs.ALGORITHMS) {
			try {
				return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(x509));
			}
			catch (GeneralSecurityException ex) {
				// Not of this kind.
			}
		}
		throw GrantException.misconfigured("The public key in the PEM cannot be read as RSA, EC or Ed25519");
	}

	private static X509Certificate certificate(byte[] der) {
		try {
			return (X509Certificate) CertificateFactory.getInstance("X.509")
				.generateCertificate(new ByteArrayInputStream(der));
		}
		catch (CertificateException ex) {
			throw GrantException.misconfigured("The certificate in the PEM cannot be read");
		}
	}

}
