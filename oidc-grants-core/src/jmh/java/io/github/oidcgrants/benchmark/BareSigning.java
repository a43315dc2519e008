package io.github.oidcgrants.benchmark;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import io.github.oidcgrants.jose.CryptoProviders;
import io.github.oidcgrants.jose.SigningKey;

/**
 * A signature and nothing else, by the provider that signs the proofs; and Nimbus' proofs
 * with the same provider.
 */
final class BareSigning {

	private final JWK jwk;

	private final JWSAlgorithm algorithm;

	private final PrivateKey privateKey;

	private final String name;

	private final Provider provider;

	private BareSigning(SigningKey key, JWSAlgorithm algorithm) throws Exception {
		this.jwk = key.publicJwk();
		this.algorithm = algorithm;
		this.provider = CryptoProviders.find(algorithm);
		this.privateKey = own(privateKey(key), this.provider);
		this.name = (this.privateKey instanceof ECPrivateKey) ? "SHA256withECDSA" : "Ed25519";
	}

	/**
	 * Prepares it.
	 * @param key the key
	 * @param algorithm ES256 or EdDSA
	 */
	static BareSigning with(SigningKey key, String algorithm) throws Exception {
		return new BareSigning(key, JWSAlgorithm.parse(algorithm));
	}

	private static PrivateKey privateKey(SigningKey key) throws Exception {
		if (key.privateJwk() instanceof ECKey ec) {
			return ec.toPrivateKey();
		}
		return KeyFactory.getInstance("Ed25519")
			.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519,
					key.privateJwk().toOctetKeyPair().getDecodedD()));
	}

	// A provider converts a key that is not of its own kind each time.
	private static PrivateKey own(PrivateKey key, Provider provider) throws GeneralSecurityException {
		String algorithm = (key instanceof ECPrivateKey) ? "EC" : "Ed25519";
		return (provider != null && provider.getService("KeyFactory", algorithm) != null)
				? (PrivateKey) KeyFactory.getInstance(algorithm, provider).translateKey(key) : key;
	}

	byte[] sign(byte[] input) throws GeneralSecurityException {
		Signature signature = (this.provider != null) ? Signature.getInstance(this.name, this.provider)
				: Signature.getInstance(this.name);
		signature.initSign(this.privateKey);
		signature.update(input);
		return signature.sign();
	}

	/**
	 * {@return what makes Nimbus' proofs, none for EdDSA, which Nimbus has only with
	 * Tink}
	 */
	DefaultDPoPProofFactory nimbus() throws Exception {
		if (!(this.jwk instanceof ECKey ec)) {
			return null;
		}
		DefaultDPoPProofFactory factory = new DefaultDPoPProofFactory(
				new ECKey.Builder(ec).privateKey(this.privateKey).build(), this.algorithm);
		if (this.provider != null) {
			factory.getJWSSigner().getJCAContext().setProvider(this.provider);
		}
		return factory;
	}

}
