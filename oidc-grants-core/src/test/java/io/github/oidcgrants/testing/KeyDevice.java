package io.github.oidcgrants.testing;

import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.util.concurrent.atomic.AtomicInteger;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import io.github.oidcgrants.jose.SigningKey;

/**
 * A device, as a PKCS#11 token is one, with a key for ES256 in it that cannot be
 * exported. Once it is pulled out, its provider throws what such providers do.
 */
public final class KeyDevice extends Provider implements AutoCloseable {

	private static final long serialVersionUID = 1L;

	private volatile boolean pulledOut;

	private final AtomicInteger signatures = new AtomicInteger();

	public KeyDevice() {
		super("KeyDevice", "1", "A device with one key");
		putService(new Service(this, "Signature", "SHA256withECDSA", DeviceSignature.class.getName(), null, null) {

			@Override
			public Object newInstance(Object parameter) {
				return new DeviceSignature(KeyDevice.this);
			}

			@Override
			public boolean supportsParameter(Object key) {
				return key instanceof OpaquePrivateKey;
			}

		});
		Security.addProvider(this);
	}

	public SigningKey key() {
		return SigningKey.of(new ECKey.Builder(Curve.P_256, TestKeys.P256.getX(), TestKeys.P256.getY())
			.privateKey(new OpaquePrivateKey())
			.build());
	}

	public void pullOut() {
		this.pulledOut = true;
	}

	/**
	 * {@return how many signatures it made}
	 */
	public int signatures() {
		return this.signatures.get();
	}

	@Override
	public void close() {
		Security.removeProvider(getName());
	}

	private static final class DeviceSignature extends DelegatingSignature {

		private final KeyDevice device;

		DeviceSignature(KeyDevice device) {
			this.device = device;
		}

		@Override
		protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
			throw new InvalidKeyException("It only signs");
		}

		@Override
		protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
			if (!(privateKey instanceof OpaquePrivateKey)) {
				throw new InvalidKeyException("Not the key in the device");
			}
			super.engineInitSign(TestKeys.P256_PAIR.getPrivate());
		}

		@Override
		protected byte[] engineSign() throws SignatureException {
			if (this.device.pulledOut) {
				throw new ProviderException("CKR_DEVICE_REMOVED");
			}
			this.device.signatures.incrementAndGet();
			return super.engineSign();
		}

	}

}
