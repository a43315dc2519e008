package io.github.oidcgrants.testing;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;

/**
 * Signs and verifies for ES256 as the JDK does, but for what a test changes.
 */
public class DelegatingSignature extends SignatureSpi {

	private final Signature jdk;

	public DelegatingSignature() {
		try {
			this.jdk = Signature.getInstance("SHA256withECDSA", "SunEC");
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
		this.jdk.initVerify(publicKey);
	}

	@Override
	protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
		this.jdk.initSign(privateKey);
	}

	@Override
	protected void engineUpdate(byte b) throws SignatureException {
		this.jdk.update(b);
	}

	@Override
	protected void engineUpdate(byte[] b, int off, int len) throws SignatureException {
		this.jdk.update(b, off, len);
	}

	@Override
	protected byte[] engineSign() throws SignatureException {
		return this.jdk.sign();
	}

	@Override
	protected boolean engineVerify(byte[] sigBytes) throws SignatureException {
		return this.jdk.verify(sigBytes);
	}

	@Override
	@Deprecated
	protected void engineSetParameter(String param, Object value) {
		throw new UnsupportedOperationException();
	}

	@Override
	@Deprecated
	protected Object engineGetParameter(String param) {
		throw new UnsupportedOperationException();
	}

}
