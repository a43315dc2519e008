package io.github.oidcgrants.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.github.oidcgrants.idtoken.IdTokenExpectation;
import io.github.oidcgrants.idtoken.IdTokenRules;
import io.github.oidcgrants.idtoken.IdTokenValidator;
import io.github.oidcgrants.jose.SigningKey;
import io.github.oidcgrants.jose.VerificationKey;
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

import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Validating an ID token with keys at hand, beside Nimbus, Spring Security, and the bare
 * verification of its signature. All use the JDK's provider.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "-Doidc-grants.crypto-provider=jdk")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class IdTokenBenchmark {

	private static final String ISSUER = "https://idp.example.com/realms/main";

	private static final String CLIENT = "client";

	@Param({ "RS256", "ES256" })
	public String algorithm;

	private final IdTokenRules rules = IdTokenRules.builder().maxAge(java.time.Duration.ofDays(1)).build();

	private final IdTokenExpectation expected = new IdTokenExpectation(ISSUER, Set.of(), CLIENT,
			List.of("RS256", "ES256"), "access-token", null, null, null);

	private final IdTokenValidator ours = new IdTokenValidator(InstantSource.system());

	private String token;

	private VerificationKey key;

	private IDTokenValidator nimbus;

	private NimbusJwtDecoder spring;

	private JWSVerifier bare;

	private JWSHeader header;

	private byte[] signingInput;

	private Base64URL signature;

	@Setup
	public void createToken() throws Exception {
		SigningKey signing = SigningKey.generate(this.algorithm).withKeyId("k1");
		JWK jwk = signing.publicJwk();
		Instant now = Instant.now();
		this.token = signing.sign(new JWSHeader.Builder(JWSAlgorithm.parse(this.algorithm)).keyID("k1").build(),
				new JWTClaimsSet.Builder().issuer(ISSUER)
					.subject("24400320-1e7f-4f07-8ed6-ef2d3ad0b5a1")
					.audience(CLIENT)
					.issueTime(Date.from(now))
					.expirationTime(Date.from(now.plusSeconds(3600)))
					.claim("auth_time", now.getEpochSecond())
					.claim("preferred_username", "user")
					.claim("email", "user@example.com")
					.claim("email_verified", true)
					.build());
		this.key = VerificationKey.of(jwk);
		ImmutableJWKSet<SecurityContext> keys = new ImmutableJWKSet<>(new JWKSet(jwk));
		this.nimbus = new IDTokenValidator(new Issuer(ISSUER), new ClientID(CLIENT),
				new JWSVerificationKeySelector<>(JWSAlgorithm.parse(this.algorithm), keys), null);
		DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
		processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.parse(this.algorithm), keys));
		this.spring = new NimbusJwtDecoder(processor);
		this.bare = "RS256".equals(this.algorithm) ? new RSASSAVerifier(jwk.toRSAKey())
				: new ECDSAVerifier(jwk.toECKey());
		SignedJWT parsed = SignedJWT.parse(this.token);
		this.header = parsed.getHeader();
		this.signingInput = this.token.substring(0, this.token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
		this.signature = parsed.getSignature();
	}

	@Benchmark
	public Object oidcGrants() {
		return this.ours.validate(this.token, this.rules, this.expected, (header) -> this.key);
	}

	@Benchmark
	public Object nimbusIdTokenValidator() throws Exception {
		return this.nimbus.validate(SignedJWT.parse(this.token), null);
	}

	@Benchmark
	public Object springNimbusJwtDecoder() {
		return this.spring.decode(this.token);
	}

	@Benchmark
	public boolean bareVerification() throws Exception {
		return this.bare.verify(this.header, this.signingInput, this.signature);
	}

}
