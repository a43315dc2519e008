package io.github.oidcgrants.keycloak;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives test classes the one Keycloak of this run. It is started for the first of them
 * and stopped after the last; if it cannot be started, each of them fails.
 */
final class KeycloakExtension implements ParameterResolver {

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == Keycloak.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return context.getRoot()
			.getStore(Namespace.create(KeycloakExtension.class))
			.computeIfAbsent(Shared.class)
			.keycloak();
	}

	/**
	 * The outcome of the one start. JUnit closes it when all tests have run.
	 */
	static final class Shared implements AutoCloseable {

		private @Nullable Keycloak keycloak;

		private @Nullable Exception failure;

		private boolean reported;

		Shared() {
			try {
				this.keycloak = Keycloak.start();
			}
			catch (IOException | RuntimeException ex) {
				this.failure = ex;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				this.failure = ex;
			}
		}

		synchronized Keycloak keycloak() {
			if (this.keycloak != null) {
				return this.keycloak;
			}
			if (this.reported) {
				throw new ParameterResolutionException("Keycloak did not start: the first test that failed says why");
			}
			this.reported = true;
			throw new ParameterResolutionException("Keycloak did not start", this.failure);
		}

		@Override
		public void close() {
			if (this.keycloak != null) {
				this.keycloak.close();
			}
		}

	}

}
