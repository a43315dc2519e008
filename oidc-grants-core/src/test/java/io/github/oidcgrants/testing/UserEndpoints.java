package io.github.oidcgrants.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;

import org.springframework.util.MultiValueMap;

/**
 * The endpoints of a server at which the wait for a user's decision begins.
 */
public final class UserEndpoints {

	public static final String DEVICE = "/device";

	public static final String CIBA = "/ciba";

	public static final String DEVICE_CODE = "device-code-1";

	public static final String USER_CODE = "WDJB-MJHT";

	public static final String AUTH_REQ_ID = "auth-req-id-1";

	private final AuthorizationServerRig server;

	private UserEndpoints(AuthorizationServerRig server) {
		this.server = server;
	}

	/**
	 * Adds both endpoints to a server. Each begins a wait of ten minutes.
	 */
	public static UserEndpoints install(AuthorizationServerRig server) {
		server.metadata(Map.of("device_authorization_endpoint", server.issuer() + DEVICE,
				"backchannel_authentication_endpoint", server.issuer() + CIBA));
		UserEndpoints endpoints = new UserEndpoints(server);
		endpoints.answer(DEVICE, AuthorizationServerRig.json(code()));
		endpoints.answer(CIBA, AuthorizationServerRig.json(authenticationRequest()));
		return endpoints;
	}

	/**
	 * {@return the members of a good answer of the first; may be changed}
	 */
	public static Map<String, Object> code() {
		return new LinkedHashMap<>(Map.of("device_code", DEVICE_CODE, "user_code", USER_CODE, "verification_uri",
				"https://idp.example/device", "expires_in", 600, "interval", 1));
	}

	/**
	 * {@return the members of a good answer of the second; may be changed}
	 */
	public static Map<String, Object> authenticationRequest() {
		return new LinkedHashMap<>(Map.of("auth_req_id", AUTH_REQ_ID, "expires_in", 600, "interval", 1));
	}

	public void answer(String path, ResponseDefinitionBuilder answer) {
		this.server.http().stubFor(WireMock.post(path).willReturn(answer));
	}

	public List<LoggedRequest> requests(String path) {
		return this.server.http().findAll(WireMock.postRequestedFor(WireMock.urlPathEqualTo(path)));
	}

	/**
	 * {@return the only request to an endpoint}
	 */
	public LoggedRequest onlyRequest(String path) {
		List<LoggedRequest> requests = requests(path);
		if (requests.size() != 1) {
			throw new AssertionError("Expected one request to " + path + ", not " + requests.size());
		}
		return requests.get(0);
	}

	public MultiValueMap<String, String> form(String path) {
		return AuthorizationServerRig.form(onlyRequest(path));
	}

}
