/**
 * The actuator endpoint {@code oidcgrants}: which tokens are kept, without any token.
 */
@NullMarked
package io.github.oidcgrants.boot.actuate;

import org.jspecify.annotations.NullMarked;
