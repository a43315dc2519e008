/**
 * From {@code oidc-grants.*} in the environment to beans: the properties, the checks that
 * end a start with a message that says what to change, and the auto-configuration.
 */
@NullMarked
package io.github.oidcgrants.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
