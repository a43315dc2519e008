package io.github.oidcgrants.benchmark;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/**
 * Nimbus over the transports that the others use: as little as its interface for that
 * asks for.
 */
final class NimbusTransports {

	private NimbusTransports() {
	}

	static HTTPRequestSender over(org.apache.hc.client5.http.classic.HttpClient client) {
		return (request) -> {
			HttpPost post = new HttpPost(request.getURI());
			request.getHeaderMap().forEach((name, values) -> values.forEach((value) -> post.addHeader(name, value)));
			post.setEntity(new StringEntity(request.getBody()));
			return client.execute(post, (response) -> {
				HTTPResponse answer = new HTTPResponse(response.getCode());
				for (Header header : response.getHeaders()) {
					answer.setHeader(header.getName(), header.getValue());
				}
				answer.setBody(EntityUtils.toString(response.getEntity()));
				return answer;
			});
		};
	}

	static HTTPRequestSender over(HttpClient client) {
		return (request) -> {
			HttpRequest.Builder post = HttpRequest.newBuilder(request.getURI())
				.POST(HttpRequest.BodyPublishers.ofString(request.getBody()));
			request.getHeaderMap().forEach((name, values) -> values.forEach((value) -> post.header(name, value)));
			try {
				HttpResponse<String> response = client.send(post.build(), HttpResponse.BodyHandlers.ofString());
				HTTPResponse answer = new HTTPResponse(response.statusCode());
				response.headers()
					.map()
					.forEach((name, values) -> answer.setHeader(name, values.toArray(new String[0])));
				answer.setBody(response.body());
				return answer;
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
		};
	}

}
