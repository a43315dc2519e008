package io.github.oidcgrants.jose;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.JWSAlgorithm;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.error.GrantException.Kind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Which JCA provider signs and verifies. Signing is nearly all that a DPoP proof or a
 * client assertion costs, and the JDK's is slow: Amazon Corretto Crypto Provider or
 * Conscrypt, where one is on the class path, does the same in a fraction of the time.
 * <p>
 * A provider is used for an algorithm only after it has passed a test against the JDK; if
 * anything at all goes wrong in it, or it cannot use a key, the JDK's is used. In FIPS
 * mode neither of the two is loaded: what signs is what is installed. The choice is the
 * whole application's: {@link #select(String)}, or the system property
 * {@code oidc-grants.crypto-provider}.
 */
public final class CryptoProviders {

	private static final Log logger = LogFactory.getLog(CryptoProviders.class);

	private static final Map<String, String> NATIVE = Map.of("corretto",
			"com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider", "conscrypt",
			"org.conscrypt.OpenSSLProvider");

	private static final List<String> PREFERENCE = List.of("corretto", "conscrypt");

	private static volatile @Nullable CryptoProviders current;

	private final List<Provider> candidates;

	private final Map<JWSAlgorithm, Optional<Provider>> tested = new ConcurrentHashMap<>();

	private CryptoProviders(String choice) {
		this.candidates = candidates(choice);
	}

	/**
	 * Chooses the provider for keys that are used from now on; one that has signed or
	 * verified already stays with its own.
	 * @param choice {@code auto} for the first that there is of Corretto, Conscrypt and
	 * the JDK's; {@code jdk}; {@code corretto}; {@code conscrypt}; or the name of an
	 * installed provider
	 * @throws GrantException {@link Kind#MISCONFIGURED} if there is no such provider, or
	 * it would have to be loaded in FIPS mode
	 */
	public static void select(String choice) {
		current = new CryptoProviders(choice);
	}

	/**
	 * {@return the provider that signs with an algorithm, or {@code null} for the JDK's
	 * choice}
	 * @param algorithm the algorithm
	 */
	public static @Nullable Provider find(JWSAlgorithm algorithm) {
		CryptoProviders providers = current();
		return providers.tested.computeIfAbsent(algorithm, providers::test).orElse(null);
	}

	// Chosen at the first use, so that a bad choice is an error that says so.
	private static CryptoProviders current() {
		CryptoProviders providers = current;
		if (providers == null) {
			providers = new CryptoProviders(System.getProperty("oidc-grants.crypto-provider", "auto"));
			current = providers;
		}
		return providers;
	}

	private static List<Provider> candidates(String choice) {
		String name = choice.toLowerCase(Locale.ROOT);
		if ("jdk".equals(name)) {
			return List.of();
		}
		if ("auto".equals(name)) {
			return isFips() ? List.of()
					: PREFERENCE.stream().map(CryptoProviders::load).flatMap(Optional::stream).toList();
		}
		if (NATIVE.containsKey(name) && isFips()) {
			throw GrantException.misconfigured("The crypto provider '" + choice + "' is not loaded in FIPS mode"
					+ " (oidc-grants.crypto-provider): use auto, jdk, or the name of a provider that is installed");
		}
		Optional<Provider> named = NATIVE.containsKey(name) ? load(name)
				: Optional.ofNullable(Security.getProvider(choice));
		return List.of(named.orElseThrow(() -> GrantException.misconfigured("The crypto provider '" + choice
				+ "' is not there (oidc-grants.crypto-provider): add it to the class path or install it, or use auto or"
				+ " jdk")));
	}

	private static Optional<Provider> load(String name) {
		try {
			Class<?> type = Class.forName(NATIVE.get(name), true, CryptoProviders.class.getClassLoader());
			return Optional.of((Provider) type.getConstructor().newInstance());
		}
		catch (Throwable ex) {
			// Not there, or its native library cannot be loaded here.
			return Optional.empty();
		}
	}

	private Optional<Provider> test(JWSAlgorithm algorithm) {
		for (Provider candidate : this.candidates) {
			try {
				if (SignatureSelfTest.passes(algorithm, candidate)) {
					logger.debug(candidate.getName() + " signs with " + algorithm);
					return Optional.of(candidate);
				}
				logger.debug(candidate.getName() + " does not sign as the JDK does with " + algorithm);
			}
			catch (Throwable ex) {
				logger.debug(candidate.getName() + " cannot sign with " + algorithm + ": " + ex.getClass().getName());
			}
		}
		return Optional.empty();
	}

	private static boolean isFips() {
		if (Boolean.getBoolean("com.redhat.fips") || Boolean.getBoolean("org.bouncycastle.fips.approved_only")) {
			return true;
		}
		for (Provider provider : Security.getProviders()) {
			if (provider.getName().toUpperCase(Locale.ROOT).contains("FIPS")) {
				return true;
			}
		}
		try {
			return "1".equals(Files.readString(Path.of("/proc/sys/crypto/fips_enabled")).strip());
		}
		catch (IOException | RuntimeException ex) {
			return false;
		}
	}

	@Override
	public String toString() {
		return "CryptoProviders" + this.candidates.stream().map(Provider::getName).toList();
	}

}
