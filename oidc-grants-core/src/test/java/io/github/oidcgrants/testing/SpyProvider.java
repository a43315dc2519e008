package io.github.oidcgrants.testing;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * Does what a provider of the JDK does, and writes down what it was asked for. It can be
 * told to do something else instead.
 */
public final class SpyProvider extends Provider implements AutoCloseable {

	public static final String NAME = "Spy";

	private static final long serialVersionUID = 1L;

	private final transient List<String> asked = new CopyOnWriteArrayList<>();

	private transient volatile UnaryOperator<Object> twist = UnaryOperator.identity();

	public SpyProvider(String of) {
		super(NAME, "1", "Watches " + of);
		for (Service real : Security.getProvider(of).getServices()) {
			if (List.of("Signature", "KeyFactory", "AlgorithmParameters").contains(real.getType())) {
				putService(new SpyService(this, real));
			}
		}
		Security.addProvider(this);
	}

	/**
	 * {@return what it was asked for, such as {@code Signature SHA256withECDSA}}
	 */
	public List<String> asked() {
		return this.asked;
	}

	/**
	 * Has it give something else from now on.
	 * @param twist is given what the JDK's provider would give
	 */
	public void twist(UnaryOperator<Object> twist) {
		this.twist = twist;
	}

	@Override
	public void close() {
		Security.removeProvider(NAME);
	}

	private static final class SpyService extends Service {

		private final SpyProvider spy;

		private final Service real;

		SpyService(SpyProvider spy, Service real) {
			super(spy, real.getType(), real.getAlgorithm(), real.getClassName(), null, null);
			this.spy = spy;
			this.real = real;
		}

		@Override
		public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
			this.spy.asked.add(getType() + " " + getAlgorithm());
			return this.spy.twist.apply(this.real.newInstance(parameter));
		}

		@Override
		public boolean supportsParameter(Object parameter) {
			return this.real.supportsParameter(parameter);
		}

	}

}
