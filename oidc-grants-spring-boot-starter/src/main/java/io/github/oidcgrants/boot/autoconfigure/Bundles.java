package io.github.oidcgrants.boot.autoconfigure;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.oidcgrants.error.Redactor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.NestedExceptionUtils;

/**
 * The SSL bundles of the application, each asked for by the property that names it.
 */
final class Bundles {

	private final @Nullable SslBundles bundles;

	Bundles(@Nullable SslBundles bundles) {
		this.bundles = bundles;
	}

	/**
	 * Finds a bundle as it is now, and takes something out of it.
	 */
	<T> T use(Property at, String name, Function<SslBundle, T> step) {
		SslBundle bundle = get(at, name);
		try {
			return step.apply(bundle);
		}
		catch (IllegalStateException | IllegalArgumentException ex) {
			throw at.invalid(
					"the SSL bundle '" + name + "' cannot be used: "
							+ new Redactor().describe(NestedExceptionUtils.getMostSpecificCause(ex)),
					"Correct spring.ssl.bundle.*." + name);
		}
	}

	SslBundle get(Property at, String name) {
		if (this.bundles == null) {
			throw noSuchBundle(at, name, List.of());
		}
		try {
			return this.bundles.getBundle(name);
		}
		catch (NoSuchSslBundleException ex) {
			throw noSuchBundle(at, name, this.bundles.getBundleNames());
		}
	}

	/**
	 * Says what is to happen when a bundle that is there is updated.
	 */
	void onUpdate(String name, Consumer<SslBundle> step) {
		if (this.bundles != null) {
			this.bundles.addBundleUpdateHandler(name, step);
		}
	}

	private static InvalidPropertyException noSuchBundle(Property at, String name, List<String> names) {
		String add = "add spring.ssl.bundle.pem." + name + " or spring.ssl.bundle.jks." + name;
		return at.invalid("there is no SSL bundle '" + name + "'",
				names.isEmpty() ? "A" + add.substring(1) : "Set it to one of " + names + ", or " + add);
	}

}
