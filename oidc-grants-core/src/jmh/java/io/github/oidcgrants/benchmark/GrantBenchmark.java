package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.dpop.DPoPProofFactory;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.openid.connect.sdk.Nonce;
import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.client.AuthorizationServer;
import io.github.oidcgrants.client.ClientAuthentication;
import io.github.oidcgrants.client.Configuration;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.dpop.DPoPMode;
import io.github.oidcgrants.dpop.DPoPRole;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.http.Transports;
import io.github.oidcgrants.jose.SigningKey;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.web.client.RestClient;

/**
 * One client credentials grant over a connection that is kept alive, to a server in a
 * process of its own, beside the peers and the bare transports. With DPoP the bare ones
 * sign as many bytes as a proof has, once, with the same provider.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class GrantBenchmark {

	private static final String FORM = "grant_type=client_credentials&scope=read";

	private static final URI TOKEN_ENDPOINT = URI.create("https://idp.example.com/realms/main/token");

	private static final Nonce NONCE = new Nonce("nonce");

	private static final String BASIC = "Basic Y2xpZW50OnNlY3JldA==";

	private TrivialTokenServer server;

	private URI uri;

	private final GrantClient overJdk = GrantClient.builder()
		.transport(Transports.jdk(Transports.DEFAULT_CONNECT_TIMEOUT, null))
		.build();

	private final GrantClient overHttpComponents = GrantClient.builder()
		.transport(Transports.httpComponents(Transports.DEFAULT_CONNECT_TIMEOUT, null))
		.build();

	private final GrantParameters parameters = GrantParameters.builder().scope("read").build();

	private GrantOptions dpop;

	private String proof;

	private byte[] signingInput;

	private BareSigning signing;

	private DPoPProofFactory nimbusProofs;

	private Configuration configuration;

	private RestClientClientCredentialsTokenResponseClient springDefaultIsHttpComponents;

	private RestClientClientCredentialsTokenResponseClient springHttpComponents;

	private RestClientClientCredentialsTokenResponseClient springJdk;

	private OAuth2ClientCredentialsGrantRequest springRequest;

	private final HttpClient jdk = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final CloseableHttpClient httpComponents = HttpClients.createDefault();

	private final HTTPRequestSender nimbusOverJdk = NimbusTransports.over(this.jdk);

	private final HTTPRequestSender nimbusOverHttpComponents = NimbusTransports.over(this.httpComponents);

	private long threadsBefore;

	@Setup
	public void start() throws IOException {
		this.server = TrivialTokenServer.start();
		this.uri = this.server.tokenEndpoint();
		this.configuration = Configuration
			.builder(AuthorizationServer.builder().tokenEndpoint(this.uri).build(), "client")
			.authentication(ClientAuthentication.clientSecretBasic("secret"))
			.allowInsecureRequests(true)
			.build();
		this.springRequest = new OAuth2ClientCredentialsGrantRequest(ClientRegistration.withRegistrationId("id")
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.tokenUri(this.uri.toString())
			.clientId("client")
			.clientSecret("secret")
			.scope("read")
			.build());
		this.springDefaultIsHttpComponents = new RestClientClientCredentialsTokenResponseClient();
		this.springHttpComponents = spring(new HttpComponentsClientHttpRequestFactory());
		this.springJdk = spring(new JdkClientHttpRequestFactory());
	}

	@Setup
	public void createKeys() throws Exception {
		SigningKey key = SigningKey.generate("ES256");
		DPoPHandle handle = DPoPHandle.of(DPoPKeyPair.of(key));
		this.dpop = GrantOptions.builder().dpop(handle, DPoPMode.REQUIRED).build();
		this.proof = handle.proof(DPoPRole.AUTHORIZATION_SERVER, "POST", TOKEN_ENDPOINT, null);
		this.signingInput = this.proof.substring(0, this.proof.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
		this.signing = BareSigning.with(key, "ES256");
		this.nimbusProofs = this.signing.nimbus();
	}

	private static RestClientClientCredentialsTokenResponseClient spring(ClientHttpRequestFactory factory) {
		RestClientClientCredentialsTokenResponseClient client = new RestClientClientCredentialsTokenResponseClient();
		client.setRestClient(RestClient.builder()
			.requestFactory(factory)
			.configureMessageConverters((converters) -> converters.addCustomConverter(new FormHttpMessageConverter())
				.addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
			.build());
		return client;
	}

	@Setup(Level.Iteration)
	public void countThreads() {
		this.threadsBefore = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
	}

	@TearDown(Level.Iteration)
	public void tellThreads() {
		long started = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - this.threadsBefore;
		System.out.println("threads started: " + started);
	}

	@TearDown
	public void stop() throws IOException {
		this.overJdk.close();
		this.overHttpComponents.close();
		this.httpComponents.close();
		this.server.close();
	}

	@Benchmark
	public Object oidcGrantsJdk() {
		return this.overJdk.clientCredentialsGrant(this.configuration, this.parameters);
	}

	@Benchmark
	public Object oidcGrantsHttpComponents() {
		return this.overHttpComponents.clientCredentialsGrant(this.configuration, this.parameters);
	}

	@Benchmark
	public Object oidcGrantsHttpComponentsDPoP() {
		return this.overHttpComponents.clientCredentialsGrant(this.configuration, this.parameters, this.dpop);
	}

	@Benchmark
	public Object oidcGrantsJdkDPoP() {
		return this.overJdk.clientCredentialsGrant(this.configuration, this.parameters, this.dpop);
	}

	// The default where HttpClient 5 is on the class path, as it is here.
	@Benchmark
	public Object springDefaultIsHttpComponents() {
		return this.springDefaultIsHttpComponents.getTokenResponse(this.springRequest);
	}

	// The default where it is not.
	@Benchmark
	public Object springJdk() {
		return this.springJdk.getTokenResponse(this.springRequest);
	}

	@Benchmark
	public Object springHttpComponents() {
		return this.springHttpComponents.getTokenResponse(this.springRequest);
	}

	// Its own way, HttpURLConnection.
	@Benchmark
	public Object nimbusTokenRequest() throws Exception {
		return TokenResponse.parse(nimbus().send());
	}

	@Benchmark
	public Object nimbusHttpComponents() throws Exception {
		return TokenResponse.parse(nimbus().send(this.nimbusOverHttpComponents));
	}

	@Benchmark
	public Object nimbusHttpComponentsDPoP() throws Exception {
		return TokenResponse.parse(nimbusDPoP().send(this.nimbusOverHttpComponents));
	}

	@Benchmark
	public Object nimbusJdk() throws Exception {
		return TokenResponse.parse(nimbus().send(this.nimbusOverJdk));
	}

	@Benchmark
	public Object nimbusJdkDPoP() throws Exception {
		return TokenResponse.parse(nimbusDPoP().send(this.nimbusOverJdk));
	}

	private HTTPRequest nimbus() {
		return new TokenRequest.Builder(this.uri, new ClientSecretBasic(new ClientID("client"), new Secret("secret")),
				new ClientCredentialsGrant())
			.scope(new Scope("read"))
			.build()
			.toHTTPRequest();
	}

	private HTTPRequest nimbusDPoP() throws JOSEException {
		HTTPRequest request = nimbus();
		request.setDPoP(this.nimbusProofs.createDPoPJWT("POST", this.uri, NONCE));
		return request;
	}

	@Benchmark
	public Object bareJdk() throws Exception {
		return send(bareRequest());
	}

	@Benchmark
	public Object bareJdkDPoP(Blackhole signatures) throws Exception {
		signatures.consume(this.signing.sign(this.signingInput));
		return send(bareRequest().header("DPoP", this.proof));
	}

	private HttpRequest.Builder bareRequest() {
		return HttpRequest.newBuilder(this.uri)
			.header("Authorization", BASIC)
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(FORM));
	}

	private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.jdk.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).body();
	}

	@Benchmark
	public Object bareHttpComponents() throws IOException {
		return send(barePost());
	}

	@Benchmark
	public Object bareHttpComponentsDPoP(Blackhole signatures) throws Exception {
		signatures.consume(this.signing.sign(this.signingInput));
		HttpPost request = barePost();
		request.setHeader("DPoP", this.proof);
		return send(request);
	}

	private HttpPost barePost() {
		HttpPost request = new HttpPost(this.uri);
		request.setHeader("Authorization", BASIC);
		request.setEntity(new StringEntity(FORM, ContentType.APPLICATION_FORM_URLENCODED));
		return request;
	}

	private byte[] send(HttpPost request) throws IOException {
		return this.httpComponents.execute(request, (response) -> EntityUtils.toByteArray(response.getEntity()));
	}

}
