package io.github.oidcgrants.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.matching.MatchResult;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * A rig of this project's own for the bearer assertion grants, which few servers offer
 * and none that runs in these tests does for SAML 2.0. It is no authorization server: it
 * looks at the form, at what RFC 7522 and RFC 7523 section 3 require of an assertion
 * (issuer, audience, expiry), at the signature of a JWT, and takes each assertion once.
 * The XML signature of a SAML assertion it does not look at.
 */
public final class AssertionRig {

	public static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

	public static final String SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer";

	private static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";

	private final AuthorizationServerRig rig;

	private final PublicKey key;

	private final Set<String> spent = new HashSet<>();

	private AssertionRig(AuthorizationServerRig rig, PublicKey key) {
		this.rig = rig;
		this.key = key;
	}

	/**
	 * Makes the token endpoint of a server that of this rig.
	 * @param rig the server
	 * @param key verifies JWTs
	 */
	public static void install(AuthorizationServerRig rig, PublicKey key) {
		AssertionRig assertions = new AssertionRig(rig, key);
		rig.answer(AuthorizationServerRig.json(400, Map.of("error", "invalid_grant")));
		assertions.accept(JWT_BEARER, assertions::isGoodJwt);
		assertions.accept(SAML2_BEARER, assertions::isGoodSaml);
	}

	private void accept(String grantType, Predicate<String> good) {
		this.rig.http()
			.stubFor(WireMock.post(AuthorizationServerRig.TOKEN)
				.withFormParam("grant_type", WireMock.equalTo(grantType))
				.andMatching((request) -> MatchResult.of(good.test(assertion(request))))
				.willReturn(AuthorizationServerRig
					.json(Map.of("access_token", "for-" + grantType, "token_type", "Bearer"))));
	}

	private static String assertion(Request request) {
		return request.formParameter("assertion").firstValue();
	}

	private boolean isGoodJwt(String assertion) {
		try {
			JwtReader jwt = JwtReader.read(assertion);
			return jwt.isSignedBy(this.key) && this.rig.issuer().equals(jwt.claims().get("aud"))
					&& jwt.claims().get("iss") != null && jwt.claims().get("sub") != null
					&& ((Number) jwt.claims().get("exp")).longValue() > this.rig.now()
					&& this.spent.add((String) jwt.claims().get("jti"));
		}
		catch (GeneralSecurityException ex) {
			return false;
		}
	}

	private boolean isGoodSaml(String assertion) {
		try {
			DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
			factory.setNamespaceAware(true);
			Element root = factory.newDocumentBuilder()
				.parse(new ByteArrayInputStream(Base64.getUrlDecoder().decode(assertion)))
				.getDocumentElement();
			Instant end = Instant.parse(
					((Element) root.getElementsByTagNameNS(SAML, "Conditions").item(0)).getAttribute("NotOnOrAfter"));
			return SAML.equals(root.getNamespaceURI()) && "Assertion".equals(root.getLocalName())
					&& this.rig.issuer().equals(text(root, "Audience")) && !text(root, "Issuer").isEmpty()
					&& this.rig.time.instant().isBefore(end) && this.spent.add(root.getAttribute("ID"));
		}
		catch (ParserConfigurationException | SAXException | IOException | IllegalArgumentException ex) {
			return false;
		}
	}

	private static String text(Element root, String name) {
		return root.getElementsByTagNameNS(SAML, name).item(0).getTextContent();
	}

}
