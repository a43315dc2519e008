package io.github.oidcgrants.testing;

import java.security.PrivateKey;

/**
 * A key that no provider of the JDK can use, like one in a device that was pulled out.
 */
public final class OpaquePrivateKey implements PrivateKey {

	private static final long serialVersionUID = 1L;

	@Override
	public String getAlgorithm() {
		return "EC";
	}

	@Override
	public String getFormat() {
		return null;
	}

	@Override
	public byte[] getEncoded() {
		return null;
	}

}
