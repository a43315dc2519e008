package io.github.oidcgrants.oidcprovider;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;

/**
 * A test class that asks a real {@link OidcProvider}. Such tests run only with the Maven
 * profile {@code oidc-provider}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("oidc-provider")
@interface OidcProviderTest {

}
