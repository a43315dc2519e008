package io.github.oidcgrants.keycloak;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that asks a real Keycloak, which it gets as a parameter of type
 * {@link Keycloak}. Such tests run only with the Maven profile {@code keycloak}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("keycloak")
@ExtendWith(KeycloakExtension.class)
@interface KeycloakTest {

}
