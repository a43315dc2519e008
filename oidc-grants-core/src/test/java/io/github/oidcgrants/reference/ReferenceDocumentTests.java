package io.github.oidcgrants.reference;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.oidcgrants.GrantClient;
import io.github.oidcgrants.GrantTemplate;
import io.github.oidcgrants.dpop.DPoPHandle;
import io.github.oidcgrants.dpop.DPoPKeyPair;
import io.github.oidcgrants.error.GrantException;
import io.github.oidcgrants.grant.BackchannelAuthenticationResponse;
import io.github.oidcgrants.grant.DeviceAuthorizationResponse;
import io.github.oidcgrants.grant.GrantOptions;
import io.github.oidcgrants.grant.GrantParameters;
import io.github.oidcgrants.token.TokenEndpointResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That {@code GRANT-TYPES.md} shows the code that is compiled and run here, and names
 * only what there is.
 */
class ReferenceDocumentTests {

	private static final Map<String, Class<?>> TYPES = Stream
		.of(GrantClient.class, GrantTemplate.class, GrantParameters.class, GrantParameters.Builder.class,
				GrantOptions.class, GrantOptions.Builder.class, GrantException.class, TokenEndpointResponse.class,
				DeviceAuthorizationResponse.class, BackchannelAuthenticationResponse.class, DPoPHandle.class,
				DPoPKeyPair.class)
		.collect(Collectors.toMap(ReferenceDocumentTests::name, Function.identity()));

	private static final Pattern METHOD = Pattern.compile("((?:[A-Z]\\w+\\.)+)(\\w+)\\(([\\w, .]*)\\)");

	static Stream<String> methods() throws IOException {
		return ReferenceDocument.read()
			.inlineCode()
			.stream()
			.filter((code) -> METHOD.matcher(code).matches())
			.distinct();
	}

	@Test
	void showsExactlyTheExamplesThatRun() throws IOException {
		Map<String, String> shown = ReferenceDocument.read().blocks();
		Map<String, String> run = ReferenceDocument.regions();

		assertThat(run).hasSizeGreaterThan(20);
		assertThat(shown).containsExactlyEntriesOf(run);
	}

	@ParameterizedTest
	@MethodSource("methods")
	void namesOnlyMethodsThatThereAre(String code) {
		MatchResult method = METHOD.matcher(code).results().findFirst().orElseThrow();
		String type = method.group(1).substring(0, method.group(1).length() - 1);

		assertThat(TYPES).containsKey(type);
		assertThat(signatures(TYPES.get(type))).contains(method.group(2) + "(" + method.group(3) + ")");
	}

	@Test
	void namesEveryFunctionOfTheReference() throws IOException {
		assertThat(methods()).contains(
				"GrantClient.clientCredentialsGrant(Configuration, GrantParameters, GrantOptions)",
				"GrantClient.refreshTokenGrant(Configuration, String, GrantParameters, GrantOptions)",
				"GrantClient.initiateDeviceAuthorization(Configuration, GrantParameters)",
				"GrantClient.pollDeviceAuthorizationGrant(Configuration, DeviceAuthorizationResponse, GrantParameters, GrantOptions)",
				"GrantClient.initiateBackchannelAuthentication(Configuration, GrantParameters)",
				"GrantClient.pollBackchannelAuthenticationGrant(Configuration, BackchannelAuthenticationResponse, GrantParameters, GrantOptions)",
				"GrantClient.genericGrantRequest(Configuration, String, GrantParameters, GrantOptions)",
				"TokenEndpointResponse.claims()", "TokenEndpointResponse.expiresIn()", "DPoPKeyPair.random()",
				"DPoPHandle.of(DPoPKeyPair)", "GrantOptions.Builder.dpop(DPoPHandle)");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"`DeviceAuthorizationResponse` | device_code, user_code, verification_uri, verification_uri_complete?,"
					+ " expires_in, interval?",
			"`BackchannelAuthenticationResponse` | auth_req_id, expires_in, interval?", "poll options | signal?, DPoP?",
			"`TokenEndpointResponse` | access_token, token_type, expires_in?, refresh_token?, scope?, id_token?,"
					+ " any other, claims(), expiresIn()" })
	void saysWhatEveryMemberOfTheReferenceIsInJava(String heading, String members) throws IOException {
		Map<String, String> table = ReferenceDocument.read().table(heading);

		assertThat(table.keySet()).containsExactly(members.split(", *"));
		assertThat(table.values()).allMatch((java) -> java.startsWith("`") || java.startsWith("the future: `"));
	}

	private static Set<String> signatures(Class<?> type) {
		return Arrays.stream(type.getMethods())
			.map((method) -> method.getName() + "(" + parameters(method, type) + ")")
			.collect(Collectors.toSet());
	}

	private static String parameters(Method method, Class<?> type) {
		return IntStream.range(0, method.getParameterCount())
			.mapToObj((i) -> ResolvableType.forMethodParameter(method, i, type).toClass())
			.map(ReferenceDocumentTests::name)
			.collect(Collectors.joining(", "));
	}

	private static String name(Class<?> type) {
		return type.isMemberClass() ? name(type.getEnclosingClass()) + "." + type.getSimpleName()
				: type.getSimpleName();
	}

}
