/**
 * Adds the actuator endpoint where there is an actuator.
 */
@NullMarked
package io.github.oidcgrants.boot.actuate.autoconfigure;

import org.jspecify.annotations.NullMarked;
