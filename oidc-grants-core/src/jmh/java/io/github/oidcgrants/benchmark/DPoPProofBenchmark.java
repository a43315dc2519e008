package io.github.oidcgrants.benchmark;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.jose.CryptoProviders;
import io.github.oidcgrants.jose.SigningKey;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A proof, beside Nimbus and the bare signature, with the JDK's provider and with a
 * native one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DPoPProofBenchmark {

	private static final URI TOKEN_ENDPOINT = URI.create("https://idp.example.com/realms/main/token");

	@Param({ "jdk", "conscrypt", "corretto" })
	public String provider;

	@Param({ "ES256", "EdDSA" })
	public String algorithm;

	private DPoPHandle ours;

	private DefaultDPoPProofFactory nimbus;

	private BareSigning bare;

	private byte[] signingInput;

	@Setup
	public void createKeys() throws Exception {
		CryptoProviders.select(this.provider);
		SigningKey key = SigningKey.generate(this.algorithm);
		this.ours = DPoPHandle.of(DPoPKeyPair.of(key));
		// As many bytes as ours are.
		String proof = this.ours.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null);
		this.signingInput = proof.substring(0, proof.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
		this.bare = BareSigning.with(key, this.algorithm);
		this.nimbus = this.bare.nimbus();
	}

	@Benchmark
	public Object oidcGrants() {
		return this.ours.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null);
	}

	@Benchmark
	public Object nimbusProofFactory() throws Exception {
		if (this.nimbus == null) {
			throw new UnsupportedOperationException("Nimbus signs with EdDSA only where Tink is");
		}
		return this.nimbus.createDPoPJWT("POST", TOKEN_ENDPOINT).serialize();
	}

	@Benchmark
	public Object bareSignature() throws Exception {
		return this.bare.sign(this.signingInput);
	}

}
